//! What the state wants done outside of it: `session` carries it out, and gives back what comes of it as an input.

use serde_json::{Map, Value};

use crate::client::event::Sent;
use crate::client::{Call, ClientError, Command, Event};
use crate::domain::ids::Seq;

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Listen to a room.
    Join {
        /// Which.
        room: String,
        /// The last event that is known.
        after: Option<Seq>,
        /// Whether it is looked at.
        looks: bool,
        /// Make it when it is missing.
        create: bool,
        /// Its key.
        key: Option<String>,
    },
    /// Stop listening.
    Leave(String),
    /// Write.
    Send {
        /// Where.
        room: String,
        /// What.
        text: String,
        /// What it answers.
        reply_to: Option<Seq>,
        /// Its name.
        nonce: String,
    },
    /// Take back what has not gone out.
    Withdraw(String),
    /// Ask the server something.
    Ask(About, Command),
    /// Make a request of the REST interface.
    Call(About, Call),
    /// Say something nobody waits for.
    Tell(Command),
    /// Connect afresh.
    Reconnect,
    /// Come in as a guest of another name.
    ComeInAs(String),
    /// Keep the look for the next time.
    KeepTheme(&'static str),
    /// Listen to the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Make a sound.
    Ring,
    /// The end.
    Quit,
}

/// What an answer is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The list of rooms.
    Rooms,
    /// The people of a room.
    Members(String),
    /// A page of a room's log.
    History {
        /// Which room.
        room: String,
        /// Which page.
        page: PageAt,
    },
    /// The answers of a thread.
    Thread(String, Seq),
    /// What was put up in a room.
    Pins(String),
    /// What was looked for.
    Search(String),
    /// The direct room with somebody, to whom this is to be said.
    Direct(String),
    /// Something that is only of interest when it fails, and what to say when it does not.
    Act(&'static str),
    /// The level of a room.
    Level(String, &'static str),
}

/// Which page of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageAt {
    /// The newest one.
    Newest,
    /// The one before this entry, the first one that is known.
    Before(Seq),
    /// The one behind this entry, the last one that is known of an older part.
    After(Seq),
    /// The one with this entry in it, far from everything that is known.
    Around(Seq),
}

/// Something that happened.
#[derive(Debug)]
pub enum Input {
    /// On the keyboard, with the mouse, or to the window.
    Terminal(crossterm::event::Event),
    /// On the line.
    News(Event),
    /// A room was joined, or not.
    Joined(String, Result<Seq, ClientError>),
    /// A message was stored, or not: its room and its name.
    Sent(String, String, Result<Sent, ClientError>),
    /// An answer.
    Answered(About, Result<Map<String, Value>, ClientError>),
    /// Time has passed.
    Tick,
    /// The machine has slept.
    Woke,
    /// Whoever sits here came in under another name; what was known of the rooms' events begins anew.
    CameInAs,
}
