//! A session of the chat behind a connection, whatever carries it. It knows its outbox and the dispatcher; it knows no
//! actor and no socket.

use std::rc::Rc;
use std::sync::Arc;

use super::hall::Hall;
use super::outbox::{Outbox, Wire};
use crate::chat::fanout::{Sink, Weight};
use crate::chat::turn::Closing;
use crate::domain::ids::SessionId;
use crate::domain::person::{Origin, Person, Visit};
use crate::gateways::dispatch::{Dispatcher, Outcome, Sent};
use crate::protocol::command::Request;
use crate::protocol::encode;
use crate::protocol::encoding::Encoding;
use crate::protocol::error_code::Problem;

/// Frames in a row that broke a rule: the client is told so when it is closed.
const ABUSE: Closing = Closing { code: 1008, reason: "too many refused frames in a row" };

/// One session.
pub struct Session<W: Wire> {
    encoding: Encoding,
    hall: Rc<Hall>,
    outbox: Rc<Outbox<W>>,
    dispatcher: Dispatcher,
}

impl<W: Wire> Session<W> {
    /// A session that nobody knows of yet; [`enter`](Self::enter) follows.
    #[must_use]
    pub fn new(hall: Rc<Hall>, outbox: Rc<Outbox<W>>, encoding: Encoding) -> Self {
        let dispatcher = Dispatcher::new(hall.worker.clone(), hall.chat.next_session(), hall.rates.clone());
        Self { encoding, hall, outbox, dispatcher }
    }

    /// Registers with the thread and with the chat. A server that is too busy closes the connection instead; then the
    /// answer is `false`.
    pub fn enter(&mut self, person: Arc<Person>, origin: Origin) -> bool {
        self.hall.worker.register(self.id(), self.encoding, self.outbox.clone());
        let connected = self.hall.worker.uplink.connect(self.id(), self.hall.worker.id, person, origin);
        if let Err(problem) = &connected {
            self.tell(None, problem);
            self.outbox.close(Closing::TRY_AGAIN);
        }
        connected.is_ok()
    }

    /// The same for somebody who has come in just now.
    pub fn admit(&mut self, Visit { person, origin }: Visit) -> bool {
        self.enter(Arc::new(person), origin)
    }

    /// Which it is.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.dispatcher.session()
    }

    /// How it is written to.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What it shares with the others of its thread.
    #[must_use]
    pub fn hall(&self) -> &Rc<Hall> {
        &self.hall
    }

    /// Its way out.
    #[must_use]
    pub fn outbox(&self) -> &Rc<Outbox<W>> {
        &self.outbox
    }

    /// Counts and passes on what it sends.
    pub fn dispatcher(&mut self) -> &mut Dispatcher {
        &mut self.dispatcher
    }

    /// Takes one frame in the encoding of the session.
    pub fn take(&mut self, sent: Sent<'_>) {
        let now = self.hall.worker.clock().now();
        let outcome = self.dispatcher.take(self.encoding, sent, now);
        self.finish(outcome);
    }

    /// Takes a command that has been read already.
    pub fn submit(&mut self, request: Request) {
        let now = self.hall.worker.clock().now();
        let outcome = self.dispatcher.submit(request, now);
        self.finish(outcome);
    }

    /// Tells what became of something that was sent, where that is not for the chat to tell.
    pub fn finish(&self, outcome: Outcome) {
        match outcome {
            Outcome::Submitted => {}
            Outcome::Refused(refused) => {
                self.outbox.refused(refused.id.as_deref());
                self.tell(refused.id.as_deref(), &refused.problem);
            }
            Outcome::Abuse => self.outbox.close(ABUSE),
        }
    }

    fn tell(&self, id: Option<&str>, problem: &Problem) {
        if let Some(payload) = encode::refusal(id, problem, self.encoding) {
            // Whoever runs the session flushes when it has taken what there is.
            let _ = self.outbox.push(&payload, Weight::Durable);
        }
    }

    /// Gives the session more of what it missed, as far as there is room; `true` when it could take more still.
    pub fn catch_up(&mut self) -> bool {
        let caught_up = self.hall.worker.catch_up(self.id());
        for page in caught_up.pages {
            if let Err(problem) = self.hall.worker.uplink.catch_up(self.id(), page) {
                self.tell(None, &problem);
                self.outbox.close(Closing::TRY_AGAIN);
                return false;
            }
        }
        caught_up.needs_room
    }

    /// It is over: nothing reaches it any more and the chat forgets it.
    pub fn end(&mut self) {
        self.hall.worker.unregister(self.id());
        self.hall.worker.uplink.disconnect(self.id());
    }
}
