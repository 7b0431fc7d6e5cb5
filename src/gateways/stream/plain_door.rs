//! The session of somebody who types: the room they are in, and what needs more than one command.

use std::rc::Rc;
use std::sync::Arc;

use super::direct::{self, DirectMessage};
use super::hall::Hall;
use super::outbox::{Outbox, Wire};
use super::session::Session;
use super::typed_rooms::TypedRooms;
use crate::chat::fanout::{Sink, Weight};
use crate::chat::turn::Closing;
use crate::domain::ids::SessionId;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Person;
use crate::domain::text::MessageText;
use crate::gateways::dispatch::{Dispatcher, Outcome};
use crate::protocol::command::{Command, Request};
use crate::protocol::decode::Refused;
use crate::protocol::encode;
use crate::protocol::encoding::Encoding;
use crate::protocol::plain::{self, Line};

const QUIT: Closing = Closing { code: 1000, reason: "bye" };

/// A session of typed lines.
pub struct PlainDoor<W: Wire> {
    id: SessionId,
    person: Arc<Person>,
    hall: Rc<Hall>,
    outbox: Rc<Outbox<W>>,
    rooms: Rc<TypedRooms>,
    encoding: Encoding,
}

impl<W: Wire> PlainDoor<W> {
    /// For this session, in no room yet.
    pub fn new(session: &Session<W>, person: Arc<Person>, rooms: Rc<TypedRooms>) -> Self {
        let (hall, outbox) = (Rc::clone(session.hall()), Rc::clone(session.outbox()));
        Self { id: session.id(), person, hall, outbox, rooms, encoding: session.encoding() }
    }

    /// The session has opened: direct messages reach an account without asking.
    pub fn opened(&self) {
        direct::listen(&self.hall, self.id, &self.person);
    }

    /// Takes one line.
    pub fn take(&self, dispatcher: &mut Dispatcher, line: &str) -> Outcome {
        let now = self.hall.worker.clock().now();
        match plain::parse(line, self.rooms.current().as_ref()) {
            Ok(Line::Command(command)) => {
                let id = self.follow(&command);
                dispatcher.submit(Request { id, command }, now)
            }
            Ok(Line::Message { to, text }) => match dispatcher.spend_message(now) {
                Ok(()) => {
                    self.message(to, text);
                    Outcome::Submitted
                }
                Err(problem) => dispatcher.refuse(Refused { id: None, problem }),
            },
            Ok(Line::Help) => {
                self.say(plain::HELP);
                Outcome::Submitted
            }
            Ok(Line::Quit) => {
                self.outbox.close(QUIT);
                Outcome::Submitted
            }
            Ok(Line::Nothing) => Outcome::Submitted,
            Err(problem) => dispatcher.refuse(Refused { id: None, problem }),
        }
    }

    /// Notes where the person goes. A join is believed at once, so that the next line may follow it without waiting;
    /// its id takes it back when it is refused.
    fn follow(&self, command: &Command) -> Option<String> {
        match command {
            Command::Join { room, .. } => Some(self.rooms.enter(room)),
            Command::Leave { room } => {
                self.rooms.leave(room);
                None
            }
            _ => None,
        }
    }

    /// The request that joins a room named in the handshake.
    #[must_use]
    pub fn join(&self, room: RoomName) -> Request {
        let command = Command::Join { room, after: None, create: false, key: None };
        Request { id: self.follow(&command), command }
    }

    fn say(&self, text: &'static str) {
        // The session flushes after each message.
        let _ = self.outbox.push(&encode::lines(text, self.encoding), Weight::Durable);
    }

    /// Opens the direct room with somebody, listens there and writes.
    fn message(&self, to: UserName, text: MessageText) {
        let message = DirectMessage { to, text, nonce: None, id: None };
        let (hall, outbox) = (Rc::clone(&self.hall), Rc::clone(&self.outbox));
        let (person, session, encoding) = (Arc::clone(&self.person), self.id, self.encoding);
        actix::spawn(async move {
            if let Err(problem) = direct::send(&hall, session, person, message).await {
                let _ = outbox.push(&encode::problem(None, &problem, encoding), Weight::Durable);
                outbox.flush();
            }
        });
    }
}
