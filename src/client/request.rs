//! What a handle asks its driver for, and who waits for the answer.

use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::command::Command;
use super::error::ClientError;
use super::event::{Page, Sent};
use super::frame::{Ack, Outgoing};
use super::outbox::Letter;
use super::room_view::JoinOptions;
use crate::domain::ids::Seq;

/// Who waits for something.
pub type Waiter<T> = oneshot::Sender<Result<T, ClientError>>;

/// Which page of a log, see docs/PROTOCOL.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageOf {
    /// Below this number.
    pub before: Option<Seq>,
    /// Above this number.
    pub after: Option<Seq>,
    /// At most this many, 1 to 200.
    pub limit: usize,
}

/// A message with who waits for it, and what is let go with it: its place in the outbox.
pub struct Parcel<P> {
    /// Who waits.
    pub waiter: Waiter<Sent>,
    /// Its place.
    pub place: P,
}

/// What a handle asks its driver for.
pub(super) enum Request {
    Join { room: String, options: JoinOptions, waiter: Waiter<Seq> },
    Leave { room: String },
    Send { letter: Letter, parcel: Parcel<OwnedSemaphorePermit> },
    Withdraw { nonce: String },
    Ask { room: String, page: PageOf, waiter: Waiter<Page> },
    Command { command: Command, waiter: Waiter<Map<String, Value>> },
    Tell { command: Command },
    Reconnect,
}

/// What is asked, and who waits for the answer.
pub(super) enum Question {
    Page { room: String, page: PageOf, waiter: Waiter<Page> },
    Command { command: Command, waiter: Waiter<Map<String, Value>> },
}

impl Question {
    pub fn outgoing(&self, id: String) -> Outgoing {
        match self {
            Self::Page { room, page: PageOf { before, after, limit }, .. } => {
                Outgoing::History { id, room: room.clone(), before: *before, after: *after, limit: *limit }
            }
            Self::Command { command, .. } => Outgoing::Asked { id: Some(id), command: command.clone() },
        }
    }

    pub fn answered(self, ack: Ack) {
        // Whoever does not wait any more does not mind.
        match self {
            Self::Page { waiter, .. } => drop(waiter.send(Ok(Page { events: ack.events, more: ack.more }))),
            Self::Command { waiter, .. } => drop(waiter.send(Ok(ack.into_map()))),
        }
    }

    pub fn failed(self, why: ClientError) {
        match self {
            Self::Page { waiter, .. } => drop(waiter.send(Err(why))),
            Self::Command { waiter, .. } => drop(waiter.send(Err(why))),
        }
    }
}
