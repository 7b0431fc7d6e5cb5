//! One event of a room as `partials/message.html` shows it, and the timeline made of them. The page and the live
//! frames use the same context, so that a message looks the same however it arrived.

use std::time::Duration;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::forms::PersonView;
use super::markdown::Markdown;
use super::message_state::MessageState;
use super::prose::ProseView;
use super::{time, url};
use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, EventBody, SharedEvent};
use crate::domain::ids::{Seq, UserId};
use crate::domain::membership::Role;
use crate::domain::mention::Mentions;
use crate::domain::person::Author;
use crate::web::words::Words;

/// Messages of one author within this time form a group. The script of the timeline knows the same number.
const GROUP: Duration = Duration::from_mins(5);

/// How events are written: the zone of the times, and who renders Markdown.
#[derive(Clone, Copy)]
pub struct Writing<'a> {
    /// The time zone of the settings.
    pub zone: &'a TimeZone,
    /// Renders the text of messages.
    pub markdown: &'a Markdown,
    /// The language of the words around them.
    pub words: &'a Words,
    /// Who is looking; nobody for what is written once for all.
    pub viewer: Option<UserId>,
}

/// One event.
#[derive(Debug, Clone, Serialize)]
pub struct EventView {
    /// `message`, `joined` or `left`.
    pub kind: &'static str,
    /// The name of the room.
    pub room: String,
    /// Its number.
    pub seq: Seq,
    /// Whose doing it is.
    pub author: PersonView,
    /// The text of a message.
    pub text: ProseView,
    /// When, for machines.
    pub at: String,
    /// When, for people: the time of day.
    pub time: String,
    /// Its address.
    pub permalink: String,
    /// It belongs to the group of the message before.
    pub follows: bool,
    /// What has become of it, if it is a message.
    pub state: MessageState,
    /// What happened, for everything that is no message.
    pub notice: String,
    /// The key of its words, for the script that puts them into the reader's language, or nothing.
    pub notice_key: &'static str,
    /// Who did it to them, or nothing.
    pub by: String,
    /// The message that was put up; 0 for everything else.
    pub target: Seq,
    /// Its address, or nothing.
    pub target_url: String,
    /// It is on its way; only the script shows such a one.
    pub pending: bool,
}

impl EventView {
    /// Shows an event by itself, as a live frame brings it.
    #[must_use]
    pub fn new(event: &Event, writing: Writing<'_>) -> Self {
        let room = event.room_name.as_str();
        let notice = notice(event);
        let (text, state) = match &event.body {
            EventBody::Message(message) => {
                let nobody = Mentions::NONE;
                let mentions = message.mentions.as_deref().unwrap_or(&nobody);
                let state = MessageState::new(room, event.seq, message, writing.viewer, writing.zone);
                (ProseView::new(writing.markdown, &message.text, mentions), state)
            }
            EventBody::Edited { text, .. } => {
                let text = ProseView::new(writing.markdown, text, &Mentions::NONE);
                (text, MessageState { edited: true, ..MessageState::default() })
            }
            _ => (ProseView::default(), MessageState::default()),
        };
        let target = event.body.target().unwrap_or_default();
        let is_edit = matches!(event.body, EventBody::Edited { .. });
        Self {
            kind: event.body.kind().as_str(),
            room: room.to_owned(),
            seq: event.seq,
            author: PersonView::from(&event.author),
            text,
            at: event.at.rfc3339(),
            time: time::of_day(event.at, writing.zone),
            // An edit is shown as the message it changes.
            permalink: url::permalink(room, if is_edit { target } else { event.seq }),
            follows: false,
            state,
            notice: notice
                .map(|(key, by)| writing.words.with(key, &[("name", &event.author.name), ("by", &by)]))
                .unwrap_or_default(),
            notice_key: notice.map_or("", |(key, _)| key),
            by: notice.map(|(_, by)| by.to_owned()).unwrap_or_default(),
            target,
            target_url: if target == 0 { String::new() } else { url::permalink(room, target) },
            pending: false,
        }
    }

    /// The empty message that the script fills while a real one is on its way.
    #[must_use]
    pub fn pending(room: &str, author: Option<&Author>, now: Timestamp, zone: &TimeZone) -> Self {
        let nobody = PersonView { id: String::new(), name: String::new(), initials: String::new(), hue: 0 };
        Self {
            kind: "message",
            room: room.to_owned(),
            seq: 0,
            author: author.map_or(nobody, PersonView::from),
            text: ProseView::default(),
            at: now.rfc3339(),
            time: time::of_day(now, zone),
            permalink: String::new(),
            follows: false,
            state: MessageState::default(),
            notice: String::new(),
            notice_key: "",
            by: String::new(),
            target: 0,
            target_url: String::new(),
            pending: true,
        }
    }
}

