//! Events: the entries of a room's log. Everything durable that happens in a room is one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clock::Timestamp;
use super::ids::{RoomId, Seq};
use super::membership::Role;
use super::mention::Mentions;
use super::name::{NameKey, RoomName};
use super::person::Author;
use super::room::{Description, Topic};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventBody {
    /// Somebody wrote.
    Message(Message),
    /// The author of a message has changed its text.
    Edited {
        /// Which message.
        target: Seq,
        /// The new text (Markdown); empty once the message was deleted.
        text: String,
    },
    /// A message was taken back. Its text, and what it was changed to, are gone from the log.
    Deleted {
        /// Which message.
        target: Seq,
        /// It was done by somebody who keeps order, and may be another's message.
        moderator: bool,
    },
    /// Somebody put an emoji on a message, or took it off.
    Reaction {
        /// Which message.
        target: Seq,
        /// One emoji.
        emoji: String,
        /// Put on, or taken off.
        on: bool,
        /// How many people have it there afterwards; the log fills it in.
        count: u64,
    },
    /// A message was put up for everybody to find, or taken down.
    Pinned {
        /// Which message.
        target: Seq,
        /// Put up, or taken down.
        on: bool,
    },
    /// The room has another topic.
    Topic {
        /// Which, perhaps empty.
        topic: Topic,
    },
    /// Something else about the room has changed; what is `None` stays.
    Changed {
        /// What the room is for.
        description: Option<Description>,
        /// Closed for good, or opened again: nobody writes into an archived room.
        archived: Option<bool>,
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
    /// A member has another role.
    Role {
        /// Which.
        role: Role,
        /// Who gave it.
        by: Author,
    },
}

/// What somebody wrote, with what has become of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// As written (Markdown), or as last edited; empty once it was deleted.
    pub text: String,
    /// The message this one answers.
    pub reply_to: Option<Seq>,
    /// The first message of the thread this one belongs to; the log finds it.
    pub thread: Option<Seq>,
    /// What the sender's client called it, for its own use and for safe retries.
    pub nonce: Option<String>,
    /// Its author is a program.
    pub by_bot: bool,
    /// Whom it calls.
    pub mentions: Option<Box<Mentions>>,
    /// The message it answers, in short; the log finds it.
    pub quote: Option<Box<Quote>>,
    /// What has become of it; `None` for nothing, as with nearly all.
    pub state: Option<Box<MessageState>>,
}

/// The message that is answered, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Who wrote it.
    pub author: Author,
    /// How it begins: at most [`Quote::CHARS`] characters; empty when it was deleted.
    pub text: String,
}

impl Quote {
    /// How much of a message is quoted, in characters.
    pub const CHARS: usize = 200;
}

/// What has become of a message since it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageState {
    /// When its text was last changed.
    pub edited_at: Option<Timestamp>,
    /// How often its text was changed.
    pub edits: u64,
    /// Who took it back.
    pub deleted: Option<Deed>,
    /// Who put it up.
    pub pinned: Option<Deed>,
    /// The thread it began.
    pub replies: Option<Replies>,
    /// What people put on it, in the order of the first of each.
    pub reactions: Vec<Reactions>,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Deed {
    /// Who.
    pub by: Author,
    /// When.
    pub at: Timestamp,
}

/// The answers of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Replies {
    /// How many.
    pub count: u64,
    /// The youngest.
    pub last_seq: Seq,
    /// When it was written.
    pub last_at: Timestamp,
}

/// One emoji on a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reactions {
    /// Which.
    pub emoji: String,
    /// How many people.
    pub count: u64,
    /// The first of them, at most [`Reactions::NAMES`].
    pub users: Vec<Author>,
    /// Whoever asks is among them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mine: bool,
}

impl Reactions {
    /// How many people are told by name.
    pub const NAMES: usize = 20;
}

/// The names of the kinds, as the database and the protocol write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// [`EventBody::Message`]
    Message,
    /// [`EventBody::Edited`]
    Edited,
    /// [`EventBody::Deleted`]
    Deleted,
    /// [`EventBody::Reaction`]
    Reaction,
    /// [`EventBody::Pinned`]
    Pinned,
    /// [`EventBody::Topic`]
    Topic,
    /// [`EventBody::Changed`]
    Changed,
    /// [`EventBody::Joined`]
    Joined,
    /// [`EventBody::Left`]
    Left,
    /// [`EventBody::Role`]
    Role,
}

impl EventKind {
    /// Every kind there is.
    pub const ALL: [Self; 10] = [
        Self::Message,
        Self::Edited,
        Self::Deleted,
        Self::Reaction,
        Self::Pinned,
        Self::Topic,
        Self::Changed,
        Self::Joined,
        Self::Left,
        Self::Role,
    ];

    /// The kind as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Edited => "edited",
            Self::Deleted => "deleted",
            Self::Reaction => "reaction",
            Self::Pinned => "pinned",
            Self::Topic => "topic",
            Self::Changed => "changed",
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Role => "role",
        }
    }

    /// The kind written as text, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// True for what changes who is a member.
    #[must_use]
    pub fn is_membership(self) -> bool {
        matches!(self, Self::Joined | Self::Left)
    }

    /// True for what is shown as an entry of its own; the others change an entry that is there.
    #[must_use]
    pub fn is_shown(self) -> bool {
        !matches!(self, Self::Edited | Self::Deleted | Self::Reaction)
    }
}

impl EventBody {
    /// A message of this text, and nothing else.
    #[must_use]
    pub fn message(text: impl Into<String>) -> Self {
        Self::Message(Message { text: text.into(), ..Message::default() })
    }

    /// Bytes of the text; none for what is not written by people.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Message(Message { text, .. }) | Self::Edited { text, .. } => text.len(),
            Self::Topic { topic } => topic.as_str().len(),
            Self::Changed { description, .. } => description.as_ref().map_or(0, |text| text.as_str().len()),
            _ => 0,
        }
    }

    /// The message it is about, for what changes one.
    #[must_use]
    pub fn target(&self) -> Option<Seq> {
        match self {
            Self::Edited { target, .. }
            | Self::Deleted { target, .. }
            | Self::Reaction { target, .. }
            | Self::Pinned { target, .. } => Some(*target),
            _ => None,
        }
    }

    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Message(_) => EventKind::Message,
            Self::Edited { .. } => EventKind::Edited,
            Self::Deleted { .. } => EventKind::Deleted,
            Self::Reaction { .. } => EventKind::Reaction,
            Self::Pinned { .. } => EventKind::Pinned,
            Self::Topic { .. } => EventKind::Topic,
            Self::Changed { .. } => EventKind::Changed,
            Self::Joined { .. } => EventKind::Joined,
            Self::Left { .. } => EventKind::Left,
            Self::Role { .. } => EventKind::Role,
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
    /// Whose doing it is. For [`EventBody::Joined`], [`EventBody::Left`] and [`EventBody::Role`]: whose membership it is.
    pub author: Author,
    /// When the server took it.
    pub at: Timestamp,
    /// What.
    pub body: EventBody,
    /// Names that a message calls, not looked up yet; the log looks for them among the members.
    pub calls: Vec<NameKey>,
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
    /// How many messages the log of the room has up to here, this one included: what is unread is a difference of two.
    pub n: u64,
    /// Whose doing it is, see [`Draft::author`].
    pub author: Author,
    /// When the server took it.
    pub at: Timestamp,
    /// What.
    pub body: EventBody,
}

/// Events are made once and then shared by everybody who shows them.
pub type SharedEvent = Arc<Event>;
