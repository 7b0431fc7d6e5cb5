//! `/events`: streams of events (WHATWG HTML, section 9.2), of one room or of several, and the way back for those who have
//! opened one. The session behind a stream is `gateways::events`; here is what HTTP has to do with it.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::guard::GuardContext;
use actix_web::http::header::{self, ContentEncoding, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};

use super::ask;
use super::extract::room_name;
use super::problem::ApiError;
use crate::domain::ids::SessionId;
use crate::domain::limits;
use crate::domain::name::RoomName;
use crate::domain::person::{Door, Origin};
use crate::gateways::events::positions::Positions;
use crate::gateways::events::{EventStream, Wanted};
use crate::gateways::websocket::WebsocketState;
use crate::protocol::command::Request;
use crate::protocol::decode;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::middleware::same_origin;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// What a stream is (WHATWG HTML, section 9.2.5).
const CONTENT_TYPE: &str = "text/event-stream";
/// Commands in one request, each on a line of its own.
const LINES: usize = 32;
/// Where a browser says up to where it has read (WHATWG HTML, section 9.2.4).
const LAST_EVENT_ID: &str = "last-event-id";

/// What the query of a stream says.
#[derive(Debug, Default)]
struct Query {
    rooms: Vec<RoomName>,
    after: Option<String>,
    looks: Option<bool>,
    html: bool,
    /// Somebody cannot say `Accept`.
    insists: bool,
}

/// True for a request at an address with a list that wants the stream instead.
pub fn is_wanted(request: &GuardContext<'_>) -> bool {
    let query = request.head().uri.query().unwrap_or_default();
    insists(query) || accepts(request.head().headers(), &[CONTENT_TYPE])
}

/// Everything that happens in one room, from now on or from after an event.
pub async fn room(
    state: web::Data<WebState>,
    request: HttpRequest,
    visitor: Visitor,
    room: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let mut query = parse(request.query_string())?;
    if !query.rooms.is_empty() {
        return Err(
            Problem::field("room", "`room` stands in the address already; see /api/v1/events for several").into()
        );
    }
    query.rooms.push(room_name(&room)?);
    open(&state, &request, &visitor, query).await
}

/// The same of several rooms, or of none to begin with.
pub async fn rooms(
    state: web::Data<WebState>,
    request: HttpRequest,
    visitor: Visitor,
) -> Result<HttpResponse, ApiError> {
    let query = parse(request.query_string())?;
    let headers = request.headers();
    if !query.insists && headers.contains_key(header::ACCEPT) && !accepts(headers, &[CONTENT_TYPE, "text/*", "*/*"]) {
        let message = "here is a stream of events only; ask for it with `Accept: text/event-stream`";
        return Err(ApiError::of_status(StatusCode::NOT_ACCEPTABLE, message));
    }
    open(&state, &request, &visitor, query).await
}

