//! One connection: asks who it is, then hands lines to the plain door.

use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::greeting;
use super::splitter::{Split, Splitter};
use super::wire::LinesWire;
use crate::chat::fanout::{Sink, Weight};
use crate::chat::turn::Closing;
use crate::domain::ids::DeviceId;
use crate::domain::limits;
use crate::domain::name::RoomName;
use crate::domain::permission::LOBBY;
use crate::domain::person::{Door, Person};
use crate::gateways::stream::newcomer::{self, Newcomer, Word};
use crate::gateways::stream::plain_door::PlainDoor;
use crate::gateways::stream::porch::Porch;
use crate::gateways::stream::{self, Flow, Hall, Outbox, Session};
use crate::protocol::decode::Refused;
use crate::protocol::encode;
use crate::protocol::encoding::Encoding;
use crate::protocol::error_code::{ErrorCode, Problem, bad_name};

/// Longest line: the longest text of a message, and a command before it.
const LINE_BYTES: usize = limits::TEXT_BYTES + 256;
/// How often somebody may say wrongly who they are.
const TRIES: u32 = 5;

const QUIT: Closing = Closing { code: 1000, reason: "bye" };
const TOO_OFTEN: Closing = Closing { code: 1008, reason: "too many wrong tries" };

/// Finding out who somebody is.
type Identifying = Pin<Box<dyn Future<Output = Result<Newcomer, Problem>>>>;

/// One connection.
pub struct Conversation {
    hall: Rc<Hall>,
    outbox: Rc<Outbox<LinesWire>>,
    address: IpAddr,
    splitter: Splitter,
    stage: Stage,
    /// Bytes that came while it was being found out who it is.
    rest: Vec<u8>,
    /// Nothing more comes.
    is_ended: bool,
}

/// How far somebody has come.
enum Stage {
    /// Asked who they are, so many times.
    Asked { porch: Rc<Porch<LinesWire>>, tries: u32 },
    /// It is being found out.
    Deciding { porch: Rc<Porch<LinesWire>>, tries: u32, identifying: Identifying, room: Option<RoomName> },
    /// They are in.
    In(Box<Inside>),
}

struct Inside {
    session: Session<LinesWire>,
    plain: PlainDoor<LinesWire>,
    person: Arc<Person>,
    login: Option<DeviceId>,
}

impl Conversation {
    /// Somebody has come, and is asked who they are.
    pub fn new(hall: Rc<Hall>, outbox: Rc<Outbox<LinesWire>>, address: IpAddr) -> Self {
        let porch = Porch::enter(&hall, &outbox);
        let this = Self {
            hall,
            outbox,
            address,
            splitter: Splitter::new(LINE_BYTES),
            stage: Stage::Asked { porch, tries: 0 },
            rest: Vec::new(),
            is_ended: false,
        };
        this.say(&greeting::question(&this.hall.auth.server_name(), this.hall.auth.access().guests));
        this
    }

    fn say(&self, text: &str) {
        // Flushed by the connection.
        let _ = self.outbox.push(&encode::lines(text, Encoding::Lines), Weight::Durable);
    }

    /// Takes lines until there are no more, or it has to be waited for something.
    fn take_lines(&mut self, mut bytes: &[u8]) {
        while !self.outbox.is_closing() {
            if matches!(self.stage, Stage::Deciding { .. }) {
                self.rest = bytes.to_vec();
                return;
            }
            let Some(split) = self.splitter.next(&mut bytes) else { break };
            self.take_line(split);
        }
        if self.is_ended {
            self.outbox.close(QUIT);
        }
    }

    fn take_line(&mut self, split: Split) {
        match (&mut self.stage, split) {
            (Stage::In(inside), Split::Line(line)) => {
                let outcome = inside.plain.take(inside.session.dispatcher(), &line);
                inside.session.finish(outcome);
            }
            (Stage::In(inside), Split::TooLong) => {
                let message = format!("a line has at most {LINE_BYTES} bytes; this one was thrown away");
                let refused = Refused { id: None, problem: Problem::new(ErrorCode::TooLarge, message) };
                let outcome = inside.session.dispatcher().refuse(refused);
                inside.session.finish(outcome);
            }
            (Stage::Asked { .. }, Split::Line(line)) => self.ask(&line),
            (Stage::Asked { .. } | Stage::Deciding { .. }, _) => self.outbox.close(TOO_OFTEN),
        }
    }

