//! From what a session sends to commands: the same for every gateway. Rates are kept here, refusals are made here,
//! and whoever goes on breaking the rules is shown the door.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tokio::sync::watch;

use crate::chat::fanout::Worker;
use crate::config::LimitsConfig;
use crate::domain::clock::Timestamp;
use crate::domain::ids::SessionId;
use crate::domain::token_bucket::{Rate, TokenBucket};
use crate::protocol::command::{Command, Request};
use crate::protocol::decode::{self, Refused};
use crate::protocol::encoding::{Body, Encoding};
use crate::protocol::error_code::{ErrorCode, Problem};

/// Other commands than messages cost a quarter: a session may join the hundred rooms it can have at once.
const OTHERS: f64 = 4.0;
/// Refusals in a row after which a session is closed with 1008.
const PATIENCE: u32 = 100;

/// What a session sent: one frame or one line.
#[derive(Debug, Clone, Copy)]
pub enum Sent<'a> {
    /// Text.
    Text(&'a str),
    /// Bytes.
    Binary(&'a [u8]),
}

/// What is to be done with it.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is on its way; the answer comes by itself.
    Submitted,
    /// It was refused: tell the client.
    Refused(Refused),
    /// It was refused once too often: close the connection.
    Abuse,
}

/// How often a session may send. One table for all sessions of a thread; it follows what is decided on a page.
#[derive(Debug, Clone)]
pub struct Rates(Rc<Followed>);

#[derive(Debug)]
struct Followed {
    limits: RefCell<watch::Receiver<LimitsConfig>>,
    /// For messages and for all other commands; `None` when nothing is limited.
    now: Cell<Option<(Rate, Rate)>>,
}

impl Rates {
    /// As the settings say.
    #[must_use]
    pub fn new(limits: watch::Receiver<LimitsConfig>) -> Self {
        let now = Cell::new(rates(&limits.borrow()));
        Self(Rc::new(Followed { limits: RefCell::new(limits), now }))
    }

    /// To ask costs a look at a number, unless there is news.
    fn now(&self) -> Option<(Rate, Rate)> {
        let mut limits = self.0.limits.borrow_mut();
        if limits.has_changed().unwrap_or(false) {
            self.0.now.set(rates(&limits.borrow_and_update()));
        }
        self.0.now.get()
    }
}

fn rates(limits: &LimitsConfig) -> Option<(Rate, Rate)> {
    let messages = limits.messages()?;
    Some((messages, Rate { per_second: messages.per_second * OTHERS, burst: messages.burst * OTHERS }))
}

/// Takes what one session sends.
pub struct Dispatcher {
    worker: Rc<Worker>,
    session: SessionId,
    rates: Rates,
    /// Made with the first command: most connections are silent.
    buckets: Option<Box<Buckets>>,
    strikes: u32,
}

struct Buckets {
    messages: TokenBucket,
    others: TokenBucket,
}

impl Dispatcher {
    /// For a session that has just opened.
    #[must_use]
    pub fn new(worker: Rc<Worker>, session: SessionId, rates: Rates) -> Self {
        Self { worker, session, rates, buckets: None, strikes: 0 }
    }

    /// Whose commands these are.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Takes one frame of an encoding that has frames.
    pub fn take(&mut self, encoding: Encoding, sent: Sent<'_>, now: Timestamp) -> Outcome {
        let request = match (encoding, sent) {
            (Encoding::MsgPack | Encoding::Framed(Body::MsgPack, _), Sent::Binary(bytes)) => {
                decode::from_msgpack(bytes)
            }
            (Encoding::MsgPack, Sent::Text(_)) => Err(wrong_kind("send commands as binary frames of MessagePack")),
            (_, Sent::Text(text)) => decode::from_json(text),
            (_, Sent::Binary(_)) => Err(wrong_kind("send commands as text frames of JSON")),
        };
        match request {
            Ok(request) => self.submit(request, now),
            Err(refused) => self.refuse(refused),
        }
    }

    /// Takes a command that has been read already.
    pub fn submit(&mut self, request: Request, now: Timestamp) -> Outcome {
        if let Err(problem) = self.spend(&request.command, now) {
            return self.refuse(Refused { id: request.id, problem });
        }
        let id = request.id.clone();
        match self.worker.uplink.submit(self.session, request) {
            Ok(()) => {
                self.strikes = self.strikes.saturating_sub(1);
                Outcome::Submitted
            }
            // The server is busy; that is nobody's fault.
            Err(problem) => Outcome::Refused(Refused { id, problem }),
        }
    }

    /// Counts a refusal.
    pub fn refuse(&mut self, refused: Refused) -> Outcome {
        self.strikes += 1;
        if self.strikes > PATIENCE { Outcome::Abuse } else { Outcome::Refused(refused) }
    }

    /// Counts a message that is not sent through [`Self::submit`].
    ///
    /// # Errors
    /// When there were too many.
    pub fn spend_message(&mut self, now: Timestamp) -> Result<(), Problem> {
        self.take_token(true, now)
    }

    fn spend(&mut self, command: &Command, now: Timestamp) -> Result<(), Problem> {
        if command.is_costly() {
            return self.spend_message(now);
        }
        self.take_token(false, now)
    }

    fn take_token(&mut self, for_message: bool, now: Timestamp) -> Result<(), Problem> {
        let Some(rates) = self.rates.now() else { return Ok(()) };
        let full =
            || Box::new(Buckets { messages: TokenBucket::full(rates.0, now), others: TokenBucket::full(rates.1, now) });
        let buckets = self.buckets.get_or_insert_with(full);
        let (bucket, rate) =
            if for_message { (&mut buckets.messages, rates.0) } else { (&mut buckets.others, rates.1) };
        bucket.take(rate, now).map_err(Problem::rate_limited)
    }
}

fn wrong_kind(message: &str) -> Refused {
    Refused { id: None, problem: Problem::new(ErrorCode::BadRequest, message) }
}
