//! The way out of one stream, shared by its body and its thread's fan-out, on that thread only. What HTTP has not taken yet
//! waits here, bounded in bytes. When a reader is slow, ephemeral frames go first, and events wait in the log until there is
//! room. One that takes nothing at all for a while, or asks for more than it reads, is given up.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::positions::Positions;
use crate::chat::fanout::{Pushed, Sink, Weight, Worker};
use crate::chat::turn::Closing;
use crate::domain::clock::Timestamp;
use crate::domain::ids::SessionId;
use crate::protocol::event_stream::take_apart;
use crate::protocol::payload::Payload;

/// What is said when nothing else is: a comment, which readers pass over. Proxies see that the line lives, and we see it
/// when nobody is there any more.
const BEAT: Bytes = Bytes::from_static(b":\n\n");
/// A goodbye begins so, or with the time to come back before it.
const BYE: &[u8] = b"event: bye\n";
/// What the end of a stream may take: after that nobody waits for it.
const CLOSE_GRACE: Duration = Duration::from_secs(2);
/// How long a reader may take nothing at all while something waits for it.
const STALL: Duration = Duration::from_secs(10);
/// Bytes a frame costs beside its own: an entry in the queue.
const OVERHEAD: usize = 32;
/// Bytes that are given to HTTP at once, where several frames wait.
const JOINED: usize = 16 * 1024;

/// What one stream may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes that may wait.
    pub outbox_bytes: usize,
    /// Between two comments, where nothing else is said.
    pub beat_every: Duration,
}

/// How far a stream is on its way to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// Nothing is added any more, since this time; what waits is still sent.
    Closing(Timestamp),
    /// Nothing is sent any more.
    Cut,
}

/// What waits for one stream.
pub(super) struct Outbox {
    session: SessionId,
    worker: Rc<Worker>,
    bounds: Bounds,
    queue: RefCell<VecDeque<Bytes>>,
    bytes: Cell<usize>,
    phase: Cell<Phase>,
    positions: RefCell<Positions>,
    /// How many rooms it listens to, once it has listened to one.
    rooms: Cell<Option<usize>>,
    /// The task that sends the body.
    task: RefCell<Option<Waker>>,
    wants_to_catch_up: Cell<bool>,
    has_said_bye: Cell<bool>,
    /// A room it was opened for has been refused: it ends when that was told.
    ends_with_refusal: Cell<bool>,
    /// Whether HTTP has taken anything since the last look.
    was_taken: Cell<bool>,
    /// Since when it has taken nothing.
    stalled_at: Cell<Option<Timestamp>>,
    beat_at: Cell<Timestamp>,
}

impl Outbox {
    /// An empty one for a reader who is there.
    pub fn new(session: SessionId, worker: Rc<Worker>, bounds: Bounds, positions: Positions) -> Self {
        let now = worker.clock().now();
        Self {
            session,
            worker,
            bounds,
            queue: RefCell::default(),
            bytes: Cell::new(0),
            phase: Cell::new(Phase::Open),
            positions: RefCell::new(positions),
            rooms: Cell::new(None),
            task: RefCell::default(),
            wants_to_catch_up: Cell::new(true),
            has_said_bye: Cell::new(false),
            ends_with_refusal: Cell::new(false),
            was_taken: Cell::new(false),
            stalled_at: Cell::new(None),
            beat_at: Cell::new(now),
        }
    }

    /// The body is sent by this task.
    pub fn attach(&self, task: &Waker) {
        let mut attached = self.task.borrow_mut();
        if !attached.as_ref().is_some_and(|attached| attached.will_wake(task)) {
            *attached = Some(task.clone());
        }
    }

    /// The next piece of the body, of several frames where several wait.
    pub fn take(&self) -> Option<Bytes> {
        let mut queue = self.queue.borrow_mut();
        let first = queue.pop_front()?;
        self.was_taken.set(true);
        let mut taken = first.len();
        let piece = if queue.is_empty() || first.len() >= JOINED {
            first
        } else {
            let mut joined = BytesMut::from(&first[..]);
            while joined.len() < JOINED
                && let Some(next) = queue.pop_front()
            {
                joined.extend_from_slice(&next);
            }
            taken = joined.len();
            joined.freeze()
        };
        self.bytes.set(self.bytes.get() - taken);
        Some(piece)
    }

    /// Puts something into the body that is no frame.
    pub fn add(&self, bytes: Bytes) {
        self.bytes.set(self.bytes.get() + bytes.len());
        self.queue.borrow_mut().push_back(bytes);
    }

    /// True once when somebody has asked the session to catch up.
    pub fn take_wish_to_catch_up(&self) -> bool {
        self.wants_to_catch_up.take()
    }

    /// There is more for it than there was room.
    pub fn wish_to_catch_up(&self) {
        self.wants_to_catch_up.set(true);
    }

    /// True once nothing follows what waits.
    pub fn is_closing(&self) -> bool {
        self.phase.get() != Phase::Open
    }

