//! Frames from the server, as JSON and MessagePack write them. `type` comes first, then `id` or `room`.

use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Answer, Joined, MemberEntry, RoomEntry, Sent, Version, Why, is_false};
use super::error_code::{ErrorCode, Problem};
use super::event_frame::EventFrame;
use crate::domain::emoji::Emoji;
use crate::domain::event::{Event, SharedEvent};
use crate::domain::ids::{Seq, SessionId, UserId};
use crate::domain::limits::ShownLimits;
use crate::domain::membership::Level;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::{Author, Status};
use crate::domain::status_line::{StatusLine, StatusText};

/// What a session is told first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcome {
    /// The id of the session, for logs and support.
    pub session: SessionId,
    /// Who the server takes it for.
    pub user: Author,
    /// True for a name without an account.
    pub is_guest: bool,
    /// Seconds between two pings.
    pub heartbeat_seconds: u64,
}

/// News that nobody stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ephemeral {
    /// Somebody is writing.
    Typing {
        /// Where.
        room: RoomName,
        /// Who.
        user: Author,
    },
    /// Who came and went since the last frame of this kind.
    Presence {
        /// Where.
        room: RoomName,
        /// How many people are connected now.
        online: usize,
        /// Who changed; empty in a large room.
        changes: Vec<PresenceChange>,
    },
}

/// One person's new presence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PresenceChange {
    /// Who.
    pub user: Author,
    /// What now.
    pub status: Status,
    /// What they say of themselves.
    #[serde(flatten)]
    pub line: ShownLine,
    /// They were not here before. For doors where coming is told and being here is not.
    #[serde(skip)]
    pub came: bool,
}

/// What somebody says of themselves, as lists and frames show it: `status_emoji`, `status_text`, each if there is one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShownLine {
    /// One emoji.
    #[serde(rename = "status_emoji", skip_serializing_if = "Option::is_none")]
    pub emoji: Option<Emoji>,
    /// A few words.
    #[serde(rename = "status_text", skip_serializing_if = "Option::is_none")]
    pub text: Option<StatusText>,
}

impl ShownLine {
    /// Shows a status.
    #[must_use]
    pub fn new(line: Option<&StatusLine>) -> Self {
        let Some(StatusLine { emoji, text, .. }) = line else { return Self::default() };
        Self { emoji: *emoji, text: Some(text).filter(|text| !text.as_str().is_empty()).cloned() }
    }

    /// Both in one piece, for where there is one line of text.
    #[must_use]
    pub fn as_one(&self) -> String {
        let emoji = self.emoji.map_or("", Emoji::as_str);
        let text = self.text.as_ref().map_or("", StatusText::as_str);
        format!("{emoji} {text}").trim().to_owned()
    }
}

/// News for one session alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Another session of the same account has read up to here.
    Read {
        /// Where.
        room: RoomName,
        /// Up to where.
        seq: Seq,
        /// How many messages are unread now.
        unread: u64,
    },
    /// The person wants to be told of something else in a room.
    Level {
        /// Where.
        room: RoomName,
        /// What.
        level: Level,
    },
    /// Something was left out: join again with `after`.
    Resync {
        /// Where.
        room: RoomName,
        /// Why.
        reason: &'static str,
    },
    /// The room was deleted: nothing more comes from it.
    Gone {
        /// Which.
        room: RoomName,
    },
    /// The connection ends.
    Bye {
        /// Why.
        reason: &'static str,
        /// When it is worth coming back; `None` when it is not.
        reconnect_after_ms: Option<u64>,
    },
}

/// Any frame, borrowed from what it shows.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Frame<'a> {
    Welcome {
        session: SessionId,
        user: WelcomeUser<'a>,
        version: &'static str,
        heartbeat_seconds: u64,
        limits: &'a ShownLimits,
    },
    Error {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        code: ErrorCode,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        field: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
    },
    Typing {
        room: &'a RoomName,
        user: &'a Author,
    },
    Presence {
        room: &'a RoomName,
        online: usize,
        changes: &'a [PresenceChange],
    },
    Read {
        room: &'a RoomName,
        seq: Seq,
        unread: u64,
    },
    Level {
        room: &'a RoomName,
        level: Level,
    },
    Resync {
        room: &'a RoomName,
        reason: &'static str,
    },
    Gone {
        room: &'a RoomName,
    },
    Bye {
        reason: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        reconnect_after_ms: Option<u64>,
    },
}

#[derive(Serialize)]
pub(super) struct WelcomeUser<'a> {
    id: UserId,
    name: &'a UserName,
    kind: &'static str,
}