    /// Finds out who somebody says they are.
    fn ask(&mut self, line: &str) {
        let Some(said) = greeting::read(line) else { return };
        let room = said.room.map(|room| RoomName::parse_existing(room).map_err(|error| bad_name("room", &error)));
        let room = match room.transpose() {
            Ok(room) => room,
            Err(problem) => return self.refuse(&problem),
        };
        let Stage::Asked { porch, tries } = &self.stage else { return };
        let (hall, address) = (Rc::clone(&self.hall), self.address);
        let (who, is_token) = (said.who.to_owned(), said.is_token);
        let identifying = Box::pin(async move {
            let word = if is_token { Word::Token(&who) } else { Word::Guest(&who) };
            newcomer::identify(&hall, word, Door::Lines, address).await
        });
        self.stage = Stage::Deciding { porch: Rc::clone(porch), tries: *tries, identifying, room };
    }

    fn refuse(&mut self, problem: &Problem) {
        let _ = self.outbox.push(&encode::problem(None, problem, Encoding::Lines), Weight::Durable);
        if let Stage::Asked { tries, .. } = &mut self.stage {
            *tries += 1;
            if *tries >= TRIES {
                self.outbox.close(TOO_OFTEN);
            }
        }
    }

    fn enter(&mut self, Newcomer { visit, login, .. }: Newcomer, room: Option<RoomName>) {
        let mut session = Session::new(Rc::clone(&self.hall), Rc::clone(&self.outbox), Encoding::Lines);
        let person = Arc::new(visit.person);
        let plain = PlainDoor::new(&session, Arc::clone(&person), Rc::clone(&self.outbox.wire().rooms));
        if session.enter(Arc::clone(&person), visit.origin) {
            plain.opened();
            session.submit(plain.join(room.unwrap_or_else(|| RoomName::trusted(LOBBY.to_owned()))));
        }
        self.stage = Stage::In(Box::new(Inside { session, plain, person, login }));
    }
}

impl stream::Conversation for Conversation {
    type Wire = LinesWire;

    fn receive(&mut self, bytes: &[u8]) -> Flow {
        self.take_lines(bytes);
        if self.outbox.is_closing() { Flow::Over } else { Flow::Goes }
    }

    fn proceed(&mut self, task: &mut Context<'_>) {
        // More than once: what was waiting may be another try.
        while let Stage::Deciding { porch, tries, identifying, room } = &mut self.stage {
            let Poll::Ready(outcome) = identifying.as_mut().poll(task) else { return };
            match outcome {
                Ok(newcomer) => {
                    let room = room.take();
                    self.enter(newcomer, room);
                }
                Err(problem) => {
                    self.stage = Stage::Asked { porch: Rc::clone(porch), tries: *tries };
                    self.refuse(&problem);
                }
            }
            let rest = std::mem::take(&mut self.rest);
            self.take_lines(&rest);
        }
    }

    fn wants_more(&self) -> bool {
        !matches!(self.stage, Stage::Deciding { .. })
    }

    fn half_closed(&mut self) -> Flow {
        // `printf 'ann\nhello\n' | nc` has said all it has to say before anything is decided.
        self.is_ended = true;
        // The last line may lack its end.
        self.take_lines(b"\n");
        Flow::Goes
    }

    fn catch_up(&mut self) -> bool {
        match &mut self.stage {
            Stage::In(inside) => inside.session.catch_up(),
            _ => false,
        }
    }

    fn outbox(&self) -> &Rc<Outbox<LinesWire>> {
        &self.outbox
    }

    fn end(&mut self) {
        if let Stage::In(inside) = &mut self.stage {
            inside.session.end();
            newcomer::forget(&self.hall, &inside.person, inside.login.take());
        }
    }
}
