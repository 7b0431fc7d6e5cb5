//! `/rooms/{room}` and `/rooms/{room}/{seq}`: what was said in a room, a page at a time. Direct rooms use it too.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use jiff::civil::Date;

use super::asking::room_name;
use super::fields::Fields;
use super::visit::{Visit, redirect, with_retry_after};
use crate::auth::secret;
use crate::domain::clock::Timestamp;
use crate::domain::event::{EventBody, SharedEvent};
use crate::domain::ids::Seq;
use crate::domain::limits::HISTORY_DEFAULT;
use crate::domain::name::RoomName;
use crate::domain::person::{Author, Person};
use crate::domain::room::RoomKind;
use crate::protocol::answer::{Answer, RoomLook};
use crate::protocol::command::{Command, Page, Question};
use crate::protocol::error_code::Problem;
use crate::web::views::event::{self, EventView};
use crate::web::views::message_state::QuoteView;
use crate::web::views::prose::ProseView;
use crate::web::views::room::{RoomPage, RoomView, Shown};
use crate::web::views::{SidebarView, url};

/// Which part of the log to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The end.
    Newest,
    /// What stands before this event.
    Before(Seq),
    /// What stands after this event.
    After(Seq),
    /// This event and those around it.
    Around(Seq),
}

/// What a refused form leaves on the page.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The status; 200 when there was no form.
    pub status: StatusCode,
    /// A sentence on top of the page.
    pub flash: String,
    /// The text of the message.
    pub text: String,
    /// What is wrong with it.
    pub text_error: String,
    /// What it would look like, for who asked.
    pub preview: Option<ProseView>,
    /// What is wrong with the key of the room.
    pub key_error: String,
    /// When it is worth trying again.
    pub retry_after: Option<Duration>,
}

/// GET `/rooms/{room}`
pub async fn show(visit: Visit, room: web::Path<String>) -> HttpResponse {
    let result = match room_name(&room) {
        Ok(room) if day_of_query(&visit).is_some() => go_to_day(&visit, &room).await,
        Ok(room) => page(&visit, &room, Window::of_query(&visit), Typed::default()).await,
        Err(problem) => Err(problem),
    };
    visit.respond(result).await
}

/// GET `/rooms/{room}/{seq}`
pub async fn permalink(visit: Visit, path: web::Path<(String, Seq)>) -> HttpResponse {
    let result = match room_name(&path.0) {
        Ok(room) => page(&visit, &room, Window::Around(path.1), Typed::default()).await,
        Err(problem) => Err(problem),
    };
    visit.respond(result).await
}

/// The day that the query of the address asks for.
fn day_of_query(visit: &Visit) -> Option<Date> {
    Fields::of_query(&visit.request).get("date").parse().ok()
}

/// Leads to the first event of a day, or to the end when nothing has happened since.
async fn go_to_day(visit: &Visit, room: &RoomName) -> Result<HttpResponse, Problem> {
    let zone = visit.state.renderer.zone();
    let begins = day_of_query(visit).and_then(|day| day.to_zoned(zone.clone()).ok());
    let time = begins.map_or(Timestamp(0), |begins| Timestamp(begins.timestamp().as_millisecond()));
    let reader = visit.reader()?;
    let look = visit.look(&reader, room).await?;
    let ask = Command::Ask { room: room.clone(), question: Question::Since { time } };
    match visit.ask(&reader, ask).await? {
        Answer::Place { seq } if seq <= look.last_seq => Ok(redirect(&url::permalink(room.as_str(), seq))),
        _ => Ok(redirect(&visit.room_url(&reader, room).await?)),
    }
}

/// The message that a new one will answer, as the query of the address says.
async fn reply(visit: &Visit, reader: &Arc<Person>, room: &RoomName) -> Result<Option<QuoteView>, Problem> {
    let Ok(seq) = Fields::of_query(&visit.request).get("reply_to").parse::<Seq>() else { return Ok(None) };
    let page = Page { before: None, after: Some(seq.saturating_sub(1)), limit: 1 };
    let events = visit.history(reader, room, page).await?.events;
    Ok(events.iter().find(|event| event.seq == seq).and_then(|event| QuoteView::of(event)))
}

impl Window {
    /// The part that the query of the address asks for.
    pub fn of_query(visit: &Visit) -> Self {
        let query = Fields::of_query(&visit.request);
        match (query.get("before").parse(), query.get("after").parse()) {
            (Ok(before), _) => Self::Before(before),
            (_, Ok(after)) => Self::After(after),
            _ => Self::Newest,
        }
    }
}

