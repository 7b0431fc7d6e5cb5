//! The fan-out actor of one worker thread. It holds the sessions of its own thread by room; an event is written once
//! per encoding and then shared. Sessions register here directly: they live on the same thread.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use actix::{Actor, AsyncContext, Context, Handler};

use super::turn::{Closing, Item, Turn, WorkerId};
use crate::domain::clock::Clock;
use crate::domain::event::SharedEvent;
use crate::domain::ids::{RoomId, Seq, SessionId};
use crate::domain::limits;
use crate::protocol::encode::{self, EventHtml, News, Payload, SharedFrames, SharedHtml};
use crate::protocol::encoding::Encoding;
use crate::protocol::server_frame::Notice;
use crate::telemetry::metrics::Metrics;

/// How often the sessions of a thread are looked after.
const SWEEP: Duration = Duration::from_secs(1);

/// How much it matters that a frame arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Lost without harm: dropped first when a reader is slow.
    Ephemeral,
    /// Part of a log or an answer: if it does not fit, the connection is cut and the client resumes.
    Durable,
}

/// The way out to one session, whatever its transport. It must not block and must not call back.
pub trait Sink {
    /// Queues a frame. A sink that is too full for a durable one cuts its connection.
    fn push(&self, payload: Payload, weight: Weight);
    /// Ends the connection after what has been queued.
    fn close(&self, closing: Closing);
    /// Looks after the connection: pings it, or gives it up when it has been silent for too long.
    fn sweep(&self);
}

/// What one thread knows: its sessions and what they listen to. Shared by the fan-out actor and the sessions, on this
/// thread only.
pub struct Worker {
    /// Which thread it is.
    pub id: WorkerId,
    clock: Clock,
    html: SharedHtml,
    metrics: Metrics,
    listeners: RefCell<HashMap<SessionId, Listener>>,
    rooms: RefCell<HashMap<RoomId, Vec<SessionId>>>,
    deliveries: Cell<usize>,
}

struct Listener {
    encoding: Encoding,
    sink: Rc<dyn Sink>,
    rooms: HashMap<RoomId, Subscription>,
}

struct Subscription {
    generation: u64,
    /// The last event this session was given here.
    seen: Seq,
    flow: Flow,
}

enum Flow {
    /// Events go out as they come.
    Live,
    /// Live events wait for a replay.
    Held(Vec<SharedEvent>),
    /// Too much was missed: nothing goes out until the session joins again.
    Lost,
}

impl Worker {
    /// A thread without sessions.
    #[must_use]
    pub fn new(id: WorkerId, clock: Clock, html: SharedHtml, metrics: Metrics) -> Rc<Self> {
        Rc::new(Self {
            id,
            clock,
            html,
            metrics,
            listeners: RefCell::default(),
            rooms: RefCell::default(),
            deliveries: Cell::new(0),
        })
    }

    /// The clock of the server.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The metrics of the server.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// A session has opened on this thread. Nothing reaches it before this call.
    pub fn register(&self, session: SessionId, encoding: Encoding, sink: Rc<dyn Sink>) {
        self.listeners.borrow_mut().insert(session, Listener { encoding, sink, rooms: HashMap::new() });
    }

    /// A session is gone.
    pub fn unregister(&self, session: SessionId) {
        let Some(listener) = self.listeners.borrow_mut().remove(&session) else { return };
        let mut rooms = self.rooms.borrow_mut();
        for room in listener.rooms.keys() {
            leave(&mut rooms, *room, session);
        }
    }

    fn carry_out(&self, item: Item) {
        match item {
            Item::News { room, frames, except } => self.news(room, &frames, except),
            Item::Subscribe { session, room, generation, hold } => self.subscribe(session, room, generation, hold),
            Item::Unsubscribe { session, room } => {
                if let Some(listener) = self.listeners.borrow_mut().get_mut(&session) {
                    listener.rooms.remove(&room);
                }
                leave(&mut self.rooms.borrow_mut(), room, session);
            }
            Item::Replay { session, room, generation, events } => self.replay(session, room, generation, events),
            other => self.tell(other),
        }
    }

    /// Items for one session that change nothing here.
    fn tell(&self, item: Item) {
        let html = &*self.html;
        match item {
            Item::Welcome { session, welcome } => {
                self.with(session, |l| l.push(Some(encode::welcome(&welcome, l.encoding))));
            }
            Item::Answer { session, id, answer } => {
                self.with(session, |l| l.push(encode::answer(id.as_deref(), &answer, l.encoding, html)));
            }
            Item::Refuse { session, id, problem } => {
                self.with(session, |l| l.push(Some(encode::problem(id.as_deref(), &problem, l.encoding))));
            }
            Item::Notify { session, notice } => self.with(session, |l| l.push(encode::notice(&notice, l.encoding))),
            Item::Tell { session, frames } => self.with(session, |l| l.push(frames.payload(l.encoding, html))),
            Item::Close { session, closing } => self.with(session, |l| l.sink.close(closing)),
            Item::News { .. } | Item::Subscribe { .. } | Item::Unsubscribe { .. } | Item::Replay { .. } => {}
        }
    }

