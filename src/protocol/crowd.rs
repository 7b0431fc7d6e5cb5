//! Who is connected, as others may see them, and what is told at once about it: for doors whose people see everybody
//! come and go. Nothing of it is stored, and nothing of it has a form on the wire of the other doors.

use std::sync::Arc;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::mask::{self, Mask};
use crate::domain::membership::Role;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::{Author, Person, SiteRole};
use crate::domain::room::{RoomKind, Topic};
use crate::domain::room_rules::{RoomRules, RuleChange};

/// What somebody says of themselves at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own")]
pub struct Face {
    /// The user name: one word.
    pub user: Box<str>,
    /// The real name: one line.
    pub real: Box<str>,
    /// They say that they are a program.
    pub bot: bool,
    /// They are not found by those who share no room with them.
    pub invisible: bool,
    /// The connection is under TLS.
    pub secure: bool,
    /// They know the password of operators.
    pub oper: bool,
}

/// Somebody who is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Who.
    pub id: UserId,
    /// The name to show.
    pub name: UserName,
    /// A name without an account.
    pub is_guest: bool,
    /// They run the server.
    pub runs_server: bool,
    /// A program.
    pub is_bot: bool,
    /// What they say of themselves; `None` for those who came through another door.
    pub face: Option<Arc<Face>>,
    /// They are away, and why.
    pub away: Option<Arc<str>>,
    /// Since when they are connected.
    pub since: Timestamp,
    /// When they last did something.
    pub active: Timestamp,
}

impl Seen {
    /// Somebody who does something without being connected, at this time.
    #[must_use]
    pub fn without_session(person: &Person, now: Timestamp) -> Self {
        Self {
            id: person.id,
            name: person.name.clone(),
            is_guest: person.is_guest(),
            runs_server: person.keeps_order(),
            is_bot: person.site_role() == Some(SiteRole::Bot),
            face: None,
            away: None,
            since: now,
            active: now,
        }
    }

    /// The user name.
    #[must_use]
    pub fn user(&self) -> &str {
        self.face.as_ref().map_or(self.name.as_str(), |face| &face.user)
    }

    /// The real name.
    #[must_use]
    pub fn real(&self) -> &str {
        self.face.as_ref().map_or(self.name.as_str(), |face| &face.real)
    }

    /// The host that is shown: no address, but the same for all of this person's visits.
    #[must_use]
    pub fn host(&self) -> String {
        mask::host_of(self.id)
    }

    /// The account; `None` for a guest.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        (!self.is_guest).then_some(self.name.as_str())
    }
}

/// Somebody in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub seen: Arc<Seen>,
    /// As what; `None` for a guest without a part in it.
    pub role: Option<Role>,
    /// They have a voice in a moderated room.
    pub voice: bool,
}

/// A room from inside.
#[derive(Debug, Clone)]
pub struct Inside {
    /// Which.
    pub room: RoomName,
    /// Its key in the database.
    pub id: RoomId,
    /// Public, private or direct.
    pub kind: RoomKind,
    /// Its topic.
    pub topic: Topic,
    /// Who set it and when, as far as that is known.
    pub topic_set: Option<(UserName, Timestamp)>,
    /// Its rules, with who is kept out; the key is empty for those who are not in it.
    pub rules: RoomRules,
    /// When it was made.
    pub made_at: Timestamp,
    /// The end of its log.
    pub last_seq: Seq,
    /// How far the person has read.
    pub read_seq: Option<Seq>,
    /// The person was there before this was asked.
    pub is_here: bool,
    /// Who is there, as far as the person may see it.
    pub people: Vec<Present>,
}

/// Somebody with the rooms that whoever asks may see them in.
#[derive(Debug, Clone)]
pub struct SeenIn {
    /// Who.
    pub seen: Arc<Seen>,
    /// Where, and as what.
    pub rooms: Vec<(RoomName, Option<Role>, bool)>,
    /// They share a room with whoever asks.
    pub is_near: bool,
}

