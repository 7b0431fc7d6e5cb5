//! `/rooms/{room}/messages`: what people write.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::events::{LogPage, PageQuery, page};
use super::extract::{Body, Whole, in_range, room_name};
use super::listing::json;
use super::openapi::texts;
use super::problem::ApiError;
use super::{ask, location};
use crate::domain::ids::Seq;
use crate::domain::limits::NONCE_BYTES;
use crate::domain::text::MessageText;
use crate::protocol::answer::Sent;
use crate::protocol::command::{Command, Only, Page};
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::protocol::event_frame::EventFrame;
use crate::web::middleware::idempotency;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// What a message is made of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    #[schema(value_type = texts::MessageText)]
    text: String,
    #[schema(value_type = Option<texts::Number>)]
    reply_to: Option<Whole>,
    #[schema(value_type = Option<texts::Nonce>)]
    nonce: Option<String>,
}

/// A page of messages.
#[utoipa::path(get, path = "/rooms/{room}/messages", params(PageQuery), responses((status = 200, body = LogPage)))]
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    page(&state.chat, visitor.person()?, &room, &query, Some(Only::Messages)).await
}

/// Stores a message. The idempotency key is the nonce: a repeated one is answered with the first one's number.
#[utoipa::path(
    post,
    path = "/rooms/{room}/messages",
    request_body = NewMessage,
    responses((status = 200, body = Sent), (status = 201, body = Sent))
)]
pub async fn send(
    state: web::Data<WebState>,
    visitor: Visitor,
    request: HttpRequest,
    room: web::Path<String>,
    body: Body<NewMessage>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.person()?;
    let NewMessage { text, reply_to, nonce } = body.into_inner().0;
    let command = Command::Send {
        room: room_name(&room)?,
        text: MessageText::parse(&text).map_err(Problem::from)?,
        nonce: one_nonce(nonce, idempotency::key(request.headers())?)?,
        reply_to: reply_to.map(|seq| in_range("reply_to", seq.0)).transpose()?,
    };
    let sent = ask::send(&state.chat, person, command).await?;
    let mut answer = if sent.duplicate { HttpResponse::Ok() } else { HttpResponse::Created() };
    answer.insert_header((LOCATION, location::of_event(&sent.room, sent.seq)));
    Ok(json(answer, sent))
}

/// One event of the log.
#[utoipa::path(get, path = "/rooms/{room}/messages/{seq}", responses((status = 200, body = EventFrame)))]
pub async fn show(
    state: web::Data<WebState>,
    visitor: Visitor,
    path: web::Path<(String, Seq)>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.person()?;
    let (room, seq) = path.into_inner();
    let (room, seq) = (room_name(&room)?, in_range("seq", seq)?);
    let page = Page { before: None, after: Some(seq.saturating_sub(1)), limit: 1 };
    let found = ask::history(&state.chat, person, Command::History { room, page, only: None }).await?;
    match found.events.first().filter(|event| event.seq == seq) {
        Some(event) => Ok(json(HttpResponse::Ok(), EventFrame::new(event, None))),
        None => Err(Problem::new(ErrorCode::NotFound, "there is no event with this number in this room").into()),
    }
}

fn one_nonce(nonce: Option<String>, key: Option<String>) -> Result<Option<String>, Problem> {
    if nonce.as_ref().is_some_and(|nonce| nonce.is_empty() || nonce.len() > NONCE_BYTES) {
        return Err(Problem::field("nonce", format!("`nonce` must be a string of 1 to {NONCE_BYTES} bytes")));
    }
    match (nonce, key) {
        (Some(nonce), Some(key)) if nonce != key => {
            Err(Problem::field("nonce", "`nonce` and the header Idempotency-Key must be the same; give one of them"))
        }
        (nonce, key) => Ok(nonce.or(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(nonce: Option<&str>, key: Option<&str>) -> Result<Option<String>, Problem> {
        one_nonce(nonce.map(str::to_owned), key.map(str::to_owned))
    }

    #[test]
    fn the_key_is_the_nonce() {
        assert_eq!(nonce(None, None), Ok(None));
        assert_eq!(nonce(Some("a"), None), Ok(Some("a".to_owned())));
        assert_eq!(nonce(None, Some("a")), Ok(Some("a".to_owned())));
        assert_eq!(nonce(Some("a"), Some("a")), Ok(Some("a".to_owned())));
    }

    #[test]
    fn two_different_ones_and_bad_ones_are_refused() {
        assert!(nonce(Some("a"), Some("b")).is_err());
        assert!(nonce(Some(""), None).is_err());
        assert!(nonce(Some(&"n".repeat(65)), None).is_err());
    }
}
