//! `/ws/echo`: sends back what it gets, text and binary, over the same connection layer. For connectivity checks and
//! conformance suites.

use std::rc::Rc;

use super::assembler::Message;
use super::framed::Messages;
use super::wire::WebsocketWire;
use crate::chat::fanout::{Sink, Weight};
use crate::gateways::stream::Outbox;
use crate::protocol::payload::Payload;

/// One echoing connection.
pub struct Echo(pub Rc<Outbox<WebsocketWire>>);

impl Messages for Echo {
    fn take(&mut self, message: Message) {
        let payload = match &message {
            Message::Text(text) => Payload::text(text),
            Message::Binary(bytes) => Payload::binary(bytes),
        };
        // The connection flushes when it has taken what there is, and reads no further while this waits.
        let _ = self.0.push(&payload, Weight::Durable);
    }

    fn outbox(&self) -> &Rc<Outbox<WebsocketWire>> {
        &self.0
    }
}
