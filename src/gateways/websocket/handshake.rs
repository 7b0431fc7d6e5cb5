//! The handshake: who comes in, and in which encoding. Everything is refused here with a status and a problem
//! document (RFC 9457), before the connection becomes a WebSocket.
//!
//! These are handlers like any other, with everything around them that stands around all. A good one leaves what was
//! agreed in the [`Offer`] that came with the request, and `upgrade` takes the socket from there.

use std::cell::Cell;
use std::rc::Rc;

use actix_web::http::header::{
    AUTHORIZATION, HeaderMap, HeaderName, ORIGIN, RETRY_AFTER, SEC_WEBSOCKET_PROTOCOL, WWW_AUTHENTICATE,
};
use actix_web::http::{StatusCode, Version};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use actix_web_actors::ws;

use super::caller::{self, caller};
use super::proxy_word::named_by_proxy;
use super::query::{self, Query};
use super::state::WebsocketState;
use crate::auth::origin::{self, Headers};
use crate::auth::{Credential, bearer_token, cookie};
use crate::domain::name::RoomName;
use crate::domain::person::{Door, Origin, Person, Visit};
use crate::gateways::stream::Place;
use crate::gateways::stream::newcomer::{by_token, refused};
use crate::protocol::encoding::Encoding;
use crate::protocol::error_code::{ErrorCode, Problem};

/// Comes with a request that may become a WebSocket; carries back what was agreed.
#[derive(Clone, Default)]
pub struct Offer(Rc<Cell<Option<Agreed>>>);

/// What a handshake has agreed on.
pub struct Agreed {
    /// Its place among all, and among those of its address.
    pub place: Place,
    /// What it wants.
    pub purpose: Purpose,
}

/// What a connection is for.
pub enum Purpose {
    /// A session of the chat.
    Session {
        /// Whose.
        visit: Visit,
        /// In which encoding.
        encoding: Encoding,
        /// What it joins at once.
        rooms: Vec<RoomName>,
    },
    /// The echo.
    Echo,
}

impl Offer {
    /// What was agreed, if anything was.
    pub fn take(&self) -> Option<Agreed> {
        self.0.take()
    }
}

/// `GET /ws`
pub async fn open_session(request: HttpRequest) -> HttpResponse {
    let Some(state) = request.app_data::<Rc<WebsocketState>>().cloned() else {
        return refusal(&Problem::unavailable());
    };
    match admit(&request, &state).await {
        Ok((place, visit, encoding, Query { rooms, .. })) => {
            let protocol = Encoding::NAMED.iter().find(|(named, _)| *named == encoding).map(|(_, name)| *name);
            let purpose = Purpose::Session { visit, encoding, rooms };
            agree(&request, protocol, Agreed { place, purpose })
        }
        Err(problem) => refusal(&problem),
    }
}

/// `GET /ws/echo`
pub async fn open_echo(request: HttpRequest) -> HttpResponse {
    let Some(state) = request.app_data::<Rc<WebsocketState>>() else {
        return refusal(&Problem::unavailable());
    };
    match knock(&request, state) {
        Ok(place) => agree(&request, None, Agreed { place, purpose: Purpose::Echo }),
        Err(problem) => refusal(&problem),
    }
}

async fn admit(request: &HttpRequest, state: &Rc<WebsocketState>) -> Result<(Place, Visit, Encoding, Query), Problem> {
    let place = knock(request, state)?;
    let query = query::parse(request.query_string())?;
    let encoding = encoding(request.headers())?;
    let person = identify(request, state, &query).await?;
    let address = caller(request).address;
    state.hall.auth.let_in(Some(person.id), Some(address)).map_err(refused)?;
    let origin = Origin { door: Door::Websocket, address };
    Ok((place, Visit { person, origin }, encoding, query))
}

/// What is checked before anything is done for a newcomer.
fn knock(request: &HttpRequest, state: &WebsocketState) -> Result<Place, Problem> {
    state.hall.check_room(Door::Websocket)?;
    check_origin(request, state)?;
    state.hall.knock(Door::Websocket, caller(request).address)
}

fn agree(request: &HttpRequest, protocol: Option<&str>, agreed: Agreed) -> HttpResponse {
    let mut response = match ws::handshake(request) {
        Ok(response) => response,
        Err(error) => return not_a_handshake(error),
    };
    let offer = request.extensions().get::<Offer>().cloned();
    let Some(offer) = offer.filter(|_| request.version() >= Version::HTTP_11) else {
        let detail = "a WebSocket handshake is a GET of HTTP/1.1 with `Upgrade: websocket`, and without a body \
                      (RFC 6455, section 4.1)";
        return refusal(&Problem::new(ErrorCode::BadRequest, detail));
    };
    if let Some(protocol) = protocol {
        response.insert_header((SEC_WEBSOCKET_PROTOCOL, protocol));
    }
    offer.0.set(Some(agreed));
    response.finish()
}

fn check_origin(request: &HttpRequest, state: &WebsocketState) -> Result<(), Problem> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let has_unreadable = |name: HeaderName| request.headers().get(name).is_some_and(|value| value.to_str().is_err());
    let fetch_site = HeaderName::from_static("sec-fetch-site");
    let from = caller(request);
    let headers = Headers {
        sec_fetch_site: header(fetch_site),
        origin: header(ORIGIN),
        host: caller::host(request, &from),
        is_secure: from.is_secure,
    };
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

/// Whom a proxy names counts first, then a token, then an account's cookie, then a guest's name, then a guest's cookie.
async fn identify(request: &HttpRequest, state: &WebsocketState, query: &Query) -> Result<Person, Problem> {
    // A proxy that says who somebody is may have asked for a password, and passes on the header with it.
    if let Some(person) = named_by_proxy(request, &state.hall.auth).await.map_err(refused)? {
        return Ok(person);
    }
    let header = request.headers().get(AUTHORIZATION).map(|value| {
        bearer_token(value.as_bytes()).ok_or_else(|| {
            Problem::new(ErrorCode::Unauthorized, "the Authorization header must be `Bearer` and a token")
        })
    });
    if let Some(token) = header.transpose()?.or(query.token.as_deref()) {
        return by_token(&state.hall, token).await;
    }
    if let Some(person) = by_cookie(request, state, cookie::SESSION).await? {
        return Ok(person);
    }
    if let Some(name) = &query.name {
        return state.hall.auth.new_guest(name).map_err(refused);
    }
    by_cookie(request, state, cookie::GUEST).await?.ok_or_else(|| {
        Problem::new(ErrorCode::Unauthorized, "say who you are: ?name= for a guest, a token, or log in with a browser")
    })
}

async fn by_cookie(request: &HttpRequest, state: &WebsocketState, name: &str) -> Result<Option<Person>, Problem> {
    match request.cookie(name) {
        Some(cookie) => state.hall.auth.identify(Credential::Cookie(cookie.value())).await.map_err(refused),
        None => Ok(None),
    }
}

fn not_a_handshake(error: ws::HandshakeError) -> HttpResponse {
    let problem = Problem::new(ErrorCode::BadRequest, format!("this is a WebSocket address (RFC 6455): {error}"));
    let mut response = refusal(&problem);
    if error == ws::HandshakeError::GetMethodRequired {
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
    if let Some(wait) = problem.retry_after {
        // Whole seconds (RFC 9110, section 10.2.3), rounded up: earlier would be too early.
        response.insert_header((RETRY_AFTER, wait.as_millis().div_ceil(1000).max(1).to_string()));
    }
    response.content_type("application/problem+json").body(problem.document().to_string())
}