/// Something that is told at once, and stored nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowd {
    /// The same in all rooms that are told of the same thing: whoever hears of it in two rooms is told once.
    pub occasion: u64,
    /// Where; `None` for what is told to one session.
    pub room: Option<RoomName>,
    /// Whose doing it is.
    pub who: Arc<Seen>,
    /// When.
    pub at: Timestamp,
    /// What.
    pub stir: Stir,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stir {
    /// They are there now.
    Came,
    /// They are there no more.
    Left(Option<Arc<str>>),
    /// They are on the server no more.
    Quit(Option<Arc<str>>),
    /// They were sent out.
    Removed {
        /// By whom.
        by: Arc<Seen>,
        /// Why.
        reason: Option<Arc<str>>,
    },
    /// They have another name.
    Renamed {
        /// What it was.
        from: UserName,
    },
    /// They are away, or back: see [`Seen::away`].
    Away,
    /// They say something else of themselves.
    Presented,
    /// They have another part in the room.
    Entrusted {
        /// Who gave it; `None` for a part that somebody has had before they came.
        by: Option<Author>,
        /// What they were.
        before: (Option<Role>, bool),
        /// What they are.
        after: (Option<Role>, bool),
    },
    /// They have changed rules of the room.
    Ruled(Vec<RuleChange>),
    /// They keep somebody out, or let them in again.
    Masked {
        /// Whom.
        mask: Mask,
        /// Out, or in again.
        on: bool,
    },
    /// They have asked somebody in.
    AskedIn(Author),
    /// They said something that nobody stores.
    Passed(Arc<Passing>),
    /// Somebody whose name was watched for is there.
    Appeared,
    /// Somebody whose name was watched for is gone.
    Vanished,
}

/// A line that nobody stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passing {
    /// What it is.
    pub kind: PassingKind,
    /// What it says; empty for tags alone.
    pub lines: Vec<String>,
    /// Tags that came with it, with their keys.
    pub tags: Vec<(String, String)>,
    /// What it can be called by.
    pub id: String,
    /// When it was said: the same for whoever said it and for those who hear it.
    pub at: Timestamp,
    /// For one person: their name.
    pub to: Option<UserName>,
    /// Only for those who have a voice or more (`+`), or who keep order (`@`).
    pub only: Option<char>,
}

/// What a passing line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassingKind {
    /// Somebody says it.
    Line,
    /// A program says it, and nobody is to answer.
    Notice,
    /// Nothing is said.
    Tags,
}

/// What is asked for in a room by those who see the people in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CrowdAct {
    /// Listen, and hear at once who comes and goes.
    Follow {
        /// Make a public room when there is none.
        create: bool,
        /// What the room's key is thought to be.
        key: Option<String>,
    },
    /// Stop listening, with this session.
    Depart {
        /// A last word.
        reason: Option<String>,
    },
    /// Who is there, and by which rules.
    Inside,
    /// Other rules.
    Rule(Vec<RuleChange>),
    /// Keep people out by a mask, or let them in again.
    Mask {
        /// Whom.
        mask: Mask,
        /// Out, or in again.
        on: bool,
    },
    /// Give somebody who is there a part, for as long as they are there, or take it.
    Entrust {
        /// Whom.
        user: UserId,
        /// Which.
        part: Part,
        /// Give, or take.
        on: bool,
    },
    /// Send somebody out.
    SendOut {
        /// Whom.
        user: UserId,
        /// Why.
        reason: Option<String>,
    },
    /// Ask somebody in.
    AskIn {
        /// Whom.
        user: UserId,
    },
    /// Say something that nobody stores.
    Pass(Passing),
}

/// A part in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A voice in a moderated room.
    Voice,
    /// Keeping order.
    Order,
    /// Owning it.
    Ownership,
}

/// What is asked for outside of rooms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeopleAct {
    /// Who of these is connected.
    Look(Vec<UserName>),
    /// Everybody who is connected.
    All,
    /// Who had this name.
    Gone(UserName),
    /// What this session's person says of themselves.
    Present(Face),
    /// They are away, and why, or are back.
    Away(Option<String>),
    /// A line to somebody, which nobody stores.
    Whisper {
        /// To whom.
        to: UserId,
        /// What.
        passing: Passing,
    },
    /// Tell this session when these names come and go.
    Watch(Vec<UserName>),
    /// Stop telling of these; of all when there are none.
    Unwatch(Vec<UserName>),
}

/// Somebody who was here.
#[derive(Debug, Clone)]
pub struct WasHere {
    /// Who.
    pub seen: Arc<Seen>,
    /// Until when.
    pub until: Timestamp,
}
