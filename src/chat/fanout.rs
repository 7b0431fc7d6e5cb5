//! The fan-out actor of one worker thread. It holds the sessions of its own thread by room; an event is written once
//! per encoding and then shared. Sessions register here directly: they live on the same thread.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::{Rc, Weak};
use std::time::Duration;

use actix::{Actor, AsyncContext, Context, Handler};

use super::turn::{Closing, Item, Turn, WorkerId};
use crate::domain::clock::Clock;
use crate::domain::event::SharedEvent;
use crate::domain::ids::{RoomId, Seq, SessionId};
use crate::protocol::encode::{self, EventHtml, News, Payload, SharedFrames, SharedHtml};
use crate::protocol::encoding::Encoding;
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
    /// True while more may be pushed without harm; whoever has much to send waits for it.
    fn has_room(&self) -> bool;
    /// Asks the session to empty its outbox soon, and then to catch up.
    fn wake(&self);
    /// A command was refused; the id is the one the session gave it.
    fn refused(&self, _id: Option<&str>) {}
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
    /// Connections of this thread that are no sessions of the chat, but are looked after like them.
    others: RefCell<Vec<Weak<dyn Sink>>>,
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
    /// The session reads what it missed, page by page and at its own pace. Live events are only noted: they are in
    /// the log, and it gets there.
    CatchingUp {
        /// The newest event known to be in the log.
        newest: Seq,
        /// Read, and waiting for room in the outbox: at most one page.
        page: VecDeque<SharedEvent>,
        /// Whether the next page has been asked for.
        is_asked: bool,
    },
}

/// A page that a session needs to go on catching up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextPage {
    /// In which room.
    pub room: RoomId,
    /// For which subscription.
    pub generation: u64,
    /// After which event.
    pub after: Seq,
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
            others: RefCell::default(),
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

    /// Looks after a connection that is no session of the chat, as long as it lives.
    pub fn look_after(&self, sink: Weak<dyn Sink>) {
        self.others.borrow_mut().push(sink);
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
            Item::Subscribe { session, room, generation, seen, newest } => {
                self.subscribe(session, room, generation, seen, newest);
            }
            Item::Unsubscribe { session, room } => {
                if let Some(listener) = self.listeners.borrow_mut().get_mut(&session) {
                    listener.rooms.remove(&room);
                }
                leave(&mut self.rooms.borrow_mut(), room, session);
            }
            Item::Replay { session, room, generation, events } => self.replay(session, room, generation, events),
            Item::CloseOthers { closing } => {
                for other in self.others.borrow().iter().filter_map(Weak::upgrade) {
                    other.close(closing);
                }
            }
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
                self.with(session, |l| {
                    l.sink.refused(id.as_deref());
                    l.push(Some(encode::problem(id.as_deref(), &problem, l.encoding)));
                });
            }
            Item::Notify { session, notice } => self.with(session, |l| l.push(encode::notice(&notice, l.encoding))),
            Item::Tell { session, frames } => self.with(session, |l| l.push(frames.payload(l.encoding, html))),
            Item::Close { session, closing } => self.with(session, |l| l.sink.close(closing)),
            Item::CloseOthers { .. }
            | Item::News { .. }
            | Item::Subscribe { .. }
            | Item::Unsubscribe { .. }
            | Item::Replay { .. } => {}
        }
    }

    fn with(&self, session: SessionId, act: impl FnOnce(&Listener)) {
        // A session may have gone since the server spoke to it.
        if let Some(listener) = self.listeners.borrow().get(&session) {
            act(listener);
        }
    }

    fn subscribe(&self, session: SessionId, room: RoomId, generation: u64, seen: Seq, newest: Seq) {
        if let Some(listener) = self.listeners.borrow_mut().get_mut(&session) {
            let flow = if seen < newest {
                Flow::CatchingUp { newest, page: VecDeque::new(), is_asked: true }
            } else {
                Flow::Live
            };
            let old = listener.rooms.insert(room, Subscription { generation, seen, flow });
            if old.is_none() {
                self.rooms.borrow_mut().entry(room).or_default().push(session);
            }
        }
    }

    fn replay(&self, session: SessionId, room: RoomId, generation: u64, events: Vec<SharedEvent>) {
        if let Some(listener) = self.listeners.borrow_mut().get_mut(&session)
            && let Some(subscription) = listener.rooms.get_mut(&room)
            && subscription.generation == generation
            && let Flow::CatchingUp { newest, page, is_asked } = &mut subscription.flow
        {
            if events.is_empty() {
                // Less is there than was thought. Should that be wrong, the next live event shows it.
                *newest = subscription.seen;
            }
            page.extend(events);
            *is_asked = false;
            // The session takes it from here, when its outbox has room: see `catch_up`.
            listener.sink.wake();
        }
    }

    /// Gives a session more of what it missed, as far as its outbox has room; answers with the pages it needs next.
    /// Called by the session whenever its outbox has been emptied.
    pub fn catch_up(&self, session: SessionId) -> Vec<NextPage> {
        let mut listeners = self.listeners.borrow_mut();
        let Some(listener) = listeners.get_mut(&session) else { return Vec::new() };
        let (encoding, sink) = (listener.encoding, &listener.sink);
        let step = |(room, subscription): (&RoomId, &mut Subscription)| {
            let generation = subscription.generation;
            subscription.catch_up(encoding, &**sink, &*self.html).map(|after| NextPage {
                room: *room,
                generation,
                after,
            })
        };
        listener.rooms.iter_mut().filter_map(step).collect()
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
        self.others.borrow_mut().retain(|other| other.upgrade().inspect(|sink| sink.sweep()).is_some());
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
            (News::Event(event), Flow::Live) if event.seq == subscription.seen + 1 => {
                subscription.seen = event.seq;
                if let Some(payload) = frames.payload(self.encoding, html) {
                    self.sink.push(payload, Weight::Durable);
                }
                true
            }
            (News::Event(event), Flow::Live) if event.seq > subscription.seen => {
                // One is missing here. It is in the log: nobody is shown a gap.
                let newest = event.seq;
                subscription.flow = Flow::CatchingUp { newest, page: VecDeque::new(), is_asked: false };
                self.sink.wake();
                false
            }
            (News::Event(event), Flow::CatchingUp { newest, .. }) => {
                *newest = event.seq.max(*newest);
                false
            }
            (News::Event(_), Flow::Live) | (News::Ephemeral(_), Flow::CatchingUp { .. }) => false,
        }
    }
}

impl Subscription {
    /// Takes events from the page while there is room; answers after which event the next page begins, when one is
    /// needed and has not been asked for.
    fn catch_up(&mut self, encoding: Encoding, sink: &dyn Sink, html: &dyn EventHtml) -> Option<Seq> {
        let Flow::CatchingUp { newest, page, is_asked } = &mut self.flow else { return None };
        while sink.has_room()
            && let Some(event) = page.pop_front()
        {
            if event.seq > self.seen {
                self.seen = event.seq;
                sink.push(encode::event(&event, encoding, html), Weight::Durable);
            }
        }
        if !page.is_empty() || *is_asked {
            return None;
        }
        if self.seen >= *newest {
            self.flow = Flow::Live;
            return None;
        }
        *is_asked = true;
        Some(self.seen)
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
