//! Lines out of bytes, and the session they are for.

use std::rc::Rc;

use super::session::Session;
use super::wire::IrcWire;
use crate::chat::fanout::Sink;
use crate::chat::turn::Closing;
use crate::gateways::stream::Outbox;
use crate::gateways::stream::connection::{self, Flow};
use crate::protocol::irc::line::{BODY_BYTES, BadLine, Line, TAGS_BYTES};

/// Bytes of a line that are kept while it comes in; of a longer one nothing is.
const LONGEST: usize = TAGS_BYTES + BODY_BYTES;

/// What a connection does with what comes.
pub struct Conversation {
    session: Rc<Session>,
    /// A line that has begun.
    line: Vec<u8>,
    is_too_long: bool,
}

impl Conversation {
    /// Of somebody who has just come.
    pub fn new(session: Rc<Session>) -> Self {
        Self { session, line: Vec::new(), is_too_long: false }
    }

    fn take(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.line.len());
        if bytes.len() > room {
            self.is_too_long = true;
            self.line = Vec::new();
        } else if !self.is_too_long {
            self.line.extend_from_slice(bytes);
        }
    }

    fn end_line(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let read = if std::mem::take(&mut self.is_too_long) { Err(BadLine::TooLong) } else { Line::parse(&line) };
        if read != Err(BadLine::Empty) {
            self.session.take_line(read);
        }
    }
}

impl connection::Conversation for Conversation {
    type Wire = IrcWire;

    fn receive(&mut self, bytes: &[u8]) -> Flow {
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
            self.take(&rest[..at]);
            self.end_line();
            rest = &rest[at + 1..];
        }
        self.take(rest);
        if self.session.outbox().is_closing() { Flow::Over } else { Flow::Goes }
    }

    fn wants_more(&self) -> bool {
        !self.session.is_busy()
    }

    fn catch_up(&mut self) -> bool {
        let Some(id) = self.session.id() else { return false };
        let worker = &self.session.hall.worker;
        let caught_up = worker.catch_up(id);
        for page in caught_up.pages {
            if worker.uplink.catch_up(id, page).is_err() {
                self.session.outbox().close(Closing::TRY_AGAIN);
                return false;
            }
        }
        caught_up.needs_room
    }

    fn outbox(&self) -> &Rc<Outbox<IrcWire>> {
        self.session.outbox()
    }

    fn end(&mut self) {
        self.session.end();
    }
}
