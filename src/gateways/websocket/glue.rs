//! Between actix-web-actors and our own rules: its frames become ours, ours become its. The only file, beside `actor`
//! and `echo`, that knows how it names things.

use actix_http::ws::Item;
use actix_web::error::PayloadError;
use actix_web_actors::ws;
use bytes::Bytes;

use super::assembler::{Incoming, close_reason};
use super::header_scanner::Violation;
use super::outbox::Out;
use crate::protocol::encode::Payload;

impl From<Violation> for PayloadError {
    // Parsers turn this into text; the guard's verdict keeps the reason.
    fn from(_: Violation) -> Self {
        Self::Overflow
    }
}

/// One frame as our rules want it; `None` for what says nothing.
pub fn incoming(message: ws::Message) -> Option<Incoming> {
    Some(match message {
        ws::Message::Text(text) => Incoming::Text(text.into_bytes()),
        ws::Message::Binary(bytes) => Incoming::Binary(bytes),
        ws::Message::Ping(bytes) => Incoming::Ping(bytes),
        ws::Message::Pong(bytes) => Incoming::Pong(bytes),
        ws::Message::Close(reason) => {
            let parts = reason.map(|reason| (u16::from(reason.code), reason.description.unwrap_or_default()));
            Incoming::parsed_close(parts.as_ref().map(|(code, text)| (*code, text.as_str())))
        }
        ws::Message::Continuation(item) => match item {
            Item::FirstText(bytes) => Incoming::FirstText(bytes),
            Item::FirstBinary(bytes) => Incoming::FirstBinary(bytes),
            Item::Continue(bytes) => Incoming::Continue(bytes),
            Item::Last(bytes) => Incoming::Last(bytes),
        },
        ws::Message::Nop => return None,
    })
}

/// What its decoder refused, as a close code: texts that are no UTF-8 arrive as an error of input (1007), all else
/// breaks the protocol (1002).
pub fn close_code(error: &ws::ProtocolError, verdict: Option<Violation>) -> u16 {
    match (verdict, error) {
        (Some(violation), _) => violation.close_code(),
        (None, ws::ProtocolError::Overflow) => 1009,
        (None, ws::ProtocolError::Io(_)) => 1007,
        (None, _) => 1002,
    }
}

/// One thing that goes out, as its messages.
pub fn outgoing(out: Out) -> ws::Message {
    match out {
        Out::Frame(Payload::Text(text)) => ws::Message::Text(text),
        Out::Frame(Payload::Binary(bytes)) => ws::Message::Binary(bytes),
        Out::Ping => ws::Message::Ping(Bytes::new()),
        Out::Pong(bytes) => ws::Message::Pong(bytes),
        Out::Close { closing } => ws::Message::Close(closing.map(|(code, reason)| ws::CloseReason {
            code: code.into(),
            description: Some(close_reason(&reason).to_owned()).filter(|reason| !reason.is_empty()),
        })),
    }
}