    /// Ends a stream that was opened for rooms and listens to none of them any more.
    pub fn end_without_rooms(&self) {
        if self.rooms.get() == Some(0) && !self.positions.borrow().is_empty() && !self.is_closing() {
            self.end("this stream listens to no room any more", None);
        }
    }

    /// Ends it after what waits, with a goodbye if there was none.
    fn end(&self, reason: &str, reconnect_after_ms: Option<u64>) {
        if self.is_closing() {
            return;
        }
        if !self.has_said_bye.get() {
            let retry = reconnect_after_ms.map(|after| format!("retry: {after}\n")).unwrap_or_default();
            let after = reconnect_after_ms.map(|after| format!(r#","reconnect_after_ms":{after}"#)).unwrap_or_default();
            let bye = format!("{retry}event: bye\ndata: {{\"type\":\"bye\",\"reason\":\"{reason}\"{after}}}\n\n");
            self.add(bye.into());
        }
        self.phase.set(Phase::Closing(self.worker.clock().now()));
        self.wake_task();
    }

    /// Gives the reader up. HTTP may not notice before the system does: the chat is told at once.
    fn cut(&self) {
        self.phase.set(Phase::Cut);
        self.clear();
        self.worker.uplink.disconnect(self.session);
        self.wake_task();
    }

    fn clear(&self) {
        self.queue.borrow_mut().clear();
        self.bytes.set(0);
    }

    /// A reader that asks for more than it reads. What waits is in the log and comes again when it resumes.
    fn give_up(&self) {
        self.worker.metrics().slow_disconnect();
        self.clear();
        self.end(Closing::TOO_SLOW.reason, Some(0));
    }

    /// True when nothing was taken for so long that nobody seems to read.
    fn has_stalled(&self, now: Timestamp) -> bool {
        if self.was_taken.take() || self.queue.borrow().is_empty() {
            self.stalled_at.set(None);
            return false;
        }
        let since = self.stalled_at.get().unwrap_or(now);
        self.stalled_at.set(Some(since));
        now.since(since) >= STALL
    }

    fn cost(&self) -> usize {
        self.bytes.get() + self.queue.borrow().len() * OVERHEAD
    }

    fn wake_task(&self) {
        if let Some(task) = &*self.task.borrow() {
            task.wake_by_ref();
        }
    }
}

impl Sink for Outbox {
    fn push(&self, payload: &Payload, weight: Weight) -> Pushed {
        if self.is_closing() {
            return Pushed::Behind;
        }
        if weight == Weight::Ephemeral && !self.has_room() {
            self.worker.metrics().dropped_ephemeral();
            return Pushed::Behind;
        }
        // One frame may reach beyond the limit: an answer can be larger than what is left, and is no fault of anybody.
        if self.cost() >= self.bounds.outbox_bytes {
            self.give_up();
            return Pushed::Behind;
        }
        let was_empty = self.queue.borrow().is_empty();
        let block = take_apart(payload);
        let mut positions = self.positions.borrow_mut();
        if let Some((room, seq)) = block.place
            && positions.reach(room, seq, block.unless_known)
        {
            self.add(positions.line().into());
        }
        if block.bytes.windows(BYE.len()).take(32).any(|begin| begin == BYE) {
            self.has_said_bye.set(true);
        }
        self.add(block.bytes);
        self.beat_at.set(self.worker.clock().now());
        if self.ends_with_refusal.get() {
            drop(positions);
            self.end("this stream could not listen to a room it was opened for", None);
        }
        if was_empty { Pushed::First } else { Pushed::Behind }
    }

    fn flush(&self) {
        self.wake_task();
    }

    fn has_room(&self) -> bool {
        self.cost() < self.bounds.outbox_bytes / 2
    }

    fn wake(&self) {
        self.wants_to_catch_up.set(true);
        self.wake_task();
    }

    fn refused(&self, id: Option<&str>) {
        // What is said later has ids of the client, or none; what the stream itself has asked for comes before all of that.
        if id.is_none() && self.rooms.get().is_none() && !self.positions.borrow().is_empty() {
            self.ends_with_refusal.set(true);
        }
    }

    fn listens_to(&self, rooms: usize) {
        self.rooms.set(Some(rooms));
        if rooms == 0 {
            self.wake_task();
        }
    }

    fn close(&self, closing: Closing) {
        // Too busy, or too slow: whoever comes back is welcome.
        self.end(closing.reason, (closing.code == Closing::TRY_AGAIN.code).then_some(1_000));
    }

    fn sweep(&self) {
        let now = self.worker.clock().now();
        match self.phase.get() {
            Phase::Open if self.has_stalled(now) => {
                self.worker.metrics().slow_disconnect();
                return self.cut();
            }
            Phase::Open => {}
            Phase::Closing(since) if now.since(since) >= CLOSE_GRACE => return self.cut(),
            Phase::Closing(_) | Phase::Cut => return,
        }
        if now.since(self.beat_at.get()) >= self.bounds.beat_every {
            self.beat_at.set(now);
            self.add(BEAT);
            self.wake_task();
        }
    }
}