/// The words of a notice, and who did it to the author. Scripts put them into the reader's language by the same key.
fn notice(event: &Event) -> Option<(&'static str, &str)> {
    match &event.body {
        EventBody::Message(_)
        | EventBody::Edited { .. }
        | EventBody::Deleted { .. }
        | EventBody::Reaction { .. }
        | EventBody::Pinned { on: false, .. } => None,
        EventBody::Pinned { on: true, .. } => Some(("js.notice.pinned", "")),
        EventBody::Topic { topic } if topic.as_str().is_empty() => Some(("js.notice.topic_removed", "")),
        EventBody::Topic { topic } => Some(("js.notice.topic", topic.as_str())),
        EventBody::Changed { archived: Some(true), .. } => Some(("js.notice.archived", "")),
        EventBody::Changed { archived: Some(false), .. } => Some(("js.notice.opened", "")),
        EventBody::Changed { .. } => Some(("js.notice.described", "")),
        EventBody::Role { role: Role::Owner, by } => Some(("js.notice.owner", by.name.as_str())),
        EventBody::Role { role: Role::Moderator, by } => Some(("js.notice.moderator", by.name.as_str())),
        EventBody::Role { role: Role::Member, by } => Some(("js.notice.member", by.name.as_str())),
        EventBody::Joined { by: None, .. } => Some(("js.notice.joined", "")),
        EventBody::Joined { by: Some(by), .. } => Some(("js.notice.added", by.name.as_str())),
        EventBody::Left { by: None } => Some(("js.notice.left", "")),
        EventBody::Left { by: Some(by) } => Some(("js.notice.removed", by.name.as_str())),
    }
}

/// One entry of the timeline.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum TimelineEntry {
    /// A new day begins.
    Day {
        /// For people.
        label: String,
        /// For machines.
        date: String,
    },
    /// Every message below has not been read. Notices alone are nothing to come back for.
    New,
    /// Something happened.
    Event {
        /// What.
        event: Box<EventView>,
    },
}

/// Puts day lines and the "new" line between events and forms groups. `read_seq` is the read cursor of a member.
#[must_use]
pub fn timeline(
    events: &[SharedEvent],
    read_seq: Option<Seq>,
    now: Timestamp,
    writing: Writing<'_>,
) -> Vec<TimelineEntry> {
    let mut entries = Vec::with_capacity(events.len() + 4);
    let mut before: Option<&Event> = None;
    // The line stands only where both sides of it are shown, or the first unread event is the first one shown.
    let mut cursor = read_seq.filter(|read| events.first().is_some_and(|first| first.seq <= read.saturating_add(1)));
    for event in events {
        let new_day =
            before.is_none_or(|before| time::day(before.at, writing.zone) != time::day(event.at, writing.zone));
        if new_day {
            entries.push(TimelineEntry::Day {
                label: time::day_label(event.at, now, writing.zone, writing.words),
                date: time::date(event.at, writing.zone),
            });
        }
        let unread_begins = is_message(event) && cursor.is_some_and(|read| event.seq > read);
        if unread_begins {
            cursor = None;
            entries.push(TimelineEntry::New);
        }
        let follows = !new_day && !unread_begins && before.is_some_and(|before| follows(before, event));
        let mut view = EventView { follows, ..EventView::new(event, writing) };
        if let (Some(replies), Some(read)) = (&mut view.state.replies, read_seq) {
            replies.unread = unread_replies(events, event.seq, read, writing.viewer);
        }
        entries.push(TimelineEntry::Event { event: Box::new(view) });
        before = Some(event);
    }
    entries
}

/// How many of these are answers of a thread that the reader has not seen, and did not write.
fn unread_replies(events: &[SharedEvent], root: Seq, read: Seq, viewer: Option<UserId>) -> u64 {
    let is_unread = |event: &&SharedEvent| {
        let thread = if let EventBody::Message(message) = &event.body { message.thread } else { None };
        thread == Some(root) && event.seq > read && Some(event.author.id) != viewer
    };
    events.iter().filter(is_unread).count() as u64
}

fn is_message(event: &Event) -> bool {
    matches!(event.body, EventBody::Message { .. })
}

