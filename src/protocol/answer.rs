//! Answers: what a command brings back. REST, pages and frames all show these values.

use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::event::SharedEvent;
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::membership::Role;
use crate::domain::name::{RoomName, UserName};
use crate::domain::permission::Refusal;
use crate::domain::person::{Author, Status};
use crate::domain::room::{RoomKind, Topic};

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoomEntry {
    /// Its name.
    pub room: RoomName,
    /// Public, private or direct.
    pub kind: RoomKind,
    /// What to show: the name, or for a direct room the other one's.
    pub title: String,
    /// Its topic, perhaps empty.
    pub topic: Topic,
    /// Whether the person is a member.
    pub member: bool,
    /// How many members there are.
    pub members: u64,
    /// The highest number of its log.
    pub last_seq: Seq,
    /// How far the person has read.
    pub read_seq: Seq,
    /// `last_seq - read_seq` for members, else 0.
    pub unread: u64,
    /// How many people are connected to it.
    pub online: usize,
    /// For a direct room: the other one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Author>,
    /// For a direct room: whether the other one is connected anywhere.
    #[serde(skip)]
    pub other_online: bool,
}

/// A person in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberEntry {
    /// Who.
    pub id: UserId,
    /// The name to show.
    pub name: UserName,
    /// The role; `None` for a guest.
    pub role: Option<Role>,
    /// Connected to this room or not.
    pub status: Status,
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
    /// The highest number of its log.
    pub last_seq: Seq,
    /// How far the person has read.
    pub read_seq: Seq,
    /// The person's role, if a member.
    pub role: Option<Role>,
    /// How many members it has.
    pub members: usize,
    /// How many people are connected to it.
    pub online: usize,
    /// Whether the person may write.
    pub may_post: Result<(), Refusal>,
    /// Whether the person may become a member.
    pub may_join: Result<(), Refusal>,
    /// Whether the person may end the membership.
    pub may_leave: Result<(), Refusal>,
    /// Whether the person may add others.
    pub may_add: Result<(), Refusal>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
pub(super) fn is_false(value: &bool) -> bool {
    !value
}
