//! `/search`: messages. The same question as on the page of that name.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::number;
use super::listing::json;
use super::location;
use super::openapi::texts;
use super::problem::ApiError;
use crate::domain::name::RoomName;
use crate::domain::room::RoomKind;
use crate::protocol::error_code::Problem;
use crate::protocol::event_frame::EventFrame;
use crate::storage::search::KnownRoom;
use crate::web::search::{Hit, Order, Question, Results, text_of};
use crate::web::state::WebState;
use crate::web::views::search::{room_title, room_url, snippet_html};
use crate::web::visitor::Visitor;

const LIMIT_MAX: usize = 50;
const LIMIT_DEFAULT: usize = 20;

/// What is looked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SearchQuery {
    #[param(value_type = texts::Words)]
    q: Option<String>,
    #[param(value_type = Option<texts::Sort>)]
    sort: Option<String>,
    #[param(value_type = Option<u32>, minimum = 1, maximum = 50)]
    limit: Option<String>,
    #[param(value_type = Option<texts::Cursor>)]
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SearchAnswer)]
struct Answer<'a> {
    results: Vec<Match<'a>>,
    /// What to give as `cursor` for the next page; `null` at the end.
    next: Option<&'a str>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SearchMatch)]
struct Match<'a> {
    event: EventFrame<'a>,
    room: Room<'a>,
    /// Where it can be read.
    url: String,
    /// The part of the text that matches, as HTML with `<mark>`.
    snippet_html: String,
    /// The message before it.
    before: Option<EventFrame<'a>>,
    /// The message behind it.
    after: Option<EventFrame<'a>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SearchRoom)]
struct Room<'a> {
    name: &'a RoomName,
    title: String,
    kind: RoomKind,
    url: String,
}

impl SearchQuery {
    fn order(&self) -> Result<Order, Problem> {
        match self.sort.as_deref() {
            None | Some("newest") => Ok(Order::Newest),
            Some("best") => Ok(Order::Best),
            Some(_) => Err(Problem::field("sort", "`sort` must be newest or best")),
        }
    }

    fn limit(&self) -> Result<usize, Problem> {
        match number("limit", self.limit.as_deref())?.map(usize::try_from) {
            None => Ok(LIMIT_DEFAULT),
            Some(Ok(limit)) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
            Some(_) => Err(Problem::field("limit", format!("`limit` must be 1 to {LIMIT_MAX}"))),
        }
    }
}

/// Messages in the rooms that the caller may read.
#[utoipa::path(get, path = "/search", params(SearchQuery), responses((status = 200, body = Answer), (status = 413)))]
pub async fn search(
    state: web::Data<WebState>,
    visitor: Visitor,
    query: web::Query<SearchQuery>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.person()?;
    let question = Question {
        person: &person,
        address: visitor.address,
        access: state.auth.access(),
        now: state.clock.now(),
        zone: state.renderer.zone(),
        text: query.q.as_deref().unwrap_or_default(),
        is_typing: false,
        order: query.order()?,
        limit: query.limit()?,
        cursor: query.cursor.as_deref(),
    };
    let results = state.searcher.search(question).await.map_err(Problem::from)?;
    Ok(json(HttpResponse::Ok(), Answer::new(&results)))
}

impl<'a> Answer<'a> {
    fn new(results: &'a Results) -> Self {
        let shown = results.hits.iter().map(|hit| Match::new(hit, results)).collect();
        Self { results: shown, next: results.next.as_deref() }
    }
}

impl<'a> Match<'a> {
    fn new(hit: &'a Hit, results: &Results) -> Self {
        let frame = |event| EventFrame::new(event, None);
        Self {
            event: frame(&hit.event),
            room: Room::new(&hit.room),
            url: location::of_event(&hit.room.name, hit.event.seq),
            snippet_html: snippet_html(text_of(&hit.event), &results.terms),
            before: hit.around.before.as_ref().map(frame),
            after: hit.around.after.as_ref().map(frame),
        }
    }
}

impl<'a> Room<'a> {
    fn new(room: &'a KnownRoom) -> Self {
        Self { name: &room.name, title: room_title(room), kind: room.kind, url: room_url(room) }
    }
}
