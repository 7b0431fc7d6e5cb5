//! What the lists of `/admin` show of things that other doors do not show.

use std::net::IpAddr;

use serde::Serialize;
use utoipa::ToSchema;

use crate::chat::messages::SeenSession;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{Seq, SessionId, UserId};
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Door;
use crate::domain::room::{RoomKind, Topic};
use crate::storage::reports::{Closed, Report};
use crate::storage::rooms::StoredRoom;
use crate::web::api::openapi::texts;

/// Somebody who is connected.
#[derive(Serialize, ToSchema)]
#[schema(as = Connection)]
pub struct Session<'a> {
    #[schema(value_type = texts::Number)]
    id: SessionId,
    user: SessionUser<'a>,
    door: Door,
    #[schema(value_type = String)]
    address: IpAddr,
    since: Timestamp,
    /// How many rooms it listens to.
    rooms: usize,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ConnectedUser)]
struct SessionUser<'a> {
    id: UserId,
    name: &'a UserName,
    guest: bool,
}

/// A report of a message.
#[derive(Serialize, ToSchema)]
#[schema(as = Report)]
pub struct ShownReport<'a> {
    id: i64,
    room: &'a RoomName,
    seq: Seq,
    /// The text as it was then.
    text: &'a str,
    author: &'a UserName,
    reporter: &'a UserName,
    reason: &'a str,
    at: Timestamp,
    /// How it ended; `null` while it is open.
    closed: Option<ShownEnd<'a>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ReportEnd)]
struct ShownEnd<'a> {
    at: Timestamp,
    by: &'a str,
    /// `dismissed` or `deleted`.
    outcome: &'a str,
}

/// A setting that can be changed while the server runs.
#[derive(Serialize, ToSchema)]
#[schema(as = Setting)]
pub struct ShownSetting {
    pub key: &'static str,
    /// Empty where nothing was decided.
    pub value: String,
    /// What it says, in one line.
    pub about: &'static str,
}

/// A link for a new password.
#[derive(Serialize, ToSchema)]
pub struct ResetPath<'a> {
    /// The secret is in it: whoever has it, chooses the password.
    pub path: &'a str,
    pub expires_at: Timestamp,
}

/// A room, and what was decided about it.
#[derive(Serialize, ToSchema)]
#[schema(as = DecidedRoom)]
pub struct OneRoom<'a> {
    name: &'a RoomName,
    kind: RoomKind,
    topic: &'a Topic,
    archived: bool,
    members: usize,
    messages: u64,
    made_at: Timestamp,
    /// Days after which messages go; `null` as on the whole server, 0 never.
    retention_days: Option<u32>,
}

impl<'a> From<&'a SeenSession> for Session<'a> {
    fn from(seen: &'a SeenSession) -> Self {
        let person = &seen.person;
        Self {
            id: seen.id,
            user: SessionUser { id: person.id, name: &person.name, guest: person.is_guest() },
            door: seen.origin.door,
            address: seen.origin.address,
            since: seen.since,
            rooms: seen.rooms,
        }
    }
}

impl<'a> From<&'a Report> for ShownReport<'a> {
    fn from(report: &'a Report) -> Self {
        let end = |closed: &'a Closed| ShownEnd { at: closed.at, by: &closed.by, outcome: &closed.outcome };
        Self {
            id: report.id,
            room: &report.room_name,
            seq: report.seq,
            text: &report.text,
            author: &report.author.name,
            reporter: &report.reporter.name,
            reason: &report.reason,
            at: report.at,
            closed: report.closed.as_ref().map(end),
        }
    }
}

impl<'a> OneRoom<'a> {
    /// The room, with how long its messages are kept.
    #[must_use]
    pub fn new(room: &'a StoredRoom, retention_days: Option<u32>) -> Self {
        Self {
            name: &room.info.name,
            kind: room.info.kind,
            topic: &room.info.topic,
            archived: room.info.archived,
            members: room.memberships.iter().filter(|member| !member.banned).count(),
            messages: room.info.messages,
            made_at: room.info.made_at,
            retention_days,
        }
    }
}
