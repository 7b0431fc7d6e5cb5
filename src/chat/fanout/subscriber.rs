//! One session in one room: what it has been given, and whether it follows live or is catching up.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use super::run::Run;
use super::sink::{Pushed, Said, Sink, Weight};
use crate::domain::event::SharedEvent;
use crate::domain::ids::{Seq, SessionId};
use crate::protocol::encode::{self, EventHtml, News, SharedFrames};
use crate::protocol::encoding::Encoding;

/// One session in one room.
pub struct Subscriber {
    pub session: SessionId,
    /// Tells this subscription from an earlier one of the same session.
    pub generation: u64,
    pub encoding: Encoding,
    pub sink: Rc<dyn Sink>,
    /// The last event the session was given here.
    seen: Seq,
    flow: Flow,
}

enum Flow {
    /// Events go out as they come.
    Live,
    /// The session reads what it missed. Live events are only noted: they are in the log, and it gets there.
    CatchingUp(Box<CatchingUp>),
}

/// Page by page, and at the session's own pace.
struct CatchingUp {
    /// The newest event known to be in the log.
    newest: Seq,
    /// Read, and waiting for room in the outbox: at most one page.
    page: VecDeque<SharedEvent>,
    /// Whether the next page has been asked for.
    is_asked: bool,
}

/// What came of news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It was queued.
    Queued(Pushed),
    /// It was not due here.
    Nothing,
}

impl Delivery {
    /// This and then another one, to the same session.
    pub fn and(self, next: Self) -> Self {
        match (self, next) {
            (Self::Queued(Pushed::First), _) | (Self::Nothing, Self::Queued(Pushed::First)) => {
                Self::Queued(Pushed::First)
            }
            (Self::Nothing, Self::Nothing) => Self::Nothing,
            (Self::Queued(_), _) | (_, Self::Queued(_)) => Self::Queued(Pushed::Behind),
        }
    }
}

/// How far a session got with catching up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It follows live, or waits for a page that was asked for.
    Waiting,
    /// There is more, as soon as its outbox has room.
    NeedsRoom,
    /// It needs the page after this event.
    NeedsPage(Seq),
}

impl Subscriber {
    /// A session that has every event up to `seen`, of a log that goes up to `newest`. What is between comes as a page
    /// that was asked for.
    pub fn new(
        session: SessionId,
        generation: u64,
        encoding: Encoding,
        sink: Rc<dyn Sink>,
        seen: Seq,
        newest: Seq,
    ) -> Self {
        let flow = if seen < newest { CatchingUp::flow(newest, true) } else { Flow::Live };
        Self { session, generation, encoding, sink, seen, flow }
    }

    /// Gives the session what is new in the room.
    pub fn deliver(&mut self, frames: &Arc<SharedFrames>, html: &dyn EventHtml) -> Delivery {
        match (frames.news(), &mut self.flow) {
            (News::Ephemeral(_), Flow::Live) => self.push(frames, Weight::Ephemeral, html),
            // Whoever catches up with the log sees people come and go all the same.
            (News::Crowd(_), _) => self.push(frames, Weight::Durable, html),
            (News::Event(event), Flow::Live) if event.seq == self.seen + 1 && self.sink.has_room() => {
                self.seen = event.seq;
                self.push(frames, Weight::Durable, html)
            }
            (News::Event(event), Flow::Live) if event.seq > self.seen => {
                // One is missing here, or the reader is behind. It is in the log: nobody is shown a gap, and nobody is cut
                // off for what others write.
                self.flow = CatchingUp::flow(event.seq, false);
                self.sink.wake();
                Delivery::Nothing
            }
            (News::Event(event), Flow::CatchingUp(behind)) => {
                behind.newest = event.seq.max(behind.newest);
                Delivery::Nothing
            }
            (News::Event(_), Flow::Live) | (News::Ephemeral(_), Flow::CatchingUp(_)) => Delivery::Nothing,
        }
    }

    /// Gives the session several events together, if they are exactly the next; `None` when they have to be looked at one
    /// by one. `at_once` when nothing more will be queued for it before the next flush.
    pub fn deliver_run(&mut self, run: &mut Run, at_once: bool, html: &dyn EventHtml) -> Option<Delivery> {
        // A door that cannot send a run as it is gets its events one by one.
        if !self.encoding.joins()
            || !matches!(self.flow, Flow::Live)
            || run.first() != self.seen + 1
            || !self.sink.has_room()
        {
            return None;
        }
        let is_apart = |frames: &Arc<SharedFrames>| self.sink.writes_itself(frames.news());
        if matches!(self.encoding, Encoding::Irc(_)) && run.frames().iter().any(is_apart) {
            return None;
        }
        self.seen = run.last();
        Some(match run.joined(self.encoding, html) {
            Some(payload) if at_once => {
                self.sink.send(payload, Weight::Durable);
                Delivery::Queued(Pushed::Behind)
            }
            Some(payload) => Delivery::Queued(self.sink.push(payload, Weight::Durable)),
            None => Delivery::Nothing,
        })
    }

    /// A page has been read from the log.
    pub fn replay(&mut self, events: Vec<SharedEvent>) {
        let Flow::CatchingUp(behind) = &mut self.flow else { return };
        if events.is_empty() {
            // Less is there than was thought. Should that be wrong, the next live event shows it.
            behind.newest = self.seen;
        }
        behind.page.extend(events);
        behind.is_asked = false;
        // The session takes it from here, when its outbox has room.
        self.sink.wake();
    }

    /// Takes events from the page while there is room.
    pub fn catch_up(&mut self, html: &dyn EventHtml) -> Progress {
        let Flow::CatchingUp(behind) = &mut self.flow else { return Progress::Waiting };
        while self.sink.has_room()
            && let Some(event) = behind.page.pop_front()
        {
            if event.seq > self.seen {
                self.seen = event.seq;
                let news = News::Event(event);
                if self.sink.writes_itself(&news) {
                    let _ = self.sink.take(Said::News(SharedFrames::new(news)));
                    continue;
                }
                let News::Event(event) = news else { continue };
                if let Some(payload) = encode::event(&event, self.encoding, html) {
                    // The session flushes when this returns: it is the one who asked.
                    let _ = self.sink.push(&payload, Weight::Durable);
                }
            }
        }
        if !behind.page.is_empty() {
            return Progress::NeedsRoom;
        }
        if behind.is_asked {
            return Progress::Waiting;
        }
        if self.seen >= behind.newest {
            self.flow = Flow::Live;
            return Progress::Waiting;
        }
        // No page is read for somebody who could not be given it.
        if !self.sink.has_room() {
            return Progress::NeedsRoom;
        }
        behind.is_asked = true;
        Progress::NeedsPage(self.seen)
    }

    fn push(&self, frames: &Arc<SharedFrames>, weight: Weight, html: &dyn EventHtml) -> Delivery {
        if matches!(self.encoding, Encoding::Irc(_)) && self.sink.writes_itself(frames.news()) {
            let _ = self.sink.take(Said::News(Arc::clone(frames)));
            return Delivery::Queued(Pushed::Behind);
        }
        match frames.payload(self.encoding, html) {
            Some(payload) => Delivery::Queued(self.sink.push(payload, weight)),
            None => Delivery::Nothing,
        }
    }
}

impl CatchingUp {
    fn flow(newest: Seq, is_asked: bool) -> Flow {
        Flow::CatchingUp(Box::new(Self { newest, page: VecDeque::new(), is_asked }))
    }
}
