//! What a session does with whole messages, whatever carries them. It knows its outbox and the dispatcher; it knows no
//! actor and no socket.

use std::rc::Rc;

use super::assembler::Message;
use super::outbox::Outbox;
use super::plain_door::PlainDoor;
use super::state::WebsocketState;
use crate::chat::fanout::{Sink, Weight};
use crate::chat::turn::Closing;
use crate::domain::ids::SessionId;
use crate::domain::name::RoomName;
use crate::domain::person::Person;
use crate::gateways::dispatch::{Dispatcher, Outcome, Sent};
use crate::protocol::command::{Command, Request};
use crate::protocol::encode;
use crate::protocol::encoding::Encoding;
use crate::protocol::error_code::Problem;

/// Frames in a row that broke a rule: the client is told so when it is closed.
const ABUSE: Closing = Closing { code: 1008, reason: "too many refused frames in a row" };

/// One session.
pub struct Session {
    /// Its number.
    pub id: SessionId,
    state: Rc<WebsocketState>,
    outbox: Rc<Outbox>,
    encoding: Encoding,
    dispatcher: Dispatcher,
    person: Person,
    /// For people who type.
    plain: Option<PlainDoor>,
}

impl Session {
    /// A session that has not opened yet.
    pub fn new(state: Rc<WebsocketState>, outbox: Rc<Outbox>, encoding: Encoding, person: Person) -> Self {
        let id = state.chat.next_session();
        let dispatcher = Dispatcher::new(state.chat.clone(), id, state.rates);
        let plain = (encoding == Encoding::Plain)
            .then(|| PlainDoor::new(id, person.clone(), Rc::clone(&state), Rc::clone(&outbox)));
        Self { id, state, outbox, encoding, dispatcher, person, plain }
    }

    /// Registers it and joins the rooms that were asked for in the handshake.
    pub fn open(&mut self, rooms: Vec<RoomName>) {
        let sink: Rc<dyn Sink> = self.outbox.clone();
        self.state.worker.register(self.id, self.encoding, sink);
        if let Err(problem) = self.state.chat.connect(self.id, self.state.worker.id, self.person.clone()) {
            self.tell(None, &problem);
            return self.outbox.close(Closing::TRY_AGAIN);
        }
        if let Some(plain) = &self.plain {
            plain.opened();
        }
        for room in rooms {
            let request = match &self.plain {
                Some(plain) => plain.join(room),
                None => Request { id: None, command: Command::Join { room, after: None, create: false } },
            };
            let now = self.state.worker.clock().now();
            let outcome = self.dispatcher.submit(request, now);
            self.finish(outcome);
        }
    }

    /// The outbox has been emptied: if the session is catching up, it goes on.
    pub fn flushed(&self) {
        for page in self.state.worker.catch_up(self.id) {
            if let Err(problem) = self.state.chat.catch_up(self.id, page) {
                self.tell(None, &problem);
                return self.outbox.close(Closing::TRY_AGAIN);
            }
        }
    }

    /// Takes a whole message.
    pub fn take(&mut self, message: &Message) {
        let now = self.state.worker.clock().now();
        let outcome = match (&self.plain, message) {
            (Some(plain), Message::Text(text)) => plain.take(&mut self.dispatcher, text, now),
            (Some(_), Message::Binary(_)) => {
                let closing = Closing { code: 1003, reason: "plain text only; choose a subprotocol for binary frames" };
                return self.outbox.close(closing);
            }
            (None, Message::Text(text)) => self.dispatcher.take(self.encoding, Sent::Text(text), now),
            (None, Message::Binary(bytes)) => self.dispatcher.take(self.encoding, Sent::Binary(bytes), now),
        };
        self.finish(outcome);
    }

    /// It is over: nothing reaches it any more and the chat forgets it.
    pub fn close(&self) {
        self.state.worker.unregister(self.id);
        self.state.chat.disconnect(self.id);
        self.outbox.detach();
    }

    fn finish(&self, outcome: Outcome) {
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
        self.outbox.push(encode::problem(id, problem, self.encoding), Weight::Durable);
    }
}