/// Commands of the WebSocket, one on each line, for whoever has opened a stream; the answers come there.
pub async fn say(
    state: web::Data<WebState>,
    visitor: Visitor,
    session: web::Path<u64>,
    body: String,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.person()?;
    let requests = body.lines().filter(|line| !line.trim().is_empty()).map(decode::from_json);
    let requests: Vec<Request> =
        requests.take(LINES + 1).collect::<Result<_, _>>().map_err(|refused| refused.problem)?;
    if requests.is_empty() || requests.len() > LINES {
        let message = format!("send 1 to {LINES} commands, each on a line of its own");
        return Err(Problem::new(ErrorCode::BadRequest, message).into());
    }
    state.request_rates.count_more(visitor.address, requests.len() - 1, state.clock.now())?;
    state.chat.say(person, SessionId(session.into_inner()), requests).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn open(
    state: &WebState,
    request: &HttpRequest,
    visitor: &Visitor,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let sockets = request.app_data::<Rc<WebsocketState>>().ok_or_else(Problem::unavailable)?;
    if !same_origin::is_ours(request) {
        // It could not read it, but it would take places and show somebody as present.
        let message = "a page of another site may not open a stream with your login";
        return Err(Problem::new(ErrorCode::Forbidden, message).into());
    }
    let person = visitor.person()?;
    let positions = positions(request.headers(), &query)?;
    // Before anything is done for a newcomer, as at the other doors.
    let place = sockets.hall.knock(Door::Events, visitor.address)?;
    for (room, _) in positions.iter() {
        // A room that is refused is told with a status, the same for one that is hidden and one that is not there.
        ask::look(&state.chat, Arc::clone(&person), room.clone()).await?;
    }
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(CONTENT_TYPE)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Compression would hold frames back until its block is full. The header says that this has been seen to.
        .insert_header(ContentEncoding::Identity)
        // For nginx, which else collects what it passes on.
        .insert_header(("x-accel-buffering", "no"));
    if request.method() == Method::HEAD {
        return Ok(answer.finish());
    }
    let origin = Origin { door: Door::Events, address: visitor.address };
    let looks = query.looks.unwrap_or(true);
    let wanted = Wanted { positions, looks, html: query.html };
    Ok(answer.streaming(EventStream::open(place, person, origin, wanted)))
}

/// The id that came back counts before the query: it is what the reader got last, while a browser repeats the query as it
/// was first.
fn positions(headers: &HeaderMap, query: &Query) -> Result<Positions, Problem> {
    let given = headers.get(LAST_EVENT_ID).map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned());
    let (field, id) = match (given.filter(|id| !id.is_empty()), &query.after) {
        (Some(id), _) => ("last_event_id", id),
        (None, Some(after)) => ("after", after.clone()),
        (None, None) => return Ok(Positions::unknown(&query.rooms)),
    };
    Positions::parse(&query.rooms, &id).ok_or_else(|| {
        let message =
            "the last event of each room in the order of the rooms, with dots between them, such as 42 or 42.7";
        Problem::field(field, format!("`{field}`: {message}"))
    })
}

fn parse(text: &str) -> Result<Query, Problem> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(text)
        .map_err(|_| Problem::new(ErrorCode::BadRequest, "the query cannot be read"))?;
    let mut query = Query { insists: insists(text), ..Query::default() };
    for (key, value) in pairs.into_inner() {
        match key.as_str() {
            "room" if query.rooms.len() >= limits::ROOMS_PER_SESSION => {
                return Err(Problem::field("room", format!("at most {} rooms", limits::ROOMS_PER_SESSION)));
            }
            "room" => {
                let room = room_name(&value)?;
                if query.rooms.contains(&room) {
                    return Err(Problem::field("room", "`room` is given twice for the same room"));
                }
                query.rooms.push(room);
            }
            "after" if query.after.is_none() => query.after = Some(value),
            "after" => return Err(Problem::field("after", "`after` is given twice")),
            "look" => query.looks = Some(switch("look", &value)?),
            "html" => query.html = switch("html", &value)?,
            "stream" => {}
            _ => {
                let message = "the query may say room, after, look, html and stream";
                return Err(Problem::new(ErrorCode::BadRequest, message));
            }
        }
    }
    Ok(query)
}

fn switch(field: &'static str, value: &str) -> Result<bool, Problem> {
    match value {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Problem::field(field, format!("`{field}` is true or false"))),
    }
}

fn insists(query: &str) -> bool {
    query.split('&').any(|pair| pair == "stream" || pair.starts_with("stream="))
}

/// True when one of these types is named and not refused by `q=0` (RFC 9110, section 12.5.1).
fn accepts(headers: &HeaderMap, types: &[&str]) -> bool {
    let values = headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|kind| types.iter().any(|known| known.eq_ignore_ascii_case(kind)));
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        is_named && weight.is_none_or(|weight| weight.parse().is_ok_and(|weight: f32| weight > 0.0))
    })
}
