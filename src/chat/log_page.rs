//! A page of a room's log, as it is read for `history`, REST and the pages: in numbers, in bytes, and of some kinds of
//! events if that was asked for. Called by the loader.

use crate::domain::event::Event;
use crate::domain::ids::{RoomId, Seq};
use crate::protocol::command::{Only, Page};
use crate::storage::{SharedStore, StorageResult};

/// Bytes of text in one page, at most; a page always has one event.
const PAGE_BYTES: usize = 64 * 1024;
/// Reads for one page of some kinds, at most: a log of nothing but joins is not read to its end.
const ROUNDS: usize = 50;

/// What was read.
#[derive(Debug)]
pub struct LogPage {
    /// Ascending.
    pub events: Vec<Event>,
    /// Where to go on, if there is more in that direction: below or above this number.
    pub next: Option<Seq>,
}

/// Reads a page.
///
/// # Errors
/// When the database cannot be read.
pub async fn read(store: &SharedStore, room: RoomId, page: Page, only: Option<Only>) -> StorageResult<LogPage> {
    let wanted = page.limit + 1;
    let events = match page.after {
        Some(after) => store.events_after(room, after, wanted).await?,
        None => store.events_before(room, page.before, wanted).await?,
    };
    let (events, stopped_at) = match only {
        Some(only) => only_some(store, room, page, only, events).await?,
        None => (events, None),
    };
    let LogPage { events, next } = cut(events, page);
    Ok(LogPage { events, next: next.or(stopped_at) })
}

/// Cuts a page to what was asked for, and to what one answer may weigh.
fn cut(mut events: Vec<Event>, page: Page) -> LogPage {
    let from_start = page.after.is_some();
    let (mut kept, mut bytes) = (0, 0);
    for at in 0..events.len().min(page.limit) {
        bytes += events[if from_start { at } else { events.len() - 1 - at }].body.text_bytes();
        if kept > 0 && bytes > PAGE_BYTES {
            break;
        }
        kept += 1;
    }
    let more = kept < events.len();
    if from_start {
        events.truncate(kept);
    } else {
        events.drain(..events.len() - kept);
    }
    let end = if from_start { events.last() } else { events.first() };
    let next = end.filter(|_| more).map(|event| event.seq);
    LogPage { events, next }
}

/// Reads on until there is a page of them; others lie between. Says where it gave up, if it did so
/// before the end of the log: whoever asked goes on from there, or would ask for the same page for ever.
async fn only_some(
    store: &SharedStore,
    room: RoomId,
    page: Page,
    only: Only,
    mut found: Vec<Event>,
) -> StorageResult<(Vec<Event>, Option<Seq>)> {
    let wanted = page.limit + 1;
    let mut kept: Vec<Event> = Vec::new();
    let mut stopped_at = None;
    for _ in 0..ROUNDS {
        let (first, last, read) = (found.first().map(|e| e.seq), found.last().map(|e| e.seq), found.len());
        let of_kind = found.into_iter().filter(|event| only.takes(event.body.kind()));
        if page.after.is_some() {
            kept.extend(of_kind);
            kept.truncate(wanted);
        } else {
            let mut earlier: Vec<Event> = of_kind.collect();
            earlier.append(&mut kept);
            let surplus = earlier.len().saturating_sub(wanted);
            kept = earlier.split_off(surplus);
        }
        if kept.len() >= wanted || read < wanted {
            return Ok((kept, None));
        }
        found = match (page.after, first, last) {
            (Some(_), _, Some(last)) => {
                stopped_at = Some(last);
                store.events_after(room, last, wanted).await?
            }
            (None, Some(first), _) => {
                stopped_at = Some(first);
                store.events_before(room, Some(first), wanted).await?
            }
            _ => return Ok((kept, None)),
        };
    }
    Ok((kept, stopped_at))
}
