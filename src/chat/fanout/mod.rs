//! The fan-out of one worker thread. It holds the sessions of its own thread by room; an event is written once per
//! encoding and then shared. Sessions register here directly: they live on the same thread.
//!
//! `sink` is the way out to one session, `subscriber` one session in one room; here they are kept and served.

pub mod sink;
mod subscriber;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context as Task, Poll};
use std::time::Duration;

use actix::fut::ActorFuture;
use actix::{Actor, AsyncContext, Context, Handler};

pub use self::sink::{Pushed, Sink, Weight};
use self::subscriber::{Delivery, Progress, Subscriber};
use super::turn::{Item, Turn, WorkerId};
use crate::domain::clock::Clock;
use crate::domain::ids::{RoomId, Seq, SessionId};
use crate::protocol::encode::{self, News, SharedFrames, SharedHtml};
use crate::protocol::encoding::Encoding;
use crate::protocol::payload::Payload;
use crate::telemetry::metrics::Metrics;

/// How often the sessions of a thread are looked after.
const SWEEP: Duration = Duration::from_secs(1);

/// What one thread knows: its sessions and what they listen to. Shared by the fan-out actor and the sessions, on this
/// thread only.
pub struct Worker {
    /// Which thread it is.
    pub id: WorkerId,
    clock: Clock,
    html: SharedHtml,
    metrics: Metrics,
    listeners: RefCell<HashMap<SessionId, Listener>>,
    rooms: RefCell<HashMap<RoomId, Vec<Subscriber>>>,
    /// Connections of this thread that are no sessions of the chat, but are looked after like them.
    others: RefCell<Vec<Weak<dyn Sink>>>,
    /// What has to be flushed at the end of the turn.
    unflushed: RefCell<Vec<Rc<dyn Sink>>>,
    deliveries: Cell<usize>,
}

struct Listener {
    encoding: Encoding,
    sink: Rc<dyn Sink>,
    /// The rooms it listens to, and where it stands in the list of each.
    rooms: Vec<(RoomId, usize)>,
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

/// How far a session got with catching up in all of its rooms.
#[derive(Debug, Default)]
pub struct CaughtUp {
    /// The pages it needs next.
    pub pages: Vec<NextPage>,
    /// True when more can be given to it as soon as its outbox has room.
    pub needs_room: bool,
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
            unflushed: RefCell::default(),
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
        self.listeners.borrow_mut().insert(session, Listener { encoding, sink, rooms: Vec::new() });
    }

    /// Looks after a connection that is no session of the chat, as long as it lives.
    pub fn look_after(&self, sink: Weak<dyn Sink>) {
        self.others.borrow_mut().push(sink);
    }

    /// A session is gone.
    pub fn unregister(&self, session: SessionId) {
        let Some(listener) = self.listeners.borrow_mut().remove(&session) else { return };
        for (room, place) in listener.rooms {
            self.remove_subscriber(room, place);
        }
    }