/// The page of a room.
pub async fn page(visit: &Visit, room: &RoomName, window: Window, typed: Typed) -> Result<HttpResponse, Problem> {
    let reader = visit.reader()?;
    let look = visit.look(&reader, room).await?;
    let (events, shown) = read(visit, &reader, &look, window).await?;
    let mut entries = visit.rooms(&reader).await?;
    let entry = entries.iter_mut().find(|entry| entry.room == look.room);
    let title = entry.as_ref().map_or_else(|| look.room.to_string(), |entry| entry.title.clone());
    let url = entry.as_ref().map_or_else(|| url::room(look.room.as_str()), |entry| url::of_entry(entry));
    let is_member = visit.is_account() && look.role.is_some();
    if let Some(entry) = entry.filter(|_| shown.is_newest) {
        (entry.unread, entry.mentions) = (0, 0);
    }

    let now = visit.state.clock.now();
    let author = visit.visitor.person.as_deref().map(Author::from);
    let writing = visit.state.renderer.writing(&visit.words, author.as_ref().map(|author| author.id));
    let has_name = author.is_some();
    let context = RoomPage {
        page: titled(visit, &look, &title, &typed),
        sidebar: SidebarView::new(&entries, visit.is_account(), Some(look.room.as_str())),
        room: RoomView {
            text_value: typed.text,
            text_error: typed.text_error,
            preview: typed.preview,
            key_error: typed.key_error,
            reply: reply(visit, &reader, &look.room).await?,
            focus_text: own_text(&events, shown.focus, author.as_ref()),
            ..RoomView::new(&look, (&title, &url), shown, has_name, secret::random_link(), &visit.words)
        },
        timeline: event::timeline(&events, is_member.then_some(look.read_seq), now, writing),
        pending_event: EventView::pending(look.room.as_str(), author.as_ref(), now, writing.zone),
    };
    let response = visit.html(typed.status, "pages/room.html", &context)?;
    // Only now: the "new" line shows what was unread before this visit.
    if is_member && shown.is_newest && look.last_seq > look.read_seq && !visit.is_ahead() {
        mark_read(visit, &reader, &look.room, look.last_seq.max(shown.last)).await;
    }
    Ok(with_retry_after(response, typed.retry_after))
}

/// The text of an event as it was written, for its author to change.
fn own_text(events: &[SharedEvent], focus: Seq, author: Option<&Author>) -> String {
    let event =
        events.iter().find(|event| event.seq == focus && Some(event.author.id) == author.map(|author| author.id));
    match event.map(|event| &event.body) {
        Some(EventBody::Message(message)) => message.text.clone(),
        _ => String::new(),
    }
}

fn titled(visit: &Visit, look: &RoomLook, title: &str, typed: &Typed) -> crate::web::views::PageView {
    let shown = if look.kind == RoomKind::Direct { title.to_owned() } else { format!("#{title}") };
    crate::web::views::PageView { flash: typed.flash.clone(), ..visit.page_view(&shown) }
}

async fn mark_read(visit: &Visit, reader: &Arc<Person>, room: &RoomName, seq: Seq) {
    if let Err(problem) = visit.ask(reader, Command::Read { room: room.clone(), seq }).await {
        // The page is right all the same; the next visit moves the cursor.
        log::info!("a read cursor could not be moved: {problem}");
    }
}

/// Reads the part of the log; an empty part shows the end instead.
async fn read(
    visit: &Visit,
    reader: &Arc<Person>,
    look: &RoomLook,
    window: Window,
) -> Result<(Vec<SharedEvent>, Shown), Problem> {
    let half = HISTORY_DEFAULT / 2;
    let page = |before, after, limit| visit.history(reader, &look.room, Page { before, after, limit });
    let (mut events, mut is_end) = match window {
        Window::Newest => (Vec::new(), true),
        Window::Before(seq) => (page(Some(seq), None, HISTORY_DEFAULT).await?.events, false),
        Window::After(seq) => {
            let page = page(None, Some(seq), HISTORY_DEFAULT).await?;
            (page.events, page.next.is_none())
        }
        Window::Around(seq) if seq == 0 || seq > look.last_seq => {
            return Err(visit.not_found("error.no_such_message"));
        }
        Window::Around(seq) => {
            let mut events = page(Some(seq), None, half).await?.events;
            let after = page(None, Some(seq - 1), half + 1).await?;
            events.extend(after.events);
            (events, after.next.is_none())
        }
    };
    if events.is_empty() {
        events = page(None, None, HISTORY_DEFAULT).await?.events;
        is_end = true;
    }
    let last = events.last().map_or(0, |event| event.seq);
    let shown = Shown {
        first: events.first().map_or(0, |event| event.seq),
        last,
        focus: if let Window::Around(seq) = window { seq } else { 0 },
        is_newest: is_end || last >= look.last_seq,
    };
    if look.kind == RoomKind::Direct {
        // Both are always in it; that they came in is no news to them.
        events.retain(|event| matches!(event.body, EventBody::Message { .. }));
    }
    Ok((events, shown))
}
