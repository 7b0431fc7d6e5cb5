//! What a client hears.

use std::time::Duration;

use serde_json::Value;

use super::error::ClientError;
use super::frame::{LogEvent, Somebody};
use crate::domain::ids::Seq;

/// What a client hears.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// There is a connection.
    Connected {
        /// Who the server takes this client for.
        user: Somebody,
    },
    /// There is no connection; it is tried again.
    Disconnected {
        /// Why.
        why: ClientError,
        /// How long until the next try.
        retry_in: Duration,
    },
    /// The next entry of a room's log.
    Log(Box<LogEvent>),
    /// The log of a room is not what it was, or was not read whole because the join said so: throw away what you have.
    Reset {
        /// Which room.
        room: String,
        /// The end of its log.
        last_seq: Seq,
    },
    /// A room could not be joined again: nothing more comes from it.
    Left {
        /// Which room.
        room: String,
        /// Why.
        why: ClientError,
    },
    /// Typing, presence, read cursors, and what this version does not know: the frame as it came.
    Other(Value),
    /// The last event: nothing is tried any more.
    Ended(ClientError),
}

/// The message is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its number in the log of its room.
    pub seq: Seq,
    /// When the server took it: RFC 3339, UTC.
    pub at: String,
    /// True when it had been stored before, and only the acknowledgement was lost.
    pub duplicate: bool,
}

/// A page of a room's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Ascending.
    pub events: Vec<LogEvent>,
    /// Whether there is more in that direction.
    pub more: bool,
}
