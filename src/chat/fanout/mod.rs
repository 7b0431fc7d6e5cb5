//! The fan-out of one worker thread. It holds the sessions of its own thread by room; an event is written once per
//! encoding and then shared. Sessions register here directly: they live on the same thread.
//!
//! `sink` is the way out to one session, `subscriber` one session in one room, `seats` who sits where, `run` events that go
//! out together, `pace` when, `actor` the mailbox. Here is what is done with what the server says.

mod actor;
mod pace;
mod run;
mod seats;
pub mod sink;
mod subscriber;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use self::actor::Fanout;
use self::pace::Pace;
use self::run::Run;
use self::seats::Seats;
pub use self::sink::{Pushed, Said, Sink, Weight};
use self::subscriber::{Delivery, Progress, Subscriber};
use super::turn::{Item, Turn, WorkerId};
use super::uplink::Uplink;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::ids::{RoomId, Seq, SessionId};
use crate::protocol::answer::Answer;
use crate::protocol::encode::{self, News, SharedFrames, SharedHtml};
use crate::protocol::encoding::Encoding;
use crate::protocol::payload::Payload;
use crate::telemetry::metrics::Metrics;

/// What one thread knows: its sessions and what they listen to. Shared by the fan-out actor and the sessions, on this
/// thread only.
pub struct Worker {
    /// Which thread it is.
    pub id: WorkerId,
    clock: Clock,
    html: SharedHtml,
    metrics: Metrics,
    /// The way to the server.
    pub uplink: Uplink,
    seats: RefCell<Seats>,
    /// Connections of this thread that are no sessions of the chat, but are looked after like them.
    others: RefCell<Vec<Weak<dyn Sink>>>,
    /// Events that have come and were not given out yet. They go out together, at the latest when the mailbox is empty.
    runs: RefCell<HashMap<RoomId, Run>>,
    /// What has to be flushed at the end of the turn.
    unflushed: RefCell<Vec<Rc<dyn Sink>>>,
    deliveries: Cell<usize>,
    /// When the oldest of them was taken by the server.
    oldest: Cell<Option<Timestamp>>,
    pace: RefCell<Pace>,
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
    pub fn new(id: WorkerId, clock: Clock, html: SharedHtml, metrics: Metrics, uplink: Uplink) -> Rc<Self> {
        Rc::new(Self {
            id,
            clock,
            html,
            metrics,
            uplink,
            seats: RefCell::default(),
            others: RefCell::default(),
            runs: RefCell::default(),
            unflushed: RefCell::default(),
            deliveries: Cell::new(0),
            oldest: Cell::new(None),
            pace: RefCell::new(Pace::new(Instant::now())),
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
        self.seats.borrow_mut().register(session, encoding, sink);
    }

    /// A session reads something else from now on: an IRC client has asked for other capabilities.
    pub fn reencode(&self, session: SessionId, encoding: Encoding) {
        self.seats.borrow_mut().reencode(session, encoding);
    }

    /// Looks after a connection that is no session of the chat, as long as it lives.
    pub fn look_after(&self, sink: Weak<dyn Sink>) {
        self.others.borrow_mut().push(sink);
    }

    /// A session is gone.
    pub fn unregister(&self, session: SessionId) {
        self.seats.borrow_mut().unregister(session);
    }

    /// Does everything the server says in one step.
    fn take(&self, turn: Turn) {
        for item in turn.items {
            self.carry_out(item);
        }
    }

    fn carry_out(&self, item: Item) {
        // What somebody sent is acknowledged out of order with what others did; all else keeps its place among the news.
        if !matches!(item, Item::News { .. } | Item::Answer { answer: Answer::Sent(_), .. }) {
            self.give_out();
        }
        match item {
            Item::News { room, frames, except } => self.news(room, frames, except),
            Item::Subscribe { session, room, generation, seen, newest } => {
                let mut seats = self.seats.borrow_mut();
                seats.subscribe(room, session, |encoding, sink| {
                    Subscriber::new(session, generation, encoding, sink, seen, newest)
                });
                seats.tell_rooms(session);
            }
            Item::Unsubscribe { session, room } => {
                let mut seats = self.seats.borrow_mut();
                seats.unsubscribe(room, session);
                seats.tell_rooms(session);
            }
            Item::Replay { session, room, generation, events } => {
                if let Some(subscriber) = self.seats.borrow_mut().subscriber(room, session)
                    && subscriber.generation == generation
                {
                    subscriber.replay(events);
                }
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
            Item::Welcome { session, welcome } => self.say(session, Said::Welcome(welcome)),
            Item::Answer { session, id, answer } => self.say(session, Said::Answer { id, answer }),
            Item::Refuse { session, id, problem } => {
                if let Some((_, sink)) = self.seats.borrow().sink(session) {
                    sink.refused(id.as_deref());
                }
                self.say(session, Said::Refused { id, problem });
            }
            Item::Notify { session, notice } => self.say(session, Said::Notice(notice)),
            Item::Aside { session, crowd } => self.say(session, Said::Crowd(crowd)),
            Item::Tell { session, frames } => {
                let takes = |(_, sink): (Encoding, &Rc<dyn Sink>)| sink.writes_itself(frames.news());
                if self.seats.borrow().sink(session).is_some_and(takes) {
                    return self.say(session, Said::News(frames));
                }
                self.push(session, |encoding| frames.payload(encoding, html).cloned());
            }
            Item::Close { session, closing } => {
                if let Some((_, sink)) = self.seats.borrow().sink(session) {
                    sink.close(closing);
                }
            }
            Item::CloseOthers { .. }
            | Item::News { .. }
            | Item::Subscribe { .. }
            | Item::Unsubscribe { .. }
            | Item::Replay { .. } => {}
        }
    }

    /// Gives something to one session as it is, or written.
    fn say(&self, session: SessionId, said: Said) {
        let sink = self.seats.borrow().sink(session).map(|(_, sink)| Rc::clone(sink));
        let Some(said) = sink.and_then(|sink| sink.take(said)) else { return };
        let html = &*self.html;
        self.push(session, |encoding| match &said {
            Said::Welcome(welcome) => encode::welcome(welcome, encoding),
            Said::Answer { id, answer } => encode::answer(id.as_deref(), answer, encoding, html),
            Said::Refused { id, problem } => encode::refusal(id.as_deref(), problem, encoding),
            Said::Notice(notice) => encode::notice(notice, encoding),
            Said::News(frames) => frames.payload(encoding, html).cloned(),
            Said::Crowd(_) => None,
        });
    }

    fn push(&self, session: SessionId, write: impl FnOnce(Encoding) -> Option<Payload>) {
        // A session may have gone since the server spoke to it.
        if let Some((encoding, sink)) = self.seats.borrow().sink(session)
            && let Some(payload) = write(encoding)
            && sink.push(&payload, Weight::Durable) == Pushed::First
        {
            self.unflushed.borrow_mut().push(Rc::clone(sink));
        }
    }

    /// Gives a session more of what it missed, as far as its outbox has room. Called by the session, which flushes
    /// afterwards.
    pub fn catch_up(&self, session: SessionId) -> CaughtUp {
        let mut caught_up = CaughtUp::default();
        let mut seats = self.seats.borrow_mut();
        for room in seats.rooms_of(session) {
            let Some(subscriber) = seats.subscriber(room, session) else { continue };
            match subscriber.catch_up(&*self.html) {
                Progress::NeedsRoom => caught_up.needs_room = true,
                Progress::NeedsPage(after) => {
                    caught_up.pages.push(NextPage { room, generation: subscriber.generation, after });
                }
                Progress::Waiting => {}
            }
        }
        caught_up
    }

    fn news(&self, room: RoomId, frames: Arc<SharedFrames>, except: Option<SessionId>) {
        if let News::Event(_) = frames.news() {
            let mut runs = self.runs.borrow_mut();
            let run = runs.entry(room).or_default();
            if !run.push(&frames) {
                let mut full = std::mem::take(run);
                run.push(&frames);
                self.give_run(room, &mut full, false);
            }
            return;
        }
        self.give_out();
        let deliver = |subscriber: &mut Subscriber| subscriber.deliver(&frames, &*self.html);
        self.each_subscriber(room, |subscriber| {
            if Some(subscriber.session) == except { Delivery::Nothing } else { deliver(subscriber) }
        });
    }

    /// Gives out all events that have come.
    fn give_out(&self) {
        for (room, mut run) in self.runs.borrow_mut().drain() {
            self.give_run(room, &mut run, false);
        }
    }

    fn give_run(&self, room: RoomId, run: &mut Run, at_once: bool) {
        let events = run.frames().len();
        let given = self.each_subscriber(room, |subscriber| {
            subscriber.deliver_run(run, at_once, &*self.html).unwrap_or_else(|| {
                let deliver = |frames: &Arc<SharedFrames>| subscriber.deliver(frames, &*self.html);
                run.frames().iter().map(deliver).fold(Delivery::Nothing, Delivery::and)
            })
        });
        self.deliveries.set(self.deliveries.get() + given * events);
        if given > 0
            && let Some(News::Event(event)) = run.frames().first().map(|frames| frames.news())
        {
            self.oldest.set(Some(self.oldest.get().map_or(event.at, |oldest| oldest.min(event.at))));
        }
    }

    /// Does something for each subscriber of a room; answers to how many something was given.
    fn each_subscriber(&self, room: RoomId, mut act: impl FnMut(&mut Subscriber) -> Delivery) -> usize {
        let mut seats = self.seats.borrow_mut();
        let mut unflushed = self.unflushed.borrow_mut();
        let mut given = 0;
        for subscriber in seats.subscribers(room) {
            if let Delivery::Queued(pushed) = act(subscriber) {
                given += 1;
                if pushed == Pushed::First {
                    unflushed.push(Rc::clone(&subscriber.sink));
                }
            }
        }
        given
    }

    /// How long to wait before events are given out; `None` when there are none, or now is good.
    fn wait(&self) -> Option<Duration> {
        if self.runs.borrow().is_empty() { None } else { self.pace.borrow().wait(Instant::now()) }
    }

    /// Gives out all events and flushes.
    fn pass(&self) {
        let began = Instant::now();
        let mut runs = self.runs.borrow_mut();
        let is_empty = runs.is_empty();
        // News of one room only: nobody gets anything else in this flush, but for what is queued for them already.
        let at_once = runs.len() == 1;
        for (room, mut run) in runs.drain() {
            self.give_run(room, &mut run, at_once);
        }
        self.flush();
        if !is_empty {
            self.pace.borrow_mut().passed(began, Instant::now());
        }
    }

    fn flush(&self) {
        // What is flushed here calls nobody back, so that the list cannot change meanwhile.
        for sink in self.unflushed.borrow_mut().drain(..) {
            sink.flush();
        }
        self.metrics.delivered(self.deliveries.take());
        if let Some(oldest) = self.oldest.take() {
            self.metrics.delivery_took(self.clock.now().since(oldest));
        }
    }

    fn sweep(&self) {
        // A sink may be gone after this, but sessions unregister by themselves, later: nothing here calls back.
        self.seats.borrow().sinks().for_each(|sink| sink.sweep());
        self.others.borrow_mut().retain(|other| other.upgrade().inspect(|sink| sink.sweep()).is_some());
    }
}