impl<'a> WelcomeUser<'a> {
    pub(super) fn new(welcome: &'a Welcome) -> Self {
        let kind = if welcome.is_guest { "guest" } else { "account" };
        Self { id: welcome.user.id, name: &welcome.user.name, kind }
    }
}

impl<'a> Frame<'a> {
    pub(super) fn problem(id: Option<&'a str>, problem: &'a Problem) -> Self {
        let retry_after_ms = problem.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1));
        Self::Error { id, code: problem.code, message: &problem.message, field: problem.field, retry_after_ms }
    }

    pub(super) fn ephemeral(news: &'a Ephemeral) -> Self {
        match news {
            Ephemeral::Typing { room, user } => Self::Typing { room, user },
            Ephemeral::Presence { room, online, changes } => Self::Presence { room, online: *online, changes },
        }
    }

    pub(super) fn notice(notice: &'a Notice) -> Self {
        match notice {
            Notice::Read { room, seq, unread } => Self::Read { room, seq: *seq, unread: *unread },
            Notice::Level { room, level } => Self::Level { room, level: *level },
            Notice::Resync { room, reason } => Self::Resync { room, reason },
            Notice::Gone { room } => Self::Gone { room },
            Notice::Bye { reason, reconnect_after_ms } => Self::Bye { reason, reconnect_after_ms: *reconnect_after_ms },
        }
    }
}

/// An answer with its id: `{"type": "ack", "id": …, …}`.
#[derive(Serialize)]
pub(super) struct Ack<'a, B: Serialize> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(flatten)]
    body: B,
}

impl<'a, B: Serialize> Ack<'a, B> {
    pub(super) fn new(id: Option<&'a str>, body: B) -> Self {
        Self { kind: "ack", id, body }
    }
}

/// The bodies of answers.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum AckBody<'a> {
    Joined(&'a Joined),
    Sent(&'a Sent),
    Room {
        room: &'a RoomName,
    },
    Rooms {
        rooms: &'a [RoomEntry],
    },
    Members {
        room: &'a RoomName,
        members: &'a [MemberEntry],
        online: usize,
    },
    History {
        room: &'a RoomName,
        events: Vec<EventFrame<'a>>,
        more: bool,
        #[serde(skip_serializing_if = "is_false")]
        reset: bool,
    },
    Found {
        room: &'a RoomName,
        #[serde(skip_serializing_if = "Option::is_none")]
        root: Option<Box<EventFrame<'a>>>,
        events: Vec<EventFrame<'a>>,
        more: bool,
    },
    Versions {
        versions: &'a [Version],
    },
    Readers {
        readers: &'a [Author],
    },
    Why(&'a Why),
    Place {
        seq: Seq,
    },
    Renamed {
        name: &'a UserName,
    },
    Done {},
}

impl<'a> AckBody<'a> {
    /// The body, with `html` giving the HTML of an event where the encoding has it.
    pub(super) fn new(answer: &'a Answer, html: &dyn Fn(&Event) -> Option<String>) -> Self {
        match answer {
            Answer::Joined(joined) => Self::Joined(joined),
            Answer::Sent(sent) => Self::Sent(sent),
            Answer::Left { room } | Answer::Room { room, .. } => Self::Room { room },
            Answer::Look(look) => Self::Room { room: &look.room },
            Answer::Rooms { rooms } => Self::Rooms { rooms },
            Answer::Members(m) => Self::Members { room: &m.room, members: &m.members, online: m.online },
            Answer::History(page) => Self::History {
                room: &page.room,
                events: page.events.iter().map(|event| EventFrame::new(event, html(event))).collect(),
                more: page.next.is_some(),
                reset: page.reset,
            },
            Answer::Found(found) => {
                let frame = |event: &'a SharedEvent| EventFrame::new(event, html(event));
                Self::Found {
                    room: &found.room,
                    root: found.root.as_ref().map(|root| Box::new(frame(root))),
                    events: found.events.iter().map(frame).collect(),
                    more: found.more,
                }
            }
            Answer::Versions(versions) => Self::Versions { versions },
            Answer::Readers(readers) => Self::Readers { readers },
            Answer::Why(why) => Self::Why(why),
            Answer::Place { seq } => Self::Place { seq: *seq },
            Answer::Renamed { name } => Self::Renamed { name },
            // Nobody asks for these at a door that writes frames.
            Answer::Inside(_) | Answer::People(_) | Answer::WereHere(_) | Answer::Done | Answer::Pong => Self::Done {},
        }
    }
}
