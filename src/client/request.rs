//! What a handle asks its driver for, and who waits for the answer.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::error::ClientError;
use super::event::{Page, Sent};
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
    Send { room: String, text: Arc<str>, parcel: Parcel<OwnedSemaphorePermit> },
    Ask { room: String, page: PageOf, waiter: Waiter<Page> },
}
