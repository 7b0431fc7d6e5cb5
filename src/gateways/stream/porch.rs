//! Where newcomers wait who have not said yet who they are: looked after like a session, closed when the server goes, and
//! shown out when they take too long.

use std::rc::Rc;
use std::time::Duration;

use super::hall::Hall;
use super::outbox::{Outbox, Wire};
use crate::chat::fanout::{Pushed, Sink, Weight};
use crate::chat::turn::Closing;
use crate::domain::clock::Timestamp;
use crate::protocol::payload::Payload;

/// How long somebody may take to say who they are.
const PATIENCE: Duration = Duration::from_mins(1);
const TOO_LONG: Closing = Closing { code: 1008, reason: "it took too long to say who you are" };

/// The place of one newcomer; dropping it ends the wait, and nothing else.
pub struct Porch<W: Wire> {
    outbox: Rc<Outbox<W>>,
    hall: Rc<Hall>,
    since: Timestamp,
}

impl<W: Wire> Porch<W> {
    /// Somebody has come.
    #[must_use]
    pub fn enter(hall: &Rc<Hall>, outbox: &Rc<Outbox<W>>) -> Rc<Self> {
        let since = hall.worker.clock().now();
        let porch = Rc::new(Self { outbox: Rc::clone(outbox), hall: Rc::clone(hall), since });
        let sink: Rc<dyn Sink> = porch.clone();
        hall.worker.look_after(Rc::downgrade(&sink));
        porch
    }
}

impl<W: Wire> Sink for Porch<W> {
    fn push(&self, payload: &Payload, weight: Weight) -> Pushed {
        self.outbox.push(payload, weight)
    }

    fn flush(&self) {
        self.outbox.flush();
    }

    fn has_room(&self) -> bool {
        self.outbox.has_room()
    }

    fn wake(&self) {
        self.outbox.wake();
    }

    fn close(&self, closing: Closing) {
        self.outbox.close(closing);
    }

    fn sweep(&self) {
        if self.hall.worker.clock().now().since(self.since) >= PATIENCE && !self.outbox.is_closing() {
            self.outbox.close(TOO_LONG);
        }
        self.outbox.sweep();
    }
}
