//! What a session does with whole messages, whatever carries them. It knows its outbox and the dispatcher; it knows no
//! actor and no socket.

use std::rc::Rc;
use std::sync::Arc;

use super::assembler::Message;
use super::connection::Conversation;
use super::outbox::Outbox;
use super::plain_door::PlainDoor;
use super::state::WebsocketState;
use super::typed_rooms::TypedRooms;
use crate::chat::fanout::{Sink, Weight};
use crate::chat::turn::Closing;
use crate::domain::name::RoomName;
use crate::domain::person::{Origin, Person, Visit};
use crate::gateways::dispatch::{Dispatcher, Outcome, Sent};
use crate::protocol::command::{Command, Request};
use crate::protocol::encode;
use crate::protocol::encoding::Encoding;
use crate::protocol::error_code::Problem;

/// Frames in a row that broke a rule: the client is told so when it is closed.
const ABUSE: Closing = Closing { code: 1008, reason: "too many refused frames in a row" };

/// One session.
pub struct Session {
    encoding: Encoding,
    state: Rc<WebsocketState>,
    outbox: Rc<Outbox>,
    dispatcher: Dispatcher,
    /// For people who type.
    plain: Option<Box<PlainDoor>>,
}

impl Session {
    /// Registers a session with its thread and the chat, and joins `rooms`. `typed` is for people who type.
    pub fn open(
        state: Rc<WebsocketState>,
        outbox: Rc<Outbox>,
        encoding: Encoding,
        Visit { person, origin }: Visit,
        typed: Option<Rc<TypedRooms>>,
        rooms: Vec<RoomName>,
    ) -> Self {
        let id = state.chat.next_session();
        let person = Arc::new(person);
        let plain = typed.map(|typed| {
            Box::new(PlainDoor::new(id, Arc::clone(&person), Rc::clone(&state), Rc::clone(&outbox), typed))
        });
        let dispatcher = Dispatcher::new(state.worker.clone(), id, state.rates.clone());
        let mut session = Self { encoding, state, outbox, dispatcher, plain };
        session.enter(person, origin, rooms);
        session
    }

    fn enter(&mut self, person: Arc<Person>, origin: Origin, rooms: Vec<RoomName>) {
        self.state.worker.register(self.dispatcher.session(), self.encoding, self.outbox.clone());
        let (session, worker) = (self.dispatcher.session(), self.state.worker.id);
        if let Err(problem) = self.state.worker.uplink.connect(session, worker, person, origin) {
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
        // Whoever runs the session flushes when it has taken what there is.
        let _ = self.outbox.push(&encode::problem(id, problem, self.encoding), Weight::Durable);
    }
}

impl Conversation for Session {
    fn take(&mut self, message: Message) {
        let now = self.state.worker.clock().now();
        let outcome = match (&self.plain, &message) {
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

    fn outbox(&self) -> &Rc<Outbox> {
        &self.outbox
    }

    fn catch_up(&mut self) -> bool {
        let caught_up = self.state.worker.catch_up(self.dispatcher.session());
        for page in caught_up.pages {
            if let Err(problem) = self.state.worker.uplink.catch_up(self.dispatcher.session(), page) {
                self.tell(None, &problem);
                self.outbox.close(Closing::TRY_AGAIN);
                return false;
            }
        }
        caught_up.needs_room
    }

    /// It is over: nothing reaches it any more and the chat forgets it.
    fn end(&mut self) {
        self.state.worker.unregister(self.dispatcher.session());
        self.state.worker.uplink.disconnect(self.dispatcher.session());
    }
}
