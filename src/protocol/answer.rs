//! Answers: what a command brings back. REST, pages and frames all show these values.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::event::SharedEvent;
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::membership::{Level, Role};
use crate::domain::name::{RoomName, UserName};
use crate::domain::permission::Refusal;
use crate::domain::person::{Author, Status};
use crate::domain::room::{Description, RoomKind, Topic};
use crate::domain::room_rules::RoomRules;

use super::crowd::{Inside, SeenIn, WasHere};
use super::server_frame::ShownLine;

/// What a command brought back.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The session listens now.
    Joined(Joined),
    /// The session no longer listens.
    Left {
        /// To which room.
        room: RoomName,
    },
    /// The message is stored.
    Sent(Sent),
    /// A page of the log.
    History(History),
    /// Messages that were looked up: a thread, or what was put up.
    Found(Found),
    /// The texts a message has had.
    Versions(Vec<Version>),
    /// Who has read a message.
    Readers(Vec<Author>),
    /// Why a room is unread.
    Why(Why),
    /// A place in the log.
    Place {
        /// The number of an event; the one after the last if nothing is there yet.
        seq: Seq,
    },
    /// The rooms one may see.
    Rooms {
        /// One entry each.
        rooms: Vec<RoomEntry>,
    },
    /// The people of a room.
    Members(Members),
    /// A room was made or opened, or its membership changed.
    Room {
        /// Which.
        room: RoomName,
        /// Its key, for those who read the database next.
        id: RoomId,
    },
    /// What a room is.
    Look(Box<RoomLook>),
    /// The guest has another name.
    Renamed {
        /// Which.
        name: UserName,
    },
    /// A room from inside.
    Inside(Box<Inside>),
    /// People who are connected; of those who were asked for, those who are not are left out.
    People(Vec<SeenIn>),
    /// Those who had a name, the last one first.
    WereHere(Vec<WasHere>),
    /// Done; there is nothing to say.
    Done,
    /// Answer to a ping.
    Pong,
}

/// The answer to a join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// Which room.
    pub room: RoomName,
    /// The highest number of its log at this moment.
    pub last_seq: Seq,
    /// How far this account has read; absent for guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_seq: Option<Seq>,
    /// Public, private or direct.
    pub kind: RoomKind,
    /// Its topic, perhaps empty.
    pub topic: Topic,
    /// How many people are connected to it.
    pub online: usize,
    /// `after` was too far behind (or ahead): the newest page follows instead of what was missed.
    #[serde(skip_serializing_if = "is_false")]
    pub reset: bool,
}

/// The answer to a send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sent {
    /// Where.
    pub room: RoomName,
    /// Its number.
    pub seq: Seq,
    /// When the server took it.
    pub at: Timestamp,
    /// The nonce was known: this is the first one's number.
    #[serde(skip_serializing_if = "is_false")]
    pub duplicate: bool,
}

/// Messages that were looked up.
#[derive(Debug, Clone)]
pub struct Found {
    /// Which room.
    pub room: RoomName,
    /// The first message of the thread, if it is one.
    pub root: Option<SharedEvent>,
    /// The messages.
    pub events: Vec<SharedEvent>,
    /// There are more above the last one.
    pub more: bool,
}

/// A text that a message has, or had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Version {
    /// As it was written.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// Why a room is unread: everything the number on its badge is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Why {
    /// Which room.
    pub room: RoomName,
    /// The end of the log.
    pub last_seq: Seq,
    /// How many messages the log has.
    pub messages: u64,
    /// Up to which event the person has read.
    pub read_seq: Seq,
    /// How many messages there are up to it.
    pub read_messages: u64,
    /// `messages - read_messages`.
    pub unread: u64,
    /// The first message above the read cursor.
    pub first_unread: Option<Seq>,
    /// Messages above it that call the person, or everybody; at most a hundred.
    pub mentions: Vec<Seq>,
    /// What the person wants to be told of.
    pub level: Level,
}

/// A page of a log.
#[derive(Debug, Clone)]
pub struct History {
    /// Which room.
    pub room: RoomName,
    /// Ascending.
    pub events: Vec<SharedEvent>,
    /// Where to go on, if there is more in that direction: below or above this number.
    pub next: Option<Seq>,
    /// The end of the log.
    pub last_seq: Seq,
    /// The number that was given lies beyond the end of the log: this is the newest page instead.
    pub reset: bool,
}

