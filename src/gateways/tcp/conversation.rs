//! One connection: finds out who it is and which version is spoken, then hands frames to the session.

use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use secrecy::ExposeSecret;

use super::files::Exchange;
use super::inside::Inside;
use super::splitter::{Broken, Frame, Splitter};
use super::wire::{TcpWire, Version};
use crate::chat::fanout::{Sink, Weight};
use crate::chat::turn::Closing;
use crate::config::PublicUrl;
use crate::domain::person::Door;
use crate::gateways::stream::newcomer::{self, Newcomer, Word as Who};
use crate::gateways::stream::porch::Porch;
use crate::gateways::stream::{self, Flow, Hall, Outbox, Session};
use crate::protocol::encoding::{Body, Encoding, Packing};
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::protocol::framed::VERSION;
use crate::protocol::payload::Payload;
use crate::protocol::tcp_v1::{self, Claim, Hello, Word};
use crate::protocol::tcp_v1_reply::{self as reply, Reply};

/// How often somebody may say wrongly who they are.
const TRIES: u32 = 5;
/// What the tokens of this server, and those of other systems, begin with: one may stand where a password is asked for.
const TOKENS: [&str; 3] = ["parlor_", "guest.", "eyJ"];

const QUIT: Closing = Closing { code: 1000, reason: "bye" };
const TOO_OFTEN: Closing = Closing { code: 1008, reason: "too many wrong tries" };

/// Finding out who somebody is.
type Identifying = Pin<Box<dyn Future<Output = Result<Newcomer, Problem>>>>;

/// One connection.
pub struct Conversation {
    hall: Rc<Hall>,
    outbox: Rc<Outbox<TcpWire>>,
    address: IpAddr,
    exchange: Arc<Exchange>,
    splitter: Splitter,
    stage: Stage,
    /// Bytes that came while it was being found out who it is.
    rest: Vec<u8>,
    /// Nothing more comes.
    is_ended: bool,
}

/// How far somebody has come.
enum Stage {
    /// They have to say who they are, and have done so wrongly so many times.
    Asked { porch: Rc<Porch<TcpWire>>, tries: u32 },
    /// It is being found out.
    Deciding(Box<Deciding>),
    /// They are in.
    In(Box<Inside>),
}

struct Deciding {
    porch: Rc<Porch<TcpWire>>,
    tries: u32,
    identifying: Identifying,
    encoding: Encoding,
}

impl Conversation {
    /// Somebody has come. They speak first.
    pub fn new(hall: Rc<Hall>, outbox: Rc<Outbox<TcpWire>>, address: IpAddr, exchange: Arc<Exchange>) -> Self {
        let porch = Porch::enter(&hall, &outbox);
        let (splitter, stage) = (Splitter::default(), Stage::Asked { porch, tries: 0 });
        Self { hall, outbox, address, exchange, splitter, stage, rest: Vec::new(), is_ended: false }
    }

    /// Takes frames until there are no more, or it has to be waited for something.
    fn take_frames(&mut self, mut bytes: &[u8]) {
        // A frame borrows from it.
        let mut splitter = std::mem::take(&mut self.splitter);
        while !self.outbox.is_closing() {
            if matches!(self.stage, Stage::Deciding(_)) {
                self.rest = bytes.to_vec();
                break;
            }
            match splitter.next(&mut bytes) {
                Ok(Some(frame)) => self.take_frame(frame),
                Ok(None) => break,
                Err(broken) => self.break_off(&broken),
            }
        }
        self.splitter = splitter;
        if self.is_ended && !matches!(self.stage, Stage::Deciding(_)) {
            self.outbox.close(QUIT);
        }
    }

    fn take_frame(&mut self, frame: Frame<'_>) {
        match &mut self.stage {
            Stage::In(inside) => inside.take(frame),
            Stage::Asked { .. } => self.ask(frame.body),
            Stage::Deciding(_) => {}
        }
    }

    /// What comes cannot be read, and nothing behind it.
    fn break_off(&mut self, broken: &Broken) {
        let code = if matches!(broken, Broken::TooLong { .. } | Broken::Packed) { 1009 } else { 1002 };
        self.outbox.close_with(Some((code, &broken.to_string())));
    }

