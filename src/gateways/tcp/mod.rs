//! The door for framed TCP: programs and devices without WebSocket. The first frame says who it is and picks the version:
//! `Login` version 1, a chat protocol for scripts; `Hello` version 2, the frames of the WebSocket behind a header.
//!
//! `splitter` makes frames of bytes, within bounds; `conversation` finds out who it is; `inside` is the session after that,
//! in either version; `wire` is what is this door's own on the way out. `files` hands files from person to person.

pub mod files;

mod conversation;
mod inside;
pub mod splitter;
mod wire;

use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;

use self::conversation::Conversation;
use self::files::Exchange;
use self::wire::TcpWire;
use crate::domain::person::Door;
use crate::gateways::stream::door::{Arrival, Keeper};
use crate::gateways::stream::{Connection, Outbox};
use crate::protocol::error_code::Problem;
use crate::protocol::tcp_v1_reply;

/// Takes those who come with frames.
pub struct TcpKeeper {
    /// Where files are handed over.
    pub exchange: Arc<Exchange>,
}

impl Keeper for TcpKeeper {
    fn door(&self) -> Door {
        Door::Tcp
    }

    fn open(&self, Arrival { socket, address, place, .. }: Arrival) {
        let hall = Rc::clone(place.hall());
        let outbox = Rc::new(Outbox::new(socket, hall.outbox_bytes, TcpWire::default(), hall.clone()));
        Connection::open(Conversation::new(hall, outbox, address, Arc::clone(&self.exchange)), &[], place);
    }

    fn refusal(&self, problem: &Problem) -> Bytes {
        tcp_v1_reply::problem(None, problem).framed().clone()
    }
}