/// A room in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoomEntry {
    /// Its name.
    pub room: RoomName,
    /// Public, private or direct.
    pub kind: RoomKind,
    /// What to show: the name, or for a direct room those of the others.
    pub title: String,
    /// Its topic, perhaps empty.
    pub topic: Topic,
    /// Nobody writes into it any more.
    #[serde(skip_serializing_if = "is_false")]
    pub archived: bool,
    /// Whether the person is a member.
    pub member: bool,
    /// How many members there are.
    pub members: u64,
    /// The highest number of its log.
    pub last_seq: Seq,
    /// How far the person has read.
    pub read_seq: Seq,
    /// Messages above the read cursor for members, else 0.
    pub unread: u64,
    /// How many of them call the person, or everybody.
    pub mentions: u64,
    /// What the person wants to be told of.
    pub level: Level,
    /// How many people are connected to it.
    pub online: usize,
    /// For a direct room of two: the other one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Author>,
    /// For a direct room of more: all others, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Author>,
    /// For a direct room: whether one of the others is connected anywhere.
    #[serde(skip)]
    pub other_online: bool,
}

/// A person in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberEntry {
    /// Who.
    pub id: UserId,
    /// The name to show.
    pub name: UserName,
    /// The role; `None` for a guest.
    pub role: Option<Role>,
    /// A program with tokens only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bot: bool,
    /// Connected to this room or not.
    pub status: Status,
    /// What they say of themselves.
    #[serde(flatten)]
    pub line: ShownLine,
    /// When they were last here, of those who are not and do not hide it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
}

/// The people of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Members {
    /// Which room.
    pub room: RoomName,
    /// Members by name, then guests who are connected.
    pub members: Vec<MemberEntry>,
    /// How many people are connected.
    pub online: usize,
}

/// What a room is and what the person may do there.
#[derive(Debug, Clone)]
pub struct RoomLook {
    /// Its key.
    pub id: RoomId,
    /// Its name.
    pub room: RoomName,
    /// Public, private or direct.
    pub kind: RoomKind,
    /// Its topic.
    pub topic: Topic,
    /// What it is for.
    pub description: Description,
    /// Nobody writes into it any more.
    pub archived: bool,
    /// Seconds between two messages of one person; 0 for none.
    pub slow_mode: u32,
    /// Who comes in and who writes; without the key for those who are not in it.
    pub rules: RoomRules,
    /// Newcomers have to know a key.
    pub has_key: bool,
    /// The highest number of its log.
    pub last_seq: Seq,
    /// How far the person has read.
    pub read_seq: Seq,
    /// Messages above the read cursor for members, else 0.
    pub unread: u64,
    /// What the person wants to be told of.
    pub level: Level,
    /// The person's role, if a member.
    pub role: Option<Role>,
    /// How many members it has.
    pub members: usize,
    /// How many people are connected to it.
    pub online: usize,
    /// Whether the person may write.
    pub may_post: Result<(), Refusal>,
    /// Whether the person may become a member, as far as rules do not stand in the way.
    pub may_join: Result<(), Refusal>,
    /// Whether the person may come in without a key, by the rules of the room.
    pub may_come_in: Result<(), Refusal>,
    /// Whether the person may set rules.
    pub may_rule: Result<(), Refusal>,
    /// Whether the person may end the membership.
    pub may_leave: Result<(), Refusal>,
    /// Whether the person may add others.
    pub may_add: Result<(), Refusal>,
    /// Whether the person may put messages up.
    pub may_pin: Result<(), Refusal>,
    /// Whether the person may change topic and description.
    pub may_describe: Result<(), Refusal>,
    /// Whether the person may archive the room.
    pub may_archive: Result<(), Refusal>,
    /// Whether the person may give roles.
    pub may_appoint: Result<(), Refusal>,
    /// May the asker slow it down, and let the banned in again?
    pub may_slow: Result<(), Refusal>,
    /// Whether the person may take back what others wrote.
    pub may_moderate: bool,
}

impl RoomLook {
    /// The person is let in with the key of the room, and not without.
    #[must_use]
    pub fn asks_for_key(&self) -> bool {
        self.may_come_in == Err(Refusal::KeyNeeded)
    }

    /// The person may become a member now, with the key if there is one.
    #[must_use]
    pub fn may_become_member(&self) -> bool {
        self.may_join.is_ok() && (self.may_come_in.is_ok() || self.asks_for_key())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
pub(super) fn is_false(value: &bool) -> bool {
    !value
}
