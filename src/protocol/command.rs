//! Commands: everything a person or a program may ask of the chat, whatever the door.

use crate::domain::event::EventKind;
use crate::domain::ids::{Seq, UserId};
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Status;
use crate::domain::room::{RoomKind, Topic};
use crate::domain::text::MessageText;

/// One thing that is asked for. Its fields have been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Listen to a room, from after `after` on; become a member of a public one.
    Join {
        /// Which.
        room: RoomName,
        /// The last event already seen.
        after: Option<Seq>,
        /// Make a public room of this name when there is none.
        create: bool,
    },
    /// The same without looking at it: hear what goes into its log, and not who is writing or who comes and goes.
    Listen {
        /// Which.
        room: RoomName,
        /// The last event already seen.
        after: Option<Seq>,
        /// Make a public room of this name when there is none.
        create: bool,
    },
    /// Stop listening, with this session.
    Leave {
        /// Which.
        room: RoomName,
    },
    /// Write.
    Send {
        /// Where.
        room: RoomName,
        /// What.
        text: MessageText,
        /// A name for this message, so that it may be repeated safely.
        nonce: Option<String>,
        /// The message it answers.
        reply_to: Option<Seq>,
    },
    /// Somebody is writing.
    Typing {
        /// Where.
        room: RoomName,
    },
    /// Everything up to here has been read.
    Read {
        /// Where.
        room: RoomName,
        /// Up to where.
        seq: Seq,
    },
    /// How present the person is.
    Presence {
        /// Online, away or busy.
        status: Status,
    },
    /// A page of a room's log.
    History {
        /// Which.
        room: RoomName,
        /// Where in the log.
        page: Page,
        /// Only events of this kind.
        only: Option<EventKind>,
    },
    /// The rooms one may see.
    Rooms,
    /// The people of a room.
    Members {
        /// Which.
        room: RoomName,
    },
    /// A sign of life that is answered.
    Ping,
    /// Another name, for a guest.
    Nick {
        /// Which.
        name: UserName,
    },
    /// Make a room.
    Create {
        /// Its name.
        room: RoomName,
        /// Public or private.
        kind: RoomKind,
        /// Its topic.
        topic: Topic,
    },
    /// Open the direct room with somebody, making it when there is none.
    Direct {
        /// With whom.
        other: UserId,
    },
    /// Become a member, without a session.
    Enter {
        /// Of which room.
        room: RoomName,
    },
    /// End one's membership.
    GiveUp {
        /// Of which room.
        room: RoomName,
    },
    /// Make somebody a member.
    Add {
        /// Of which room.
        room: RoomName,
        /// Whom.
        user: UserId,
    },
    /// What a room is and what one may do there.
    Look {
        /// Which.
        room: RoomName,
    },
}

/// Which page of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Below this number; the newest when nothing is said.
    pub before: Option<Seq>,
    /// Above this number; then the page starts there.
    pub after: Option<Seq>,
    /// At most this many, 1 to 200.
    pub limit: usize,
}

impl Command {
    /// The room it is about, if it is about one that exists.
    #[must_use]
    pub fn room(&self) -> Option<&RoomName> {
        match self {
            Self::Join { room, .. }
            | Self::Listen { room, .. }
            | Self::Leave { room }
            | Self::Send { room, .. }
            | Self::Typing { room }
            | Self::Read { room, .. }
            | Self::History { room, .. }
            | Self::Members { room }
            | Self::Enter { room }
            | Self::GiveUp { room }
            | Self::Add { room, .. }
            | Self::Look { room } => Some(room),
            Self::Presence { .. }
            | Self::Rooms
            | Self::Ping
            | Self::Nick { .. }
            | Self::Create { .. }
            | Self::Direct { .. } => None,
        }
    }

    /// True for what has to be read from the database, whatever the room.
    #[must_use]
    pub fn reads(&self) -> bool {
        matches!(
            self,
            Self::History { .. }
                | Self::Rooms
                | Self::Members { .. }
                | Self::Nick { .. }
                | Self::Create { .. }
                | Self::Direct { .. }
                | Self::Add { .. }
        )
    }

    /// True for what is stored, told to many or dear to answer: it counts as a message where rates are kept.
    #[must_use]
    pub fn is_costly(&self) -> bool {
        match self {
            Self::Join { create, .. } | Self::Listen { create, .. } => *create,
            Self::Send { .. }
            | Self::Typing { .. }
            | Self::History { .. }
            | Self::Nick { .. }
            | Self::Create { .. }
            | Self::Direct { .. }
            | Self::Enter { .. }
            | Self::GiveUp { .. }
            | Self::Add { .. } => true,
            Self::Leave { .. }
            | Self::Read { .. }
            | Self::Presence { .. }
            | Self::Rooms
            | Self::Members { .. }
            | Self::Ping
            | Self::Look { .. } => false,
        }
    }

    /// True for a page of history. A request that asks for one waits for it, so that requests are their own limit.
    #[must_use]
    pub fn reads_history(&self) -> bool {
        matches!(self, Self::History { .. })
    }

    /// True for a command whose loss nobody would notice: it gets no answer unless it carries an id.
    #[must_use]
    pub fn is_ephemeral(&self) -> bool {
        matches!(self, Self::Typing { .. } | Self::Presence { .. } | Self::Read { .. })
    }
}

/// A command as it came in, with the id the answer repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Chosen by the client.
    pub id: Option<String>,
    /// What.
    pub command: Command,
}
