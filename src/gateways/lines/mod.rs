//! The door for plain lines over TCP: `nc HOST PORT`. Whoever comes says a name, or `token` and a token; after that the
//! words are those of the plain-text WebSocket.
//!
//! `splitter` makes lines of bytes, within bounds and without the control bytes of telnet; `conversation` asks who it is, and
//! hands lines to the plain door; `wire` is what is this door's own on the way out.

mod conversation;
mod greeting;
pub mod splitter;
mod wire;

use std::time::Duration;

use bytes::Bytes;

use self::conversation::Conversation;
use self::wire::LinesWire;
use crate::domain::person::Door;
use crate::gateways::stream::door::{Arrival, Keeper};
use crate::gateways::stream::{Connection, Outbox};
use crate::protocol::encode;
use crate::protocol::encoding::Encoding;
use crate::protocol::error_code::Problem;

/// Takes those who come with lines.
pub struct LinesKeeper {
    /// Silence after which somebody is shown out.
    pub idle: Duration,
}

impl Keeper for LinesKeeper {
    fn door(&self) -> Door {
        Door::Lines
    }

    fn open(&self, Arrival { socket, address, place, .. }: Arrival) {
        let hall = std::rc::Rc::clone(place.hall());
        let wire = LinesWire::new(self.idle);
        let outbox = std::rc::Rc::new(Outbox::new(socket, hall.outbox_bytes, wire, hall.clone()));
        Connection::open(Conversation::new(hall, outbox, address), &[], place);
    }

    fn refusal(&self, problem: &Problem) -> Bytes {
        encode::problem(None, problem, Encoding::Lines).framed().clone()
    }
}
