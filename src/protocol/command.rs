//! Commands: everything a person or a program may ask of the chat, whatever the door.

use super::crowd::{CrowdAct, PeopleAct};
pub use super::house_act::HouseAct;
use crate::domain::clock::Timestamp;
use crate::domain::emoji::Emoji;
use crate::domain::event::EventKind;
use crate::domain::ids::{Seq, UserId};
use crate::domain::membership::{Level, Role};
use crate::domain::moderation::{Measure, ReportReason};
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Status;
use crate::domain::room::{Description, RoomKind, Topic};
use crate::domain::status_line::StatusLine;
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
        /// What the room's key is thought to be.
        key: Option<String>,
    },
    /// The same without looking at it: hear what goes into its log, and not who is writing or who comes and goes.
    Listen {
        /// Which.
        room: RoomName,
        /// The last event already seen.
        after: Option<Seq>,
        /// Make a public room of this name when there is none.
        create: bool,
        /// What the room's key is thought to be.
        key: Option<String>,
    },
    /// The same for a stream of events, which is asked for by GET and changes nothing: nobody becomes a member by it. It
    /// has no form on the wire.
    Follow {
        /// Which.
        room: RoomName,
        /// The last event already seen.
        after: Option<Seq>,
        /// Whether to hear who is writing and who comes and goes, too.
        looks: bool,
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
    /// Another text for one's own message.
    Edit {
        /// Where.
        room: RoomName,
        /// Which message.
        seq: Seq,
        /// The new text.
        text: MessageText,
    },
    /// Take a message back: one's own, or another's for whoever keeps order.
    Delete {
        /// Where.
        room: RoomName,
        /// Which message.
        seq: Seq,
    },
    /// Put an emoji on a message, or take it off.
    React {
        /// Where.
        room: RoomName,
        /// Which message.
        seq: Seq,
        /// Which emoji.
        emoji: Emoji,
        /// On or off.
        on: bool,
    },
    /// Put a message up for everybody to find, or take it down.
    Pin {
        /// Where.
        room: RoomName,
        /// Which message.
        seq: Seq,
        /// Up or down.
        on: bool,
    },
    /// Another topic.
    Topic {
        /// Of which room.
        room: RoomName,
        /// Which.
        topic: Topic,
    },
    /// Change what else is known of a room; `None` stays as it is.
    Change {
        /// Which.
        room: RoomName,
        /// What it is for.
        description: Option<Description>,
        /// Closed for good, or opened again.
        archived: Option<bool>,
    },
    /// Another role for a member.
    Appoint {
        /// Of which room.
        room: RoomName,
        /// Whom.
        user: UserId,
        /// As what.
        role: Role,
    },
    /// End somebody else's membership.
    Remove {
        /// Of which room.
        room: RoomName,
        /// Whose.
        user: UserId,
    },
    /// What one wants to be told of in a room.
    Level {
        /// Which.
        room: RoomName,
        /// Everything, mentions or nothing.
        level: Level,
    },
    /// This message and all that follow are to be unread again.
    Unread {
        /// Where.
        room: RoomName,
        /// The first message to be unread.
        seq: Seq,
    },
    /// Something that is looked up in a room.
    Ask {
        /// In which.
        room: RoomName,
        /// What.
        question: Question,
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
        /// A program noticed it, the person did not say it: it does not end being busy.
        auto: bool,
    },
    /// What the person says of themselves; nothing for no status.
    Status {
        /// An emoji, a few words, and until when.
        line: StatusLine,
    },
    /// What the person keeps to themselves; what is `None` stays.
    Privacy {
        /// They look offline to everybody.
        hide_presence: Option<bool>,
        /// Nobody is told what they have read.
        hide_reads: Option<bool>,
    },
    /// A page of a room's log.
    History {
        /// Which.
        room: RoomName,
        /// Where in the log.
        page: Page,
        /// Only some events.
        only: Option<Only>,
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
    /// A look at a text before it is sent. The web makes it; the chat only counts it, as a message.
    Preview,
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
    /// Open the direct room with these people, making it when there is none.
    Direct {
        /// With whom: one to nine others.
        others: Vec<UserId>,
    },
    /// Become a member, without a session. A guest shows the key by it, and may come in then.
    Enter {
        /// Of which room.
        room: RoomName,
        /// What the room's key is thought to be.
        key: Option<String>,
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
    /// A member reads and does not write for so many minutes; 0 ends it.
    Mute {
        /// Where.
        room: RoomName,
        /// Whom.
        user: UserId,
        /// For how long.
        minutes: u64,
    },
    /// Keeps order in a room.
    Moderate {
        /// Where.
        room: RoomName,
        /// How.
        measure: Measure,
    },
    /// Says what is wrong with a message.
    Report {
        /// Where it stands.
        room: RoomName,
        /// Which.
        seq: Seq,
        /// What is wrong with it.
        reason: ReportReason,
    },
    /// What those ask for who see people come and go in a room. It has no form on the wire.
    Crowd {
        /// Where.
        room: RoomName,
        /// What.
        act: CrowdAct,
    },
    /// What is asked about the people who are connected. It has no form on the wire.
    People {
        /// What.
        act: PeopleAct,
    },
    /// What those who run the server do in a room without being members. It has no form on the wire.
    House {
        /// Where.
        room: RoomName,
        /// What.
        act: HouseAct,
    },
}

/// Which events of a log are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// What people wrote.
    Messages,
    /// What is shown as an entry of its own: not what only changes one that is there.
    Shown,
}

impl Only {
    /// True for a kind that is wanted.
    #[must_use]
    pub fn takes(self, kind: EventKind) -> bool {
        match self {
            Self::Messages => kind == EventKind::Message,
            Self::Shown => kind.is_shown(),
        }
    }
}

/// What can be looked up in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The answers of a thread.
    Thread {
        /// Its first message, or any other.
        seq: Seq,
        /// Only above this number.
        after: Seq,
        /// At most this many, 1 to 200.
        limit: usize,
    },
    /// What was put up.
    Pins,
    /// The texts a message has had.
    Versions {
        /// Which message.
        seq: Seq,
    },
    /// Who has read a message.
    Readers {
        /// Which message.
        seq: Seq,
    },
    /// Why the room is unread.
    Why,
    /// The first event of a day.
    Since {
        /// When the day begins.
        time: Timestamp,
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
            | Self::Follow { room, .. }
            | Self::Leave { room }
            | Self::Send { room, .. }
            | Self::Edit { room, .. }
            | Self::Delete { room, .. }
            | Self::React { room, .. }
            | Self::Pin { room, .. }
            | Self::Topic { room, .. }
            | Self::Change { room, .. }
            | Self::Appoint { room, .. }
            | Self::Remove { room, .. }
            | Self::Level { room, .. }
            | Self::Unread { room, .. }
            | Self::Ask { room, .. }
            | Self::Typing { room }
            | Self::Read { room, .. }
            | Self::History { room, .. }
            | Self::Members { room }
            | Self::Enter { room, .. }
            | Self::GiveUp { room }
            | Self::Add { room, .. }
            | Self::Look { room }
            | Self::Mute { room, .. }
            | Self::Moderate { room, .. }
            | Self::Report { room, .. }
            | Self::Crowd { room, .. }
            | Self::House { room, .. } => Some(room),
            Self::Presence { .. }
            | Self::Status { .. }
            | Self::Privacy { .. }
            | Self::Rooms
            | Self::Ping
            | Self::Preview
            | Self::Nick { .. }
            | Self::Create { .. }
            | Self::People { .. }
            | Self::Direct { .. } => None,
        }
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