fn follows(before: &Event, event: &Event) -> bool {
    is_message(before) && is_message(event) && before.author.id == event.author.id && event.at.since(before.at) < GROUP
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::{RoomId, UserId};
    use crate::domain::membership::Role;
    use crate::domain::name::{RoomName, UserName};
    use crate::web::words::language::Language;

    const MINUTE: i64 = 60_000;
    const DAY: i64 = 24 * 60 * MINUTE;

    fn author(name: &str) -> Author {
        let id = name.bytes().fold(0_u128, |id, byte| id * 256 + u128::from(byte));
        Author { id: UserId(Uuid::from_u128(id)), name: UserName::trusted(name.into()) }
    }

    fn event(seq: Seq, name: &str, at: i64, body: EventBody) -> SharedEvent {
        let room_name = RoomName::trusted("lobby".into());
        Arc::new(Event { room: RoomId(1), room_name, seq, n: seq, author: author(name), at: Timestamp(at), body })
    }

    fn said(seq: Seq, name: &str, at: i64) -> SharedEvent {
        event(seq, name, at, EventBody::message("hi"))
    }

    /// The timeline in a few letters: `d` day, `n` new, a number for an event, `+` before one that follows.
    fn shape(events: &[SharedEvent], read_seq: Option<Seq>) -> String {
        let markdown = Markdown::new();
        let words = Words::of(Language::English);
        let writing = Writing { zone: &TimeZone::UTC, markdown: &markdown, words: &words, viewer: None };
        let entries = timeline(events, read_seq, Timestamp(2 * DAY), writing);
        let words = entries.iter().map(|entry| match entry {
            TimelineEntry::Day { .. } => "d".to_owned(),
            TimelineEntry::New => "n".to_owned(),
            TimelineEntry::Event { event } if event.follows => format!("+{}", event.seq),
            TimelineEntry::Event { event } => event.seq.to_string(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn messages_of_one_author_within_five_minutes_form_a_group() {
        let events = [said(1, "ann", 0), said(2, "ann", MINUTE), said(3, "bob", MINUTE), said(4, "ann", 2 * MINUTE)];
        assert_eq!(shape(&events, None), "d 1 +2 3 4");
        assert_eq!(shape(&[said(1, "ann", 0), said(2, "ann", 5 * MINUTE)], None), "d 1 2");
    }

    #[test]
    fn a_new_day_a_notice_and_the_new_line_begin_a_group() {
        let joined = event(2, "ann", MINUTE, EventBody::Joined { role: Role::Member, by: None });
        assert_eq!(shape(&[said(1, "ann", 0), joined, said(3, "ann", MINUTE)], None), "d 1 2 3");
        assert_eq!(shape(&[said(1, "ann", DAY - 1), said(2, "ann", DAY)], None), "d 1 d 2");
        assert_eq!(shape(&[said(1, "ann", 0), said(2, "ann", 1)], Some(1)), "d 1 n 2");
    }

    #[test]
    fn the_new_line_stands_at_the_read_cursor_or_nowhere() {
        let events = [said(5, "ann", 0), said(6, "bob", 0), said(7, "ann", 0)];
        assert_eq!(shape(&events, Some(7)), "d 5 6 7");
        assert_eq!(shape(&events, Some(6)), "d 5 6 n 7");
        assert_eq!(shape(&events, Some(4)), "d n 5 6 7");
        assert_eq!(shape(&events, Some(3)), "d 5 6 7", "older unread events are not on this page");
        assert_eq!(shape(&[], Some(0)), "");
        let joined = event(2, "bob", 0, EventBody::Joined { role: Role::Member, by: None });
        assert_eq!(shape(&[said(1, "ann", 0), joined.clone()], Some(1)), "d 1 2", "a notice is not news");
        assert_eq!(shape(&[said(1, "ann", 0), joined, said(3, "bob", 0)], Some(1)), "d 1 2 n 3");
    }

    #[test]
    fn notices_say_who_did_it() {
        let added = event(1, "ann", 0, EventBody::Joined { role: Role::Member, by: Some(author("bob")) });
        let markdown = Markdown::new();
        let words = Words::of(Language::English);
        let writing = Writing { zone: &TimeZone::UTC, markdown: &markdown, words: &words, viewer: None };
        assert_eq!(EventView::new(&added, writing).notice, "bob added ann");
        assert_eq!(EventView::new(&event(1, "ann", 0, EventBody::Left { by: None }), writing).notice, "ann left");
    }
}
