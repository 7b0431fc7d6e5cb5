//! The way out of one connection, shared by its session and its thread's fan-out, on that thread only. Frames are
//! written to the socket by whoever queues them; what the system does not take waits here, bounded in bytes. When a
//! reader is slow, ephemeral frames go first, and events wait in the log until there is room. One that takes nothing at all
//! for a while, or asks for more than it reads, is closed with 1013, and cut if even that is not read.

use std::cell::{Cell, RefCell};
use std::io::ErrorKind;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;

use super::hall::Hall;
use super::queue::Queue;
use super::socket::Socket;
use crate::chat::fanout::{Pushed, Sink, Weight};
use crate::chat::turn::Closing;
use crate::domain::clock::Timestamp;
use crate::protocol::payload::Payload;

/// What a close may take: after that the connection is cut.
const CLOSE_GRACE: Duration = Duration::from_secs(2);
/// How long a reader may take nothing at all while something waits for it.
const STALL: Duration = Duration::from_secs(10);
/// Bytes a frame costs beside its own: an entry in the queue.
const OVERHEAD: usize = 32;
/// So much is written before a turn ends, so that a long turn does not look like a slow reader.
const FLUSH_AT: usize = 32 * 1024;

/// How far a connection is on its way to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// A close frame was queued, at this time.
    Closing(Timestamp),
    /// The socket is of no use any more: it failed, or its time is over.
    Cut,
}

/// What is its own about the way out of a door. Payloads come in the encoding of the session, as they go over its wire.
pub trait Wire: 'static {
    /// The other end answers our last words with its own, and what it sends until then is looked at.
    const IS_ANSWERED: bool = false;
    /// What asks the other end for a sign of life; `None` where the protocol has no such thing.
    fn ping(&self) -> Option<Bytes>;
    /// The last words, for a reason that is given as RFC 6455 numbers it (section 7.4), or for none. Empty where a door
    /// has no last words.
    fn farewell(&self, closing: Option<(u16, &str)>) -> Bytes;
    /// Silence after which the connection ends, and with which words, if it is not given up as the settings say for all.
    fn patience(&self) -> Option<(Duration, Closing)> {
        None
    }
    /// A command was refused; the id is the one the session gave it.
    fn refused(&self, _id: Option<&str>) {}
}

/// The queue and the socket behind it.
pub struct Outbox<W: Wire> {
    socket: Socket,
    queue: RefCell<Queue>,
    limit: usize,
    phase: Cell<Phase>,
    /// The system takes nothing just now; the task of the session waits for it and goes on.
    is_blocked: Cell<bool>,
    /// The task of the session, once it has run.
    task: RefCell<Option<Waker>>,
    wants_to_catch_up: Cell<bool>,
    /// Whether anything was written since the last look.
    has_written: Cell<bool>,
    /// Whether the chat has said anything: its first word is the welcome.
    is_welcomed: Cell<bool>,
    /// Since when nothing could be written.
    stalled_at: Cell<Option<Timestamp>>,
    heard_at: Cell<Timestamp>,
    pinged_at: Cell<Timestamp>,
    wire: W,
    hall: Rc<Hall>,
}

impl<W: Wire> Outbox<W> {
    /// An empty queue of at most `limit` bytes.
    pub fn new(socket: Socket, limit: usize, wire: W, hall: Rc<Hall>) -> Self {
        let now = hall.worker.clock().now();
        Self {
            socket,
            queue: RefCell::default(),
            limit,
            phase: Cell::new(Phase::Open),
            is_blocked: Cell::new(false),
            task: RefCell::default(),
            wants_to_catch_up: Cell::new(false),
            has_written: Cell::new(false),
            is_welcomed: Cell::new(false),
            stalled_at: Cell::new(None),
            heard_at: Cell::new(now),
            pinged_at: Cell::new(now),
            wire,
            hall,
        }
    }

    /// What is the door's own.
    pub fn wire(&self) -> &W {
        &self.wire
    }

