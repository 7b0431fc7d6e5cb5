//! `/rooms/{room}/{seq}/thread`: a message with everything that answers it, and `/rooms/{room}/pins`: what was put up. Both
//! stand by themselves, and are shown in the panel beside the room.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::asking::room_name;
use super::fields::Fields;
use super::visit::{Visit, redirect};
use crate::auth::secret;
use crate::domain::event::SharedEvent;
use crate::domain::ids::Seq;
use crate::domain::limits::HISTORY_PAGE;
use crate::domain::name::RoomName;
use crate::domain::person::{Author, Person};
use crate::protocol::answer::{Answer, Found};
use crate::protocol::command::{Command, Question};
use crate::protocol::error_code::Problem;
use crate::web::views::SidebarView;
use crate::web::views::event::{self, EventView, TimelineEntry};
use crate::web::views::room::{RoomView, Shown};
use crate::web::views::thread::{PinsPage, ThreadPage};
use crate::web::views::url;

/// GET `/rooms/{room}/{seq}/thread`
pub async fn show(visit: Visit, path: web::Path<(String, Seq)>) -> HttpResponse {
    let result = thread(&visit, &path.0, path.1).await;
    visit.respond(result).await
}

/// GET `/rooms/{room}/pins`
pub async fn pins(visit: Visit, room: web::Path<String>) -> HttpResponse {
    let result = pin_list(&visit, &room).await;
    visit.respond(result).await
}

async fn thread(visit: &Visit, room: &str, seq: Seq) -> Result<HttpResponse, Problem> {
    let (room, reader) = (room_name(room)?, visit.reader()?);
    let after = Fields::of_query(&visit.request).get("after").parse().unwrap_or(0);
    let found = find(visit, &reader, &room, Question::Thread { seq, after, limit: HISTORY_PAGE }).await?;
    let Some(first) = &found.root else { return Err(visit.not_found("error.no_such_message")) };
    let address = format!("{}/thread", url::permalink(room.as_str(), first.seq));
    if first.seq != seq {
        return Ok(redirect(&address));
    }
    let last = found.events.last().map_or(0, |event| event.seq);
    let (sidebar, room) = around(visit, &reader, &room).await?;
    let context = ThreadPage {
        page: visit.page_view(&visit.words.get("thread.title")),
        sidebar,
        root: views(visit, std::slice::from_ref(first)).remove(0),
        timeline: timeline(visit, &found.events),
        more_url: if found.more { format!("{address}?after={last}") } else { String::new() },
        room,
    };
    visit.html(StatusCode::OK, "pages/thread.html", &context)
}

async fn pin_list(visit: &Visit, room: &str) -> Result<HttpResponse, Problem> {
    let (room, reader) = (room_name(room)?, visit.reader()?);
    let found = find(visit, &reader, &room, Question::Pins).await?;
    let (sidebar, room) = around(visit, &reader, &room).await?;
    let page = visit.page_view(&visit.words.get("pins.title"));
    let context = PinsPage { page, sidebar, room, pins: views(visit, &found.events) };
    visit.html(StatusCode::OK, "pages/pins.html", &context)
}

async fn find(visit: &Visit, reader: &Arc<Person>, room: &RoomName, question: Question) -> Result<Found, Problem> {
    match visit.ask(reader, Command::Ask { room: room.clone(), question }).await? {
        Answer::Found(found) => Ok(found),
        _ => Err(Problem::unavailable()),
    }
}

/// What stands around the messages: the list of rooms, and the room itself.
async fn around(visit: &Visit, reader: &Arc<Person>, room: &RoomName) -> Result<(SidebarView, RoomView), Problem> {
    let look = visit.look(reader, room).await?;
    let entries = visit.rooms(reader).await?;
    let entry = entries.iter().find(|entry| entry.room == look.room);
    let title = entry.map_or_else(|| look.room.to_string(), |entry| entry.title.clone());
    let has_name = visit.visitor.person.is_some();
    let address = entry.map_or_else(|| url::room(look.room.as_str()), url::of_entry);
    let view =
        RoomView::new(&look, (&title, &address), Shown::default(), has_name, secret::random_link(), &visit.words);
    Ok((SidebarView::new(&entries, visit.is_account(), Some(look.room.as_str())), view))
}

fn timeline(visit: &Visit, events: &[SharedEvent]) -> Vec<TimelineEntry> {
    let viewer = visit.visitor.person.as_deref().map(|person| Author::from(person).id);
    let writing = visit.state.renderer.writing(&visit.words, viewer);
    event::timeline(events, None, visit.state.clock.now(), writing)
}

fn views(visit: &Visit, events: &[SharedEvent]) -> Vec<EventView> {
    let viewer = visit.visitor.person.as_deref().map(|person| person.id);
    let writing = visit.state.renderer.writing(&visit.words, viewer);
    events.iter().map(|event| EventView::new(event, writing)).collect()
}
