//! What a session does with whole messages: frames go straight to the chat, typed lines through the plain door.

use std::rc::Rc;
use std::sync::Arc;

use super::assembler::Message;
use super::framed::Messages;
use super::wire::WebsocketWire;
use crate::chat::fanout::Sink;
use crate::chat::turn::Closing;
use crate::domain::name::RoomName;
use crate::domain::person::Visit;
use crate::gateways::dispatch::Sent;
use crate::gateways::stream::plain_door::PlainDoor;
use crate::gateways::stream::typed_rooms::TypedRooms;
use crate::gateways::stream::{self, Hall, Outbox};
use crate::protocol::command::{Command, Request};
use crate::protocol::encoding::Encoding;

const NO_BINARY: Closing = Closing { code: 1003, reason: "plain text only; choose a subprotocol for binary frames" };

/// One session.
pub struct Session {
    chat: stream::Session<WebsocketWire>,
    /// For people who type.
    plain: Option<Box<PlainDoor<WebsocketWire>>>,
}

impl Session {
    /// Registers a session with its thread and the chat, and joins `rooms`. `typed` is for people who type.
    pub fn open(
        hall: Rc<Hall>,
        outbox: Rc<Outbox<WebsocketWire>>,
        encoding: Encoding,
        Visit { person, origin }: Visit,
        typed: Option<Rc<TypedRooms>>,
        rooms: Vec<RoomName>,
    ) -> Self {
        let mut chat = stream::Session::new(hall, outbox, encoding);
        let person = Arc::new(person);
        let plain = typed.map(|typed| Box::new(PlainDoor::new(&chat, Arc::clone(&person), typed)));
        let is_in = chat.enter(person, origin);
        let mut session = Self { chat, plain };
        if is_in {
            session.begin(rooms);
        }
        session
    }

    fn begin(&mut self, rooms: Vec<RoomName>) {
        if let Some(plain) = &self.plain {
            plain.opened();
        }
        for room in rooms {
            let request = match &self.plain {
                Some(plain) => plain.join(room),
                None => Request { id: None, command: Command::Join { room, after: None, create: false, key: None } },
            };
            self.chat.submit(request);
        }
    }
}

impl Messages for Session {
    fn take(&mut self, message: Message) {
        match (&self.plain, &message) {
            (Some(plain), Message::Text(text)) => {
                let outcome = plain.take(self.chat.dispatcher(), text);
                self.chat.finish(outcome);
            }
            (Some(_), Message::Binary(_)) => self.chat.outbox().close(NO_BINARY),
            (None, Message::Text(text)) => self.chat.take(Sent::Text(text)),
            (None, Message::Binary(bytes)) => self.chat.take(Sent::Binary(bytes)),
        }
    }

    fn outbox(&self) -> &Rc<Outbox<WebsocketWire>> {
        self.chat.outbox()
    }

    fn catch_up(&mut self) -> bool {
        self.chat.catch_up()
    }

    fn end(&mut self) {
        self.chat.end();
    }
}
