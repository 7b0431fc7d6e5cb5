//! `/rooms/{room}/events`: the log of a room, a page at a time.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask;
use super::extract::{number, room_name};
use super::listing::json;
use super::openapi::texts;
use super::problem::ApiError;
use crate::chat::Chat;
use crate::domain::ids::Seq;
use crate::domain::name::RoomName;
use crate::domain::person::Person;
use crate::protocol::command::{Command, Only, Page};
use crate::protocol::decode;
use crate::protocol::error_code::Problem;
use crate::protocol::event_frame::EventFrame;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// Which page is wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    #[param(value_type = Option<texts::Place>)]
    before: Option<String>,
    #[param(value_type = Option<texts::Number>)]
    after: Option<String>,
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct LogPage<'a> {
    room: &'a RoomName,
    events: Vec<EventFrame<'a>>,
    more: bool,
    /// What to give as `before` for the page before this one, or as `after` for the one behind it, whichever was asked
    /// for; `null` at the end.
    next: Option<Seq>,
    /// The end of the log.
    last_seq: Seq,
    /// `after` lies beyond the end of the log: this is the newest page, as if `after` had not been given.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reset: bool,
}

impl PageQuery {
    pub(super) fn page(&self) -> Result<Page, Problem> {
        decode::page(
            number("before", self.before.as_deref())?,
            number("after", self.after.as_deref())?,
            number("limit", self.limit.as_deref())?,
        )
    }
}

/// A page of everything that happened.
#[utoipa::path(get, path = "/rooms/{room}/events", params(PageQuery), responses((status = 200, body = LogPage)))]
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    page(&state.chat, visitor.person()?, &room, &query, None).await
}

/// A page of the log, of one kind of events or of all.
pub(super) async fn page(
    chat: &Chat,
    person: Arc<Person>,
    room: &str,
    query: &PageQuery,
    only: Option<Only>,
) -> Result<HttpResponse, ApiError> {
    let (room, page) = (room_name(room)?, query.page()?);
    let found = ask::history(chat, person, Command::History { room, page, only }).await?;
    let shown = LogPage {
        room: &found.room,
        events: found.events.iter().map(|event| EventFrame::new(event, None)).collect(),
        more: found.next.is_some(),
        next: found.next,
        last_seq: found.last_seq,
        reset: found.reset,
    };
    Ok(json(HttpResponse::Ok(), shown))
}
