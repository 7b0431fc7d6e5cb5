//! The handshake: who comes in, and in which encoding. Everything is refused here with a status and a problem
//! document (RFC 9457), before the connection becomes a WebSocket.

use std::rc::Rc;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, HOST, HeaderMap, HeaderName, ORIGIN, SEC_WEBSOCKET_PROTOCOL, WWW_AUTHENTICATE,
};
use actix_web::{HttpRequest, HttpResponse, web};
use actix_web_actors::ws;

use super::actor::SessionActor;
use super::echo::EchoActor;
use super::frame_guard::FrameGuard;
use super::outbox::{Heartbeat, Outbox};
use super::query::{self, Query};
use super::session::Session;
use super::state::{Line, WebsocketState};
use crate::auth::origin::{self, Headers};
use crate::auth::{AuthError, Credential, bearer_token, cookie};
use crate::domain::limits;
use crate::domain::person::Person;
use crate::protocol::encoding::Encoding;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::telemetry::metrics::Door;

/// `GET /ws`
pub async fn open_session(request: HttpRequest, body: web::Payload) -> HttpResponse {
    let Some(state) = request.app_data::<Rc<WebsocketState>>().cloned() else {
        return refusal(&Problem::unavailable());
    };
    match admit(&request, &state).await {
        Ok((person, encoding, query)) => start_session(&request, body, state, person, encoding, query),
        Err(problem) => refusal(&problem),
    }
}

/// `GET /ws/echo`
pub async fn open_echo(request: HttpRequest, body: web::Payload) -> HttpResponse {
    let Some(state) = request.app_data::<Rc<WebsocketState>>() else {
        return refusal(&Problem::unavailable());
    };
    if let Err(problem) = check_origin(&request, state) {
        return refusal(&problem);
    }
    let max_bytes = state.echo_max_bytes;
    // A message is echoed as a whole, so the way out has to hold one.
    let outbox = outbox(&request, state, max_bytes.saturating_mul(2).max(state.outbox_bytes));
    // The thread looks after it from outside: a stalled connection cannot do it by itself.
    let weak = Rc::downgrade(&outbox);
    state.worker.look_after(weak);
    let guard = FrameGuard::new(body, max_bytes);
    let open = state.worker.metrics().connection(Door::Websocket);
    let actor = EchoActor::new(max_bytes, outbox, guard.verdict(), open);
    let started = ws::WsResponseBuilder::new(actor, &request, guard).frame_size(max_bytes).start();
    started.unwrap_or_else(|error| not_a_handshake(&error))
}

async fn admit(request: &HttpRequest, state: &WebsocketState) -> Result<(Person, Encoding, Query), Problem> {
    check_origin(request, state)?;
    let query = query::parse(request.query_string())?;
    let encoding = encoding(request.headers())?;
    let person = identify(request, state, &query).await?;
    Ok((person, encoding, query))
}

fn start_session(
    request: &HttpRequest,
    body: web::Payload,
    state: Rc<WebsocketState>,
    person: Person,
    encoding: Encoding,
    query: Query,
) -> HttpResponse {
    let outbox = outbox(request, &state, state.outbox_bytes);
    let guard = FrameGuard::new(body, limits::FRAME_BYTES);
    let open = state.worker.metrics().connection(Door::Websocket);
    let session = Session::new(state, Rc::clone(&outbox), encoding, person);
    let actor = SessionActor::new(session, outbox, guard.verdict(), query.rooms, open);
    let protocol: Vec<&str> =
        Encoding::NAMED.iter().filter(|(named, _)| *named == encoding).map(|(_, name)| *name).collect();
    let builder = ws::WsResponseBuilder::new(actor, request, guard).frame_size(limits::FRAME_BYTES);
    builder.protocols(&protocol).start().unwrap_or_else(|error| not_a_handshake(&error))
}

fn outbox(request: &HttpRequest, state: &WebsocketState, limit: usize) -> Rc<Outbox> {
    let line = request.conn_data::<Line>().cloned();
    let heartbeat = Heartbeat { every: state.ping_every, give_up_after: state.give_up_after };
    Rc::new(Outbox::new(limit, line, state.worker.clock().clone(), state.worker.metrics().clone(), heartbeat))
}