    /// Finds out who somebody says they are.
    fn ask(&mut self, body: &[u8]) {
        let (claim, code, label, encoding) = match tcp_v1::read(body) {
            Ok(Word::Login(claim)) => (claim, None, None, Encoding::TcpV1),
            Ok(Word::Hello(Hello { body, packing, claim, code, label })) => {
                (claim, code, label, Encoding::Framed(body, packing))
            }
            Ok(Word::Ping) => return self.say(&reply::write(&Reply::Pong {})),
            Ok(Word::Pong) => return,
            Ok(_) => {
                let message = "say who you are first: send Login for version 1, or Hello for version 2";
                return self.refuse(
                    &Problem::new(ErrorCode::Unauthorized, message),
                    Encoding::Framed(Body::Json, Packing::None),
                );
            }
            Err(refused) => return self.refuse(&refused.problem, Encoding::Framed(Body::Json, Packing::None)),
        };
        let Stage::Asked { porch, tries } = &self.stage else { return };
        let (hall, address) = (Rc::clone(&self.hall), self.address);
        let identifying = Box::pin(async move {
            let who = match &claim {
                Claim::Guest(name) => Who::Guest(name),
                Claim::Token(token) => Who::Token(token),
                Claim::Password(_, token) if TOKENS.iter().any(|sign| token.starts_with(sign)) => Who::Token(token),
                Claim::Password(name, password) => {
                    let (code, kept_as) = (code.as_deref(), label.as_deref());
                    Who::Password { name, password: password.clone().into(), code, kept_as }
                }
            };
            newcomer::identify(&hall, who, Door::Tcp, address).await
        });
        let deciding = Deciding { porch: Rc::clone(porch), tries: *tries, identifying, encoding };
        self.stage = Stage::Deciding(Box::new(deciding));
    }

    fn say(&self, payload: &Payload) {
        // Flushed by the connection.
        let _ = self.outbox.push(payload, Weight::Durable);
    }

    /// Somebody is not let in, or has not said who they are. Who tried to log in is answered in the words of a login.
    fn refuse(&mut self, problem: &Problem, encoding: Encoding) {
        if encoding == Encoding::TcpV1 {
            self.say(&reply::write(&Reply::LoginResponse { success: false, message: &problem.message, token: None }));
        }
        self.say(&reply::problem(None, problem));
        if let Stage::Asked { tries, .. } = &mut self.stage {
            *tries += 1;
            if *tries >= TRIES {
                self.outbox.close(TOO_OFTEN);
            }
        }
    }

    fn enter(&mut self, Newcomer { visit, login, token }: Newcomer, encoding: Encoding) {
        let of_guest = visit.person.is_guest().then(|| self.hall.auth.guest_token(&visit.person));
        let token = token.as_ref().map(ExposeSecret::expose_secret).or(of_guest.as_deref());
        if let Encoding::Framed(body, packing) = encoding {
            let (encoding, compression) = (name(body, Body::NAMED), name(packing, Packing::NAMED));
            let http = self.hall.public_url.as_ref().map(PublicUrl::origin);
            self.say(&reply::write(&Reply::Hello { version: VERSION, encoding, compression, token, http }));
            self.outbox.wire().version.set(Version::Two);
            self.splitter.speak_two();
        } else {
            let message = format!("Welcome to {}, {}", self.hall.auth.server_name(), visit.person.name);
            self.say(&reply::write(&Reply::LoginResponse { success: true, message: &message, token }));
            self.outbox.wire().version.set(Version::One);
            self.splitter.let_in();
        }
        let mut session = Session::new(Rc::clone(&self.hall), Rc::clone(&self.outbox), encoding);
        let person = Arc::new(visit.person);
        let is_in = session.enter(Arc::clone(&person), visit.origin);
        let mut inside = Inside::new(session, person, login, &self.exchange);
        if is_in {
            inside.begin();
        }
        self.stage = Stage::In(Box::new(inside));
    }
}

fn name<T: PartialEq + Copy>(chosen: T, named: [(T, &'static str); 2]) -> &'static str {
    named.into_iter().find(|(known, _)| *known == chosen).map_or("", |(_, name)| name)
}

impl stream::Conversation for Conversation {
    type Wire = TcpWire;

    fn receive(&mut self, bytes: &[u8]) -> Flow {
        self.take_frames(bytes);
        if self.outbox.is_closing() { Flow::Over } else { Flow::Goes }
    }

    fn proceed(&mut self, task: &mut Context<'_>) {
        // More than once: what was waiting may be another try.
        while let Stage::Deciding(deciding) = &mut self.stage {
            let Poll::Ready(outcome) = deciding.identifying.as_mut().poll(task) else { return };
            let encoding = deciding.encoding;
            match outcome {
                Ok(newcomer) => self.enter(newcomer, encoding),
                Err(problem) => {
                    self.stage = Stage::Asked { porch: Rc::clone(&deciding.porch), tries: deciding.tries };
                    self.refuse(&problem, encoding);
                }
            }
            let rest = std::mem::take(&mut self.rest);
            self.take_frames(&rest);
        }
        if let Stage::In(inside) = &mut self.stage {
            inside.listen_for_files(task);
        }
    }

    fn wants_more(&self) -> bool {
        !matches!(self.stage, Stage::Deciding(_))
    }

    fn half_closed(&mut self) -> Flow {
        // A script that sends all it has to say and hangs up has said it.
        self.is_ended = true;
        self.take_frames(&[]);
        Flow::Goes
    }

    fn catch_up(&mut self) -> bool {
        match &mut self.stage {
            Stage::In(inside) => inside.catch_up(),
            _ => false,
        }
    }

    fn outbox(&self) -> &Rc<Outbox<TcpWire>> {
        &self.outbox
    }

    fn end(&mut self) {
        if let Stage::In(inside) = &mut self.stage {
            inside.end();
        }
    }
}
