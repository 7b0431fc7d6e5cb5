//! `/search`: messages, by a form that works without a script. `?room=` fills in a room to search in.

use std::fmt::Write;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::fields::Fields;
use super::visit::Visit;
use crate::domain::name::RoomName;
use crate::protocol::answer::RoomEntry;
use crate::protocol::error_code::Problem;
use crate::web::search::telling::search_error;
use crate::web::search::{Order, Question, Refused, Results};
use crate::web::views::search::{ResultView, SearchForm, SearchPage};
use crate::web::views::{SidebarView, url};

/// Results of one page.
const RESULTS: usize = 20;

/// GET `/search`
pub async fn show(visit: Visit) -> HttpResponse {
    let result = page(&visit).await;
    visit.respond(result).await
}

async fn page(visit: &Visit) -> Result<HttpResponse, Problem> {
    let reader = visit.reader()?;
    let fields = Fields::of_query(&visit.request);
    let order = if fields.get("sort") == "best" { Order::Best } else { Order::Newest };
    let entries = visit.rooms(&reader).await?;
    let mut form = SearchForm { q_value: typed(&fields, &entries), q_error: String::new(), sort: name_of(order) };
    let is_search = !fields.get("q").trim().is_empty();
    let (now, writing) = (visit.state.clock.now(), visit.state.renderer.writing(&visit.words, None));
    let question = Question {
        person: &reader,
        address: visit.visitor.address,
        access: visit.state.auth.access(),
        now,
        zone: writing.zone,
        text: &form.q_value,
        is_typing: false,
        order,
        limit: RESULTS,
        cursor: Some(fields.get("cursor")).filter(|cursor| !cursor.is_empty()),
    };
    let found = if is_search { visit.state.searcher.search(question).await } else { Ok(Results::default()) };
    let (status, results) = match found {
        Ok(results) => (StatusCode::OK, results),
        Err(Refused::Text(error)) => {
            form.q_error = search_error(&visit.words, &error);
            (StatusCode::UNPROCESSABLE_ENTITY, Results::default())
        }
        Err(Refused::Problem(problem)) => return Err(problem),
    };
    let address = |order, cursor| if is_search { address(&form.q_value, order, cursor) } else { String::new() };
    let context = SearchPage {
        page: visit.page_view(&visit.words.get("search.title")),
        sidebar: SidebarView::new(&entries, visit.is_account(), None),
        is_search: is_search && form.q_error.is_empty(),
        results: results.hits.iter().map(|hit| ResultView::new(hit, &results, now, writing)).collect(),
        next_url: results.next.as_deref().map(|next| address(order, Some(next))).unwrap_or_default(),
        newest_url: address(Order::Newest, None),
        best_url: address(Order::Best, None),
        form,
    };
    visit.html(status, "pages/search.html", &context)
}

/// What was typed, or the room that the search begins from: a direct one under the name of the other person.
fn typed(fields: &Fields, entries: &[RoomEntry]) -> String {
    let (text, room) = (fields.get("q"), fields.get("room"));
    match RoomName::parse_existing(room) {
        Ok(room) if text.is_empty() => {
            let other = entries.iter().find(|entry| entry.room == room).and_then(|entry| entry.other.as_ref());
            other.map_or_else(|| format!("in:{room} "), |other| format!("in:@{} ", other.name))
        }
        _ => text.to_owned(),
    }
}

fn address(text: &str, order: Order, cursor: Option<&str>) -> String {
    let mut address = format!("/search?q={}", url::segment(text));
    if order == Order::Best {
        address.push_str("&sort=best");
    }
    if let Some(cursor) = cursor {
        // Writing into a String cannot fail.
        let _ = write!(address, "&cursor={}", url::segment(cursor));
    }
    address
}

fn name_of(order: Order) -> &'static str {
    match order {
        Order::Newest => "newest",
        Order::Best => "best",
    }
}
