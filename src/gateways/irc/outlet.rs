//! The way out of a connection, as a session sees it.

use crate::chat::fanout::{Pushed, Weight};
use crate::protocol::payload::Payload;

/// The way out of a connection.
pub trait Outlet {
    /// Queues lines.
    fn push(&self, payload: &Payload, weight: Weight) -> Pushed;
    /// Writes what is queued, as far as the system takes it.
    fn flush(&self);
    /// True while more may be queued without harm.
    fn has_room(&self) -> bool;
    /// Asks the connection to catch up as soon as there is room.
    fn wake(&self);
    /// Ends the connection after what is queued.
    fn close(&self);
    /// Looks after the connection.
    fn sweep(&self);
}