    fn carry_out(&self, item: Item) {
        match item {
            Item::News { room, frames, except } => self.news(room, &frames, except),
            Item::Subscribe { session, room, generation, seen, newest } => {
                self.subscribe(session, room, generation, seen, newest);
            }
            Item::Unsubscribe { session, room } => self.unsubscribe(session, room),
            Item::Replay { session, room, generation, events } => {
                self.with_subscriber(session, room, |subscriber| {
                    if subscriber.generation == generation {
                        subscriber.replay(events);
                    }
                });
            }
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
                self.push(session, |encoding| Some(encode::welcome(&welcome, encoding)));
            }
            Item::Answer { session, id, answer } => {
                self.push(session, |encoding| encode::answer(id.as_deref(), &answer, encoding, html));
            }
            Item::Refuse { session, id, problem } => {
                if let Some(listener) = self.listeners.borrow().get(&session) {
                    listener.sink.refused(id.as_deref());
                }
                self.push(session, |encoding| Some(encode::problem(id.as_deref(), &problem, encoding)));
            }
            Item::Notify { session, notice } => self.push(session, |encoding| encode::notice(&notice, encoding)),
            Item::Tell { session, frames } => self.push(session, |encoding| frames.payload(encoding, html).cloned()),
            Item::Close { session, closing } => {
                if let Some(listener) = self.listeners.borrow().get(&session) {
                    listener.sink.close(closing);
                }
            }
            Item::CloseOthers { .. }
            | Item::News { .. }
            | Item::Subscribe { .. }
            | Item::Unsubscribe { .. }
            | Item::Replay { .. } => {}
        }
    }

    fn push(&self, session: SessionId, write: impl FnOnce(Encoding) -> Option<Payload>) {
        // A session may have gone since the server spoke to it.
        if let Some(listener) = self.listeners.borrow().get(&session)
            && let Some(payload) = write(listener.encoding)
            && listener.sink.push(&payload, Weight::Durable) == Pushed::First
        {
            self.unflushed.borrow_mut().push(Rc::clone(&listener.sink));
        }
    }

    fn subscribe(&self, session: SessionId, room: RoomId, generation: u64, seen: Seq, newest: Seq) {
        let mut listeners = self.listeners.borrow_mut();
        let Some(listener) = listeners.get_mut(&session) else { return };
        let sink = Rc::clone(&listener.sink);
        let subscriber = Subscriber::new(session, generation, listener.encoding, sink, seen, newest);
        let mut rooms = self.rooms.borrow_mut();
        let subscribers = rooms.entry(room).or_default();
        match listener.place_in(room) {
            Some(place) => subscribers[place] = subscriber,
            None => {
                listener.rooms.push((room, subscribers.len()));
                subscribers.push(subscriber);
            }
        }
    }

    fn unsubscribe(&self, session: SessionId, room: RoomId) {
        let place = self.listeners.borrow_mut().get_mut(&session).and_then(|listener| listener.forget(room));
        if let Some(place) = place {
            self.remove_subscriber(room, place);
        }
    }

    /// The last of the list takes the place that becomes free.
    fn remove_subscriber(&self, room: RoomId, place: usize) {
        let mut rooms = self.rooms.borrow_mut();
        let Some(subscribers) = rooms.get_mut(&room) else { return };
        subscribers.swap_remove(place);
        if let Some(moved) = subscribers.get(place)
            && let Some(listener) = self.listeners.borrow_mut().get_mut(&moved.session)
        {
            listener.moved(room, place);
        }
        if subscribers.is_empty() {
            rooms.remove(&room);
        }
    }

    fn with_subscriber<T>(
        &self,
        session: SessionId,
        room: RoomId,
        act: impl FnOnce(&mut Subscriber) -> T,
    ) -> Option<T> {
        let place = self.listeners.borrow().get(&session)?.place_in(room)?;
        self.rooms.borrow_mut().get_mut(&room)?.get_mut(place).map(act)
    }

    /// Gives a session more of what it missed, as far as its outbox has room. Called by the session, which flushes
    /// afterwards.
    pub fn catch_up(&self, session: SessionId) -> CaughtUp {
        let mut caught_up = CaughtUp::default();
        let rooms = self.listeners.borrow().get(&session).map(|listener| listener.rooms.clone()).unwrap_or_default();
        for (room, _) in rooms {
            let step = |subscriber: &mut Subscriber| (subscriber.generation, subscriber.catch_up(&*self.html));
            match self.with_subscriber(session, room, step) {
                Some((_, Progress::NeedsRoom)) => caught_up.needs_room = true,
                Some((generation, Progress::NeedsPage(after))) => {
                    caught_up.pages.push(NextPage { room, generation, after });
                }
                Some((_, Progress::Waiting)) | None => {}
            }
        }
        caught_up
    }

    fn news(&self, room: RoomId, frames: &SharedFrames, except: Option<SessionId>) {
        let mut rooms = self.rooms.borrow_mut();
        let Some(subscribers) = rooms.get_mut(&room) else { return };
        let mut unflushed = self.unflushed.borrow_mut();
        let mut queued = 0;
        for subscriber in subscribers.iter_mut().filter(|subscriber| Some(subscriber.session) != except) {
            if let Delivery::Queued(pushed) = subscriber.deliver(frames, &*self.html) {
                queued += 1;
                if pushed == Pushed::First {
                    unflushed.push(Rc::clone(&subscriber.sink));
                }
            }
        }
        if matches!(frames.news(), News::Event(_)) {
            self.deliveries.set(self.deliveries.get() + queued);
        }
    }

    fn flush(&self) {
        // What is flushed here calls nobody back, so that the list cannot change meanwhile.
        for sink in self.unflushed.borrow_mut().drain(..) {
            sink.flush();
        }
        self.metrics.delivered(self.deliveries.take());
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
    fn place_in(&self, room: RoomId) -> Option<usize> {
        self.rooms.iter().find(|(other, _)| *other == room).map(|(_, place)| *place)
    }

    fn moved(&mut self, room: RoomId, to: usize) {
        if let Some((_, place)) = self.rooms.iter_mut().find(|(other, _)| *other == room) {
            *place = to;
        }
    }

    fn forget(&mut self, room: RoomId) -> Option<usize> {
        let at = self.rooms.iter().position(|(other, _)| *other == room)?;
        Some(self.rooms.swap_remove(at).1)
    }
}

/// The actor of one thread.
pub struct Fanout {
    worker: Rc<Worker>,
}

/// Flushes when the mailbox is empty: a context polls its futures after its messages. So what several turns have for one
/// session leaves in one write, and nobody waits for more than is there.
struct Flush;

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
        ctx.spawn(Flush);
    }
}

impl Handler<Turn> for Fanout {
    type Result = ();

    fn handle(&mut self, turn: Turn, _: &mut Self::Context) {
        for item in turn.items {
            self.worker.carry_out(item);
        }
    }
}

impl ActorFuture<Fanout> for Flush {
    type Output = ();

    fn poll(self: Pin<&mut Self>, fanout: &mut Fanout, _: &mut Context<Fanout>, _: &mut Task<'_>) -> Poll<()> {
        fanout.worker.flush();
        Poll::Pending
    }
}
