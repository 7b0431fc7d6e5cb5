//! The way out to one session, as the fan-out sees it.

use crate::chat::turn::Closing;
use crate::protocol::payload::Payload;

/// How much it matters that a frame arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Lost without harm: dropped first when a reader is slow.
    Ephemeral,
    /// Part of a log or an answer: if it does not fit, the connection is cut and the client resumes.
    Durable,
}

/// Whether somebody has to flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a frame that nobody flushes waits until the next one"]
pub enum Pushed {
    /// This is the first frame that waits: whoever pushed it flushes when there is nothing more to push.
    First,
    /// Somebody will flush already, or nothing was queued.
    Behind,
}

/// The way out to one session, whatever its transport. It must not block and must not call back.
pub trait Sink {
    /// Queues a frame. A sink that is too full for a durable one cuts its connection.
    fn push(&self, payload: &Payload, weight: Weight) -> Pushed;
    /// Queues a frame and flushes, without a detour where nothing waits.
    fn send(&self, payload: &Payload, weight: Weight) {
        if self.push(payload, weight) == Pushed::First {
            self.flush();
        }
    }
    /// Writes what is queued, all of it in as few writes as possible. What the system does not take now is written by
    /// the session when it does.
    fn flush(&self);
    /// True while more may be pushed without harm; whoever has much to send waits for it.
    fn has_room(&self) -> bool;
    /// Asks the session to catch up as soon as its outbox has room.
    fn wake(&self);
    /// A command was refused; the id is the one the session gave it.
    fn refused(&self, _id: Option<&str>) {}
    /// The session listens to so many rooms now.
    fn listens_to(&self, _rooms: usize) {}
    /// Ends the connection after what has been queued. Flushes.
    fn close(&self, closing: Closing);
    /// Looks after the connection: pings it, or gives it up when it has been silent for too long.
    fn sweep(&self);
}