    fn with(&self, session: SessionId, act: impl FnOnce(&Listener)) {
        // A session may have gone since the server spoke to it.
        if let Some(listener) = self.listeners.borrow().get(&session) {
            act(listener);
        }
    }

    fn subscribe(&self, session: SessionId, room: RoomId, generation: u64, hold: bool) {
        if let Some(listener) = self.listeners.borrow_mut().get_mut(&session) {
            let flow = if hold { Flow::Held(Vec::new()) } else { Flow::Live };
            let old = listener.rooms.insert(room, Subscription { generation, seen: 0, flow });
            if old.is_none() {
                self.rooms.borrow_mut().entry(room).or_default().push(session);
            }
        }
    }

    fn replay(&self, session: SessionId, room: RoomId, generation: u64, events: Vec<SharedEvent>) {
        let mut listeners = self.listeners.borrow_mut();
        let Some(listener) = listeners.get_mut(&session) else { return };
        let Some(subscription) = listener.rooms.get_mut(&room) else { return };
        if subscription.generation != generation {
            return;
        }
        let Flow::Held(held) = std::mem::replace(&mut subscription.flow, Flow::Live) else { return };
        for event in events.into_iter().chain(held) {
            if event.seq > subscription.seen {
                subscription.seen = event.seq;
                let payload = encode::event(&event, listener.encoding, &*self.html);
                listener.sink.push(payload, Weight::Durable);
            }
        }
    }

    fn news(&self, room: RoomId, frames: &SharedFrames, except: Option<SessionId>) {
        let rooms = self.rooms.borrow();
        let Some(sessions) = rooms.get(&room) else { return };
        let mut listeners = self.listeners.borrow_mut();
        for session in sessions.iter().filter(|session| Some(**session) != except) {
            if let Some(listener) = listeners.get_mut(session) {
                let sent = listener.deliver(room, frames, &*self.html);
                self.deliveries.set(self.deliveries.get() + usize::from(sent));
            }
        }
    }

    fn sweep(&self) {
        // A sink may be gone after this, but sessions unregister by themselves, later: nothing here calls back.
        for listener in self.listeners.borrow().values() {
            listener.sink.sweep();
        }
    }
}

impl Listener {
    fn push(&self, payload: Option<Payload>) {
        if let Some(payload) = payload {
            self.sink.push(payload, Weight::Durable);
        }
    }

    /// Gives a session what is new in a room; `true` when it was an event and it was due.
    fn deliver(&mut self, room: RoomId, frames: &SharedFrames, html: &dyn EventHtml) -> bool {
        let Some(subscription) = self.rooms.get_mut(&room) else { return false };
        match (frames.news(), &mut subscription.flow) {
            (News::Ephemeral(_), Flow::Live) => {
                if let Some(payload) = frames.payload(self.encoding, html) {
                    self.sink.push(payload, Weight::Ephemeral);
                }
                false
            }
            (News::Event(event), Flow::Live) if event.seq > subscription.seen => {
                subscription.seen = event.seq;
                if let Some(payload) = frames.payload(self.encoding, html) {
                    self.sink.push(payload, Weight::Durable);
                }
                true
            }
            (News::Event(event), Flow::Held(held)) => {
                held.push(event.clone());
                if held.len() as u64 > limits::RESUME_EVENTS {
                    // Its replay has not come for a thousand events: better to say so than to keep on collecting.
                    subscription.flow = Flow::Lost;
                    let notice = Notice::Resync { room: event.room_name.clone(), reason: "too_far_behind" };
                    self.push(encode::notice(&notice, self.encoding));
                }
                false
            }
            (News::Event(_), Flow::Live | Flow::Lost) | (News::Ephemeral(_), Flow::Held(_) | Flow::Lost) => false,
        }
    }
}

fn leave(rooms: &mut HashMap<RoomId, Vec<SessionId>>, room: RoomId, session: SessionId) {
    if let Some(sessions) = rooms.get_mut(&room) {
        if let Some(at) = sessions.iter().position(|other| *other == session) {
            sessions.swap_remove(at);
        }
        if sessions.is_empty() {
            rooms.remove(&room);
        }
    }
}

/// The actor of one thread.
pub struct Fanout {
    worker: Rc<Worker>,
}

impl Fanout {
    /// The actor that serves this thread.
    #[must_use]
    pub fn new(worker: Rc<Worker>) -> Self {
        Self { worker }
    }
}

impl Actor for Fanout {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // The server holds what does not fit, in order; see `ports`.
        ctx.set_mailbox_capacity(1024);
        ctx.run_interval(SWEEP, |fanout, _| fanout.worker.sweep());
    }
}

impl Handler<Turn> for Fanout {
    type Result = ();

    fn handle(&mut self, turn: Turn, _: &mut Self::Context) {
        for item in turn.items {
            self.worker.carry_out(item);
        }
        self.worker.metrics.delivered(self.worker.deliveries.replace(0));
    }
}