    /// The socket, to read from.
    pub fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The session runs in this task.
    pub fn attach(&self, task: &Waker) {
        let mut attached = self.task.borrow_mut();
        if !attached.as_ref().is_some_and(|attached| attached.will_wake(task)) {
            *attached = Some(task.clone());
        }
    }

    /// The other end has given a sign of life.
    pub fn heard(&self) {
        self.heard_at.set(self.hall.worker.clock().now());
    }

    /// True once a close is on its way.
    pub fn is_closing(&self) -> bool {
        self.phase.get() != Phase::Open
    }

    /// True when the connection is beyond repair and the session has to end.
    pub fn is_cut(&self) -> bool {
        self.phase.get() == Phase::Cut
    }

    /// Queues bytes as they are, such as the answer to a ping; they count against the limit, so that a flood of pings is
    /// bounded too. Whoever runs the session flushes when it has taken what there is.
    pub fn put_raw(&self, bytes: Bytes) {
        let _ = self.put(bytes, Weight::Durable);
    }

    /// Ends the connection with this code, or without one, after what is queued.
    pub fn close_with(&self, closing: Option<(u16, &str)>) {
        if self.is_closing() {
            return;
        }
        self.phase.set(Phase::Closing(self.hall.worker.clock().now()));
        let farewell = self.wire.farewell(closing);
        if !farewell.is_empty() {
            self.queue.borrow_mut().push(farewell);
        }
        self.flush();
        self.wake_task();
    }

    /// Writes what is queued; ready when all of it is written, or never will be.
    pub fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            self.write_out();
            if self.is_cut() || self.queue.borrow().is_empty() && !self.socket.has_unsent() {
                return Poll::Ready(());
            }
            match self.socket.poll_writable(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => self.cut(),
            }
        }
    }

    /// True once when somebody has asked the session to catch up.
    pub fn take_wish_to_catch_up(&self) -> bool {
        self.wants_to_catch_up.take()
    }

    /// Whether the chat has said anything to this session. What does not come from the chat waits for it; the task is woken
    /// then.
    pub fn is_welcomed(&self) -> bool {
        self.is_welcomed.get()
    }

    /// The chat says something.
    fn hear_the_chat(&self) {
        if !self.is_welcomed.replace(true) {
            self.wake();
        }
    }

    /// Somebody has asked the session to catch up, and it could not yet.
    pub fn wish_to_catch_up(&self) {
        self.wants_to_catch_up.set(true);
    }

    /// Gives the connection up: the session ends as soon as its task runs.
    pub fn cut(&self) {
        self.phase.set(Phase::Cut);
        self.queue.borrow_mut().clear();
        self.wake_task();
    }

    fn put(&self, frame: Bytes, weight: Weight) -> Pushed {
        if self.is_closing() {
            return Pushed::Behind;
        }
        if self.queue.borrow().bytes() >= FLUSH_AT {
            self.flush();
        }
        if weight == Weight::Ephemeral && !self.has_room() {
            self.hall.worker.metrics().dropped_ephemeral();
            return Pushed::Behind;
        }
        // One frame may reach beyond the limit: an answer can be larger than what is left, and is no fault of anybody.
        if self.cost() >= self.limit {
            self.give_up();
            return Pushed::Behind;
        }
        let mut queue = self.queue.borrow_mut();
        let pushed = if queue.is_empty() { Pushed::First } else { Pushed::Behind };
        queue.push(frame);
        pushed
    }

    /// Writes what the system takes; true when it takes no more.
    fn write_out(&self) -> bool {
        let was_blocked = self.is_blocked.replace(false);
        let mut scratch = self.hall.joined.borrow_mut();
        loop {
            match self.queue.borrow_mut().write(&mut scratch, |bytes| self.socket.try_write(bytes)) {
                None if self.socket.has_unsent() => match self.socket.flush() {
                    Ok(()) => self.has_written.set(true),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        self.is_blocked.set(true);
                        return true;
                    }
                    Err(_) => break,
                },
                None => return false,
                Some(Ok(())) => {
                    self.has_written.set(true);
                    if was_blocked {
                        // The system has room again, because the other end has read.
                        self.heard();
                    }
                }
                Some(Err(error)) if error.kind() == ErrorKind::WouldBlock => {
                    self.is_blocked.set(true);
                    return true;
                }
                Some(Err(_)) => break,
            }
        }
        self.cut();
        false
    }

    /// The reader is too slow. What waits is in the log and comes again when the client resumes; a short close may still
    /// be read.
    fn give_up(&self) {
        self.hall.worker.metrics().slow_disconnect();
        self.queue.borrow_mut().clear();
        self.close(Closing::TOO_SLOW);
    }

    /// True when nothing could be written for so long that nobody seems to read.
    fn has_stalled(&self, now: Timestamp) -> bool {
        if self.has_written.take() || !self.is_blocked.get() {
            self.stalled_at.set(None);
            return false;
        }
        let since = self.stalled_at.get().unwrap_or(now);
        self.stalled_at.set(Some(since));
        now.since(since) >= STALL
    }

    fn cost(&self) -> usize {
        let queue = self.queue.borrow();
        queue.bytes() + queue.len() * OVERHEAD
    }

    fn wake_task(&self) {
        if let Some(task) = &*self.task.borrow() {
            task.wake_by_ref();
        }
    }
}

