//! The way out of one session: a queue bounded in bytes, shared by the session and its thread's fan-out. When a reader
//! is too slow, ephemeral frames go first; then the connection is closed with 1013, and cut if even that is not read.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use actix::{Message, Recipient};
use bytes::Bytes;

use super::state::Line;
use crate::chat::fanout::{Sink, Weight};
use crate::chat::turn::Closing;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::limits;
use crate::domain::name::RoomName;
use crate::protocol::encode::Payload;
use crate::telemetry::metrics::Metrics;

/// What a close may take: after that the connection is cut.
const CLOSE_GRACE: Duration = Duration::from_secs(2);
/// Bytes a frame costs beside its payload: an entry in the queue, a header.
const OVERHEAD: usize = 32;

/// The id of a typed join is this and the name of the room.
pub const JOINING: &str = "joining ";

/// Tells a session that its outbox has something for the transport.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Flush;

/// What goes out.
#[derive(Debug)]
pub enum Out {
    /// A message.
    Frame(Payload),
    /// A ping.
    Ping,
    /// The answer to a ping.
    Pong(Bytes),
    /// The end.
    Close {
        /// The code and the reason; none to echo a close without.
        closing: Option<(u16, String)>,
    },
}

/// When a connection is pinged and given up.
#[derive(Debug, Clone, Copy)]
pub struct Heartbeat {
    /// Between two pings.
    pub every: Duration,
    /// Silence after which it is given up.
    pub give_up_after: Duration,
}

/// The queue.
pub struct Outbox {
    queue: RefCell<VecDeque<Out>>,
    bytes: Cell<usize>,
    limit: usize,
    wake: RefCell<Option<Recipient<Flush>>>,
    woken: Cell<bool>,
    line: Option<Line>,
    clock: Clock,
    metrics: Metrics,
    heartbeat: Heartbeat,
    heard_at: Cell<Timestamp>,
    pinged_at: Cell<Timestamp>,
    closed_at: Cell<Option<Timestamp>>,
    /// For people who type: the rooms of this session, the one they are in last. Kept here because a refused join is
    /// seen on the way out.
    typed_rooms: RefCell<Vec<RoomName>>,
}

impl Outbox {
    /// An empty queue of at most `limit` bytes.
    pub fn new(limit: usize, line: Option<Line>, clock: Clock, metrics: Metrics, heartbeat: Heartbeat) -> Self {
        let now = clock.now();
        Self {
            queue: RefCell::default(),
            bytes: Cell::new(0),
            limit,
            wake: RefCell::default(),
            woken: Cell::new(false),
            line,
            clock,
            metrics,
            heartbeat,
            heard_at: Cell::new(now),
            pinged_at: Cell::new(now),
            closed_at: Cell::new(None),
            typed_rooms: RefCell::default(),
        }
    }

    /// The session that empties it.
    pub fn attach(&self, session: Recipient<Flush>) {
        self.wake.replace(Some(session));
    }

    /// The session is gone; it must not be kept alive by its own address.
    pub fn detach(&self) {
        self.wake.replace(None);
        self.queue.borrow_mut().clear();
        self.bytes.set(0);
    }

    /// The room that typed lines go to.
    pub fn typed_room(&self) -> Option<RoomName> {
        self.typed_rooms.borrow().last().cloned()
    }

    /// Typed lines go to this room from now on.
    pub fn enter_typed(&self, room: &RoomName) {
        let mut rooms = self.typed_rooms.borrow_mut();
        rooms.retain(|other| other != room);
        if rooms.len() >= limits::ROOMS_PER_SESSION {
            rooms.remove(0);
        }
        rooms.push(room.clone());
    }

    /// Typed lines no longer go to this room.
    pub fn leave_typed(&self, room: &RoomName) {
        self.typed_rooms.borrow_mut().retain(|other| other != room);
    }

    /// The other end has given a sign of life.
    pub fn heard(&self) {
        self.heard_at.set(self.clock.now());
    }

    /// True once a close is on its way.
    pub fn is_closing(&self) -> bool {
        self.closed_at.get().is_some()
    }

    /// Queues a pong; with the others it counts against the limit, so that a flood of pings is bounded too.
    pub fn pong(&self, payload: Bytes) {
        let cost = payload.len();
        self.put(Out::Pong(payload), cost, Weight::Durable);
    }

    /// Ends the connection with this code, or without one.
    pub fn close_with(&self, closing: Option<(u16, String)>) {
        if self.closed_at.replace(Some(self.clock.now())).is_none() {
            self.queue.borrow_mut().push_back(Out::Close { closing });
            self.wake_session();
        }
    }

    /// What has been waiting, for the transport.
    pub fn take(&self) -> VecDeque<Out> {
        self.woken.set(false);
        self.bytes.set(0);
        std::mem::take(&mut *self.queue.borrow_mut())
    }

    fn put(&self, out: Out, cost: usize, weight: Weight) {
        if self.is_closing() {
            return;
        }
        let waiting = self.bytes.get();
        if weight == Weight::Ephemeral && !self.has_room() {
            self.metrics.dropped_ephemeral();
            return;
        }
        // One frame may reach beyond the limit: an answer can be larger than what is left, and is no fault of anybody.
        if waiting >= self.limit {
            self.metrics.slow_disconnect();
            // What waits is in the log and comes again when the client resumes; a short close may still be read.
            self.queue.borrow_mut().clear();
            self.bytes.set(0);
            return self.close(Closing::TOO_SLOW);
        }
        self.bytes.set(waiting + cost + OVERHEAD);
        self.queue.borrow_mut().push_back(out);
        self.wake_session();
    }

    fn wake_session(&self) {
        if self.woken.get() {
            return;
        }
        // One message at a time is under way, so the mailbox always has room.
        if let Some(session) = &*self.wake.borrow() {
            self.woken.set(session.try_send(Flush).is_ok());
        }
    }

    fn cut(&self) {
        if let Some(line) = &self.line {
            line.cut();
        }
    }
}

impl Sink for Outbox {
    fn push(&self, payload: Payload, weight: Weight) {
        let cost = payload.len();
        self.put(Out::Frame(payload), cost, weight);
    }

    fn has_room(&self) -> bool {
        self.bytes.get() < self.limit / 2
    }

    fn wake(&self) {
        self.wake_session();
    }

    fn refused(&self, id: Option<&str>) {
        if let Some(room) = id.and_then(|id| id.strip_prefix(JOINING)) {
            self.typed_rooms.borrow_mut().retain(|joined| joined.as_str() != room);
        }
    }

    fn close(&self, closing: Closing) {
        self.close_with(Some((closing.code, closing.reason.to_owned())));
    }

    fn sweep(&self) {
        let now = self.clock.now();
        if self.closed_at.get().is_some_and(|at| now.since(at) >= CLOSE_GRACE)
            || now.since(self.heard_at.get()) >= self.heartbeat.give_up_after
        {
            return self.cut();
        }
        if now.since(self.pinged_at.get()) >= self.heartbeat.every {
            self.pinged_at.set(now);
            self.put(Out::Ping, 0, Weight::Ephemeral);
        }
        // A message that did not fit into the mailbox is tried again.
        if !self.queue.borrow().is_empty() {
            self.wake_session();
        }
    }
}
