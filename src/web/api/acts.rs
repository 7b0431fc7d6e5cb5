//! `/rooms/{room}/messages/{seq}` and below: what is done to a message, and what is looked up about it.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask;
use super::events::PageQuery;
use super::extract::{Body, in_range, room_name};
use super::listing::json;
use super::openapi::texts;
use super::problem::ApiError;
use crate::domain::ids::Seq;
use crate::domain::name::RoomName;
use crate::domain::person::Author;
use crate::domain::text::MessageText;
use crate::protocol::answer::{Found, Sent, Version, Why};
use crate::protocol::command::{Command, Question};
use crate::protocol::decode;
use crate::protocol::error_code::Problem;
use crate::protocol::event_frame::EventFrame;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// The new text of a message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewText {
    #[schema(value_type = texts::MessageText)]
    text: String,
}

/// Messages that were looked up.
#[derive(Serialize, ToSchema)]
struct FoundList<'a> {
    room: &'a RoomName,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<EventFrame<'a>>,
    events: Vec<EventFrame<'a>>,
    more: bool,
}

#[derive(Serialize, ToSchema)]
struct Versions {
    versions: Vec<Version>,
}

#[derive(Serialize, ToSchema)]
struct Readers {
    readers: Vec<Author>,
}

/// Room and number in a path.
type Place = web::Path<(String, Seq)>;

fn place(path: Place) -> Result<(RoomName, Seq), Problem> {
    let (room, seq) = path.into_inner();
    Ok((room_name(&room)?, in_range("seq", seq)?))
}

/// Changes the text of one's own message.
#[utoipa::path(
    patch,
    path = "/rooms/{room}/messages/{seq}",
    request_body = NewText,
    responses((status = 200, body = Sent))
)]
pub async fn edit(
    state: web::Data<WebState>,
    visitor: Visitor,
    path: Place,
    body: Body<NewText>,
) -> Result<HttpResponse, ApiError> {
    let (person, (room, seq)) = (visitor.person()?, place(path)?);
    let text = MessageText::parse(&body.text).map_err(Problem::from)?;
    act(&state, person, Command::Edit { room, seq, text }).await
}

/// Takes a message back.
#[utoipa::path(delete, path = "/rooms/{room}/messages/{seq}", responses((status = 200, body = Sent)))]
pub async fn delete(state: web::Data<WebState>, visitor: Visitor, path: Place) -> Result<HttpResponse, ApiError> {
    let (person, (room, seq)) = (visitor.person()?, place(path)?);
    act(&state, person, Command::Delete { room, seq }).await
}

/// Puts an emoji on a message.
#[utoipa::path(
    put,
    path = "/rooms/{room}/messages/{seq}/reactions/{emoji}",
    responses((status = 200, body = Sent), (status = 409))
)]
pub async fn react(
    state: web::Data<WebState>,
    visitor: Visitor,
    path: web::Path<(String, Seq, String)>,
) -> Result<HttpResponse, ApiError> {
    reaction(&state, &visitor, path, true).await
}

/// Takes an emoji off a message.
#[utoipa::path(delete, path = "/rooms/{room}/messages/{seq}/reactions/{emoji}", responses((status = 200, body = Sent)))]
pub async fn unreact(
    state: web::Data<WebState>,
    visitor: Visitor,
    path: web::Path<(String, Seq, String)>,
) -> Result<HttpResponse, ApiError> {
    reaction(&state, &visitor, path, false).await
}

async fn reaction(
    state: &WebState,
    visitor: &Visitor,
    path: web::Path<(String, Seq, String)>,
    on: bool,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.person()?;
    let (room, seq, emoji) = path.into_inner();
    let (room, seq) = (room_name(&room)?, in_range("seq", seq)?);
    act(state, person, Command::React { room, seq, emoji: decode::emoji(&emoji)?, on }).await
}

/// Puts a message up.
#[utoipa::path(put, path = "/rooms/{room}/messages/{seq}/pin", responses((status = 200, body = Sent)))]
pub async fn pin(state: web::Data<WebState>, visitor: Visitor, path: Place) -> Result<HttpResponse, ApiError> {
    let (person, (room, seq)) = (visitor.person()?, place(path)?);
    act(&state, person, Command::Pin { room, seq, on: true }).await
}

/// Takes a message down.
#[utoipa::path(delete, path = "/rooms/{room}/messages/{seq}/pin", responses((status = 200, body = Sent)))]
pub async fn unpin(state: web::Data<WebState>, visitor: Visitor, path: Place) -> Result<HttpResponse, ApiError> {
    let (person, (room, seq)) = (visitor.person()?, place(path)?);
    act(&state, person, Command::Pin { room, seq, on: false }).await
}

/// Says under which number it stands in the log.
async fn act(
    state: &WebState,
    person: std::sync::Arc<crate::domain::person::Person>,
    command: Command,
) -> Result<HttpResponse, ApiError> {
    Ok(json(HttpResponse::Ok(), ask::send(&state.chat, person, command).await?))
}

/// The answers of a thread.
#[utoipa::path(
    get,
    path = "/rooms/{room}/messages/{seq}/thread",
    params(PageQuery),
    responses((status = 200, body = FoundList))
)]
pub async fn thread(
    state: web::Data<WebState>,
    visitor: Visitor,
    path: Place,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let (person, (room, seq), page) = (visitor.person()?, place(path)?, query.page()?);
    let question = Question::Thread { seq, after: page.after.unwrap_or(0), limit: page.limit };
    let found = ask::found(&state.chat, person, room, question).await?;
    Ok(list(&found))
}

/// What was put up in a room.
#[utoipa::path(get, path = "/rooms/{room}/pins", responses((status = 200, body = FoundList)))]
pub async fn pins(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = ask::found(&state.chat, visitor.person()?, room_name(&room)?, Question::Pins).await?;
    Ok(list(&found))
}

fn list(found: &Found) -> HttpResponse {
    let shown = FoundList {
        room: &found.room,
        root: found.root.as_ref().map(|event| EventFrame::new(event, None)),
        events: found.events.iter().map(|event| EventFrame::new(event, None)).collect(),
        more: found.more,
    };
    json(HttpResponse::Ok(), shown)
}

/// The texts a message has had.
#[utoipa::path(get, path = "/rooms/{room}/messages/{seq}/edits", responses((status = 200, body = Versions)))]
pub async fn edits(state: web::Data<WebState>, visitor: Visitor, path: Place) -> Result<HttpResponse, ApiError> {
    let (person, (room, seq)) = (visitor.person()?, place(path)?);
    let versions = ask::versions(&state.chat, person, room, seq).await?;
    Ok(json(HttpResponse::Ok(), Versions { versions }))
}

/// Who has read a message.
#[utoipa::path(get, path = "/rooms/{room}/messages/{seq}/seen", responses((status = 200, body = Readers)))]
pub async fn seen(state: web::Data<WebState>, visitor: Visitor, path: Place) -> Result<HttpResponse, ApiError> {
    let (person, (room, seq)) = (visitor.person()?, place(path)?);
    let readers = ask::readers(&state.chat, person, room, seq).await?;
    Ok(json(HttpResponse::Ok(), Readers { readers }))
}

/// Why a room is unread.
#[utoipa::path(get, path = "/rooms/{room}/unread", responses((status = 200, body = Why)))]
pub async fn unread(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let why: Why = ask::why(&state.chat, visitor.person()?, room_name(&room)?).await?;
    Ok(json(HttpResponse::Ok(), why))
}