impl<W: Wire> Sink for Outbox<W> {
    fn push(&self, payload: &Payload, weight: Weight) -> Pushed {
        self.hear_the_chat();
        self.put(payload.framed().clone(), weight)
    }

    fn send(&self, payload: &Payload, weight: Weight) {
        self.hear_the_chat();
        let frame = payload.framed();
        let is_idle = self.phase.get() == Phase::Open && !self.is_blocked.get() && self.queue.borrow().is_empty();
        let written = if is_idle { self.socket.try_write(frame).unwrap_or(0) } else { 0 };
        if written == frame.len() {
            self.has_written.set(true);
            if self.socket.has_unsent() {
                self.flush();
            }
        } else if written > 0 {
            self.queue.borrow_mut().push_torn(frame, written);
            self.flush();
        } else if self.push(payload, weight) == Pushed::First {
            // Finds out again what was in the way, and deals with it.
            self.flush();
        }
    }

    fn flush(&self) {
        // A blocked one is the business of its task, which waits for the socket.
        if !self.is_blocked.get() && self.write_out() {
            self.wake_task();
        }
    }

    fn has_room(&self) -> bool {
        self.cost() < self.limit / 2
    }

    fn wake(&self) {
        self.wants_to_catch_up.set(true);
        self.wake_task();
    }

    fn refused(&self, id: Option<&str>) {
        self.wire.refused(id);
    }

    fn close(&self, closing: Closing) {
        self.close_with(Some((closing.code, closing.reason)));
    }

    fn sweep(&self) {
        let now = self.hall.worker.clock().now();
        let over = match self.phase.get() {
            Phase::Open => false,
            Phase::Closing(since) => now.since(since) >= CLOSE_GRACE,
            Phase::Cut => return,
        };
        if self.is_blocked.get() {
            // A look of our own: the system says that it has room only when much of it is free.
            self.write_out();
            self.wake_task();
        }
        let silence = now.since(self.heard_at.get());
        match self.wire.patience() {
            _ if over => return self.cut(),
            None if silence >= self.hall.give_up_after => return self.cut(),
            Some((patience, closing)) if silence >= patience => return self.close(closing),
            _ => {}
        }
        if self.phase.get() == Phase::Open && self.has_stalled(now) {
            return self.give_up();
        }
        if now.since(self.pinged_at.get()) >= self.hall.ping_every {
            self.pinged_at.set(now);
            if let Some(ping) = self.wire.ping()
                && self.put(ping, Weight::Ephemeral) == Pushed::First
            {
                self.flush();
            }
        }
    }
}