fn check_origin(request: &HttpRequest, state: &WebsocketState) -> Result<(), Problem> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let has_unreadable = |name: HeaderName| request.headers().get(name).is_some_and(|value| value.to_str().is_err());
    let fetch_site = HeaderName::from_static("sec-fetch-site");
    let headers = Headers { sec_fetch_site: header(fetch_site), origin: header(ORIGIN), host: header(HOST) };
    if !has_unreadable(ORIGIN) && origin::is_ours(headers, state.public_origin.as_deref()) {
        return Ok(());
    }
    Err(Problem::new(ErrorCode::Forbidden, "a page of another site may not connect with your login"))
}

/// The first subprotocol the client offers that is known here; plain text when it offers none.
fn encoding(headers: &HeaderMap) -> Result<Encoding, Problem> {
    let mut offered = headers.get_all(SEC_WEBSOCKET_PROTOCOL).peekable();
    if offered.peek().is_none() {
        return Ok(Encoding::Plain);
    }
    offered
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|name| Encoding::by_subprotocol(name.trim()))
        .map(|(encoding, _)| encoding)
        .ok_or_else(|| {
            let known = Encoding::NAMED.map(|(_, name)| name).join(", ");
            Problem::new(
                ErrorCode::BadRequest,
                format!("no known subprotocol was offered; offer {known}, or none for plain text"),
            )
        })
}

/// A token counts first, then an account's cookie, then a guest's name, then a guest's cookie.
async fn identify(request: &HttpRequest, state: &WebsocketState, query: &Query) -> Result<Person, Problem> {
    let header = request.headers().get(AUTHORIZATION).map(|value| {
        bearer_token(value.as_bytes()).ok_or_else(|| {
            Problem::new(ErrorCode::Unauthorized, "the Authorization header must be `Bearer` and a token")
        })
    });
    if let Some(token) = header.transpose()?.or(query.token.as_deref()) {
        let person = state.auth.identify(Credential::Token(token)).await.map_err(refused)?;
        return person.ok_or_else(|| Problem::new(ErrorCode::Unauthorized, "this token is not known or was revoked"));
    }
    if let Some(person) = by_cookie(request, state, cookie::SESSION).await? {
        return Ok(person);
    }
    if let Some(name) = &query.name {
        return state.auth.new_guest(name).map_err(refused);
    }
    by_cookie(request, state, cookie::GUEST).await?.ok_or_else(|| {
        Problem::new(ErrorCode::Unauthorized, "say who you are: ?name= for a guest, a token, or log in with a browser")
    })
}

async fn by_cookie(request: &HttpRequest, state: &WebsocketState, name: &str) -> Result<Option<Person>, Problem> {
    match request.cookie(name) {
        Some(cookie) => state.auth.identify(Credential::Cookie(cookie.value())).await.map_err(refused),
        None => Ok(None),
    }
}

fn refused(error: AuthError) -> Problem {
    match error {
        AuthError::GuestsOff => Problem::new(ErrorCode::Unauthorized, error.to_string()),
        AuthError::BadName(_) => Problem::field("name", format!("`name`: {error}")),
        AuthError::NameTaken => Problem { field: Some("name"), ..Problem::new(ErrorCode::Conflict, error.to_string()) },
        other => {
            log::error!("somebody could not be identified: {other:?}");
            Problem::unavailable()
        }
    }
}

fn not_a_handshake(error: &actix_web::Error) -> HttpResponse {
    let problem = Problem::new(ErrorCode::BadRequest, format!("this is a WebSocket address (RFC 6455): {error}"));
    let mut response = refusal(&problem);
    if error.as_response_error().status_code() == StatusCode::METHOD_NOT_ALLOWED {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    }
    response
}

fn refusal(problem: &Problem) -> HttpResponse {
    let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((WWW_AUTHENTICATE, "Bearer"));
    }
    response.content_type("application/problem+json").body(problem.document().to_string())
}
