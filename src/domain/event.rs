//! Events: the entries of a room's log. Everything durable that happens in a room is one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{RoomId, Seq};
use super::membership::Role;
use super::name::RoomName;
use super::person::Author;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventBody {
    /// Somebody wrote. Times out of no clock but the server's.
    Message {
        /// As written (Markdown).
        text: String,
        /// The message this one answers.
        reply_to: Option<Seq>,
        /// What the sender's client called it, for its own use and for safe retries.
        nonce: Option<String>,
    },
    /// Somebody became a member; `by` is who added them, if it was somebody else.
    Joined {
        /// As what.
        role: Role,
        /// Who added them.
        by: Option<Author>,
    },
    /// A membership ended; `by` is who ended it, if it was somebody else.
    Left {
        /// Who removed them.
        by: Option<Author>,
    },
}

/// The names of the kinds, as the database and the protocol write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// [`EventBody::Message`]
    Message,
    /// [`EventBody::Joined`]
    Joined,
    /// [`EventBody::Left`]
    Left,
}

impl EventKind {
    /// Every kind there is.
    pub const ALL: [Self; 3] = [Self::Message, Self::Joined, Self::Left];

    /// The kind as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Joined => "joined",
            Self::Left => "left",
        }
    }

    /// The kind written as text, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl EventBody {
    /// Bytes of the text; none for what is not written by people.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Message { text, .. } => text.len(),
            Self::Joined { .. } | Self::Left { .. } => 0,
        }
    }

    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Message { .. } => EventKind::Message,
            Self::Joined { .. } => EventKind::Joined,
            Self::Left { .. } => EventKind::Left,
        }
    }
}

/// An event that wants into the log; the journal gives it its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Where.
    pub room: RoomId,
    /// What the room is called, carried along so that nobody has to look it up again.
    pub room_name: RoomName,
    /// Whose doing it is. For [`EventBody::Joined`] and [`EventBody::Left`]: whose membership it is.
    pub author: Author,
    /// When the server took it.
    pub at: Timestamp,
    /// What.
    pub body: EventBody,
}

/// One entry of a room's log, as it was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Where.
    pub room: RoomId,
    /// What the room is called.
    pub room_name: RoomName,
    /// Its number: gapless within the room, from 1.
    pub seq: Seq,
    /// Whose doing it is, see [`Draft::author`].
    pub author: Author,
    /// When the server took it.
    pub at: Timestamp,
    /// What.
    pub body: EventBody,
}

/// Events are made once and then shared by everybody who shows them.
pub type SharedEvent = Arc<Event>;
