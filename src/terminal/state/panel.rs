//! What stands beside the timeline when it is asked for: people, answers, pins, what was found, rooms to join.

use super::message::Entry;
use crate::domain::clock::Timestamp;
use crate::domain::ids::Seq;

/// Which panel is open.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Panel {
    /// None.
    #[default]
    Closed,
    /// Who belongs to the room.
    Members,
    /// A message and what was answered to it.
    Thread {
        /// The first message.
        root: Seq,
        /// The first message and the answers; `None` while they are on their way.
        entries: Option<Vec<Entry>>,
    },
    /// What was put up.
    Pins(Option<Vec<Entry>>),
    /// What was looked for.
    Search {
        /// As it was typed.
        query: String,
        /// What was found; `None` while it is on its way.
        found: Option<Vec<Hit>>,
    },
    /// Rooms one may join.
    Rooms,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its room.
    pub room: String,
    /// What the room is called.
    pub title: String,
    /// Its number.
    pub seq: Seq,
    /// Who wrote it.
    pub author: String,
    /// What it says.
    pub text: String,
    /// When.
    pub at: Timestamp,
}
