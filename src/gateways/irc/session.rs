//! One IRC client: what is known of it, the way in and the way out.
//!
//! Lines are carried out one after the other, each by a future that may wait for the chat. While one waits for an answer,
//! what others say goes out at once. When the answer is there, all that comes behind it is held until the line that
//! waited has said what it makes of it: so that a client that joins sees who is there before it hears them speak.

mod saying;
mod sink;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::IpAddr;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use tokio::sync::oneshot;

use super::state::IrcState;
use super::verbs;
use super::whispers::Whispers;
use super::wire::IrcWire;
use crate::chat::fanout::{Pushed, Said, Sink, Weight};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{DeviceId, Seq, SessionId};
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Person;
use crate::gateways::dispatch::{Dispatcher, Outcome};
use crate::gateways::stream::hall::Hall;
use crate::gateways::stream::newcomer;
use crate::gateways::stream::outbox::Outbox;
use crate::gateways::stream::porch::Porch;
use crate::protocol::answer::Answer;
use crate::protocol::command::{Command, Request};
use crate::protocol::crowd::Face;
use crate::protocol::encoding::Encoding;
use crate::protocol::error_code::Problem;
use crate::protocol::irc::cap::Caps;
use crate::protocol::irc::line::{BadLine, Line, Reply};
use crate::protocol::irc::news;
use crate::protocol::irc::sasl::Pieces;
use crate::protocol::payload::{Payload, PayloadKind};

/// Lines that may wait to be carried out; then nothing more is read.
const LINES: usize = 64;
/// Most bytes that are held behind an answer before the log has to keep them.
const HELD_BYTES: usize = 64 * 1024;

/// What is known of a client that has said who it is.
pub struct Me {
    /// Who the chat takes it for; the name may change.
    pub person: Arc<Person>,
    /// The channels it is in.
    pub channels: Vec<RoomName>,
    /// The conversations it knows, with the name of the other.
    pub direct: Vec<(RoomName, UserName)>,
    /// Names it watches for.
    pub watched: Vec<UserName>,
    /// It has become an operator.
    pub is_oper: bool,
}

/// What a client has said before it is anybody.
#[derive(Default)]
pub struct Stranger {
    /// The name it wants.
    pub nick: Option<String>,
    /// User name and real name.
    pub user: Option<(String, String)>,
    /// The password of the server, or of the account.
    pub pass: Option<String>,
    /// Capabilities are being agreed on: it is not welcome before that has ended.
    pub is_agreeing: bool,
}

/// A login that has begun.
#[derive(Default)]
pub struct Login {
    /// The pieces, once a mechanism was chosen.
    pub pieces: Option<Pieces>,
    /// Who it turned out to be.
    pub person: Option<Arc<Person>>,
    /// The login that was made for this connection only.
    pub device: Option<DeviceId>,
}

/// A message this session has sent, whose event is still to come.
pub struct Mine {
    /// Where.
    pub room: RoomName,
    /// Its number.
    pub seq: Seq,
    /// The label of the line that sent it.
    pub label: Option<String>,
    /// It is to be shown.
    pub echo: bool,
}

/// A message that is being sent in lines.
pub struct Sending {
    /// What the client calls it.
    pub name: String,
    /// The line that began it.
    pub begin: Line,
    /// Its lines; `true` for one that goes on where the last one ended.
    pub lines: Vec<(String, bool)>,
    /// Bytes of all lines.
    pub bytes: usize,
    /// Its lines are of this kind.
    pub command: Option<String>,
}

enum Held {
    Bytes(Payload, Weight),
    Said(Said),
}

/// One IRC client.
pub struct Session {
    /// What all sessions of the thread share.
    pub state: Rc<IrcState>,
    own: Weak<Self>,
    /// What all doors of the thread share.
    pub hall: Rc<Hall>,
    outbox: Rc<Outbox<IrcWire>>,
    /// Where it waits until it has said who it is.
    porch: RefCell<Option<Rc<Porch<IrcWire>>>>,
    /// Where the client comes from.
    pub address: IpAddr,
    /// It came under TLS.
    pub is_secure: bool,
    /// What it has asked for.
    pub caps: Cell<Caps>,
    /// The version of the negotiation it speaks.
    pub cap_version: Cell<u32>,
    /// Before it is anybody.
    pub stranger: RefCell<Stranger>,
    /// Logging in.
    pub login: RefCell<Login>,
    /// Once it is somebody.
    pub me: RefCell<Option<Box<Me>>>,
    /// What it says of itself.
    pub face: RefCell<Option<Face>>,
    /// Its way to the chat.
    dispatcher: RefCell<Option<Dispatcher>>,
    lines: RefCell<VecDeque<Result<Line, BadLine>>>,
    is_running: Cell<bool>,
    /// Answer lines of a line with a label, until they are all there.
    answers: RefCell<Option<Vec<Reply>>>,
    /// The label of the line that is carried out.
    pub label: RefCell<Option<String>>,
    /// Where the client has read up to, in its own words.
    pub marks: RefCell<Vec<(String, Timestamp)>>,
    /// The answer comes as an event.
    pub comes_later: Cell<bool>,
    /// Whoever waits for an answer, under this id.
    waiting: RefCell<Option<(String, Waiting)>>,
    is_held: Cell<bool>,
    held: RefCell<VecDeque<Held>>,
    held_bytes: Cell<usize>,
    /// Messages whose events are still to come.
    pub mine: RefCell<Vec<Mine>>,
    /// What was said in private and is in no log.
    pub whispers: RefCell<Whispers>,
    /// The last thing it was told of that concerns several channels.
    pub occasion: Cell<u64>,
    /// The message that is being sent in lines.
    pub sending: RefCell<Option<Box<Sending>>>,
    /// The last word of whoever leaves.
    pub last_word: RefCell<Option<String>>,
    is_over: Cell<bool>,
}

/// Who waits for an answer.
enum Waiting {
    Answer(oneshot::Sender<Result<Answer, Problem>>),
    Welcome(oneshot::Sender<UserName>),
}

impl Session {
    /// A client that has just connected.
    #[must_use]
    pub fn new(
        state: Rc<IrcState>,
        hall: Rc<Hall>,
        outbox: Rc<Outbox<IrcWire>>,
        address: IpAddr,
        is_secure: bool,
    ) -> Rc<Self> {
        let porch = Porch::enter(&hall, &outbox);
        Rc::new_cyclic(|own| Self {
            own: Weak::clone(own),
            state,
            hall,
            outbox,
            porch: RefCell::new(Some(porch)),
            address,
            is_secure,
            caps: Cell::default(),
            cap_version: Cell::new(0),
            stranger: RefCell::default(),
            login: RefCell::default(),
            me: RefCell::default(),
            face: RefCell::default(),
            dispatcher: RefCell::default(),
            lines: RefCell::default(),
            is_running: Cell::new(false),
            answers: RefCell::default(),
            label: RefCell::default(),
            marks: RefCell::default(),
            comes_later: Cell::new(false),
            waiting: RefCell::default(),
            is_held: Cell::new(false),
            held: RefCell::default(),
            held_bytes: Cell::new(0),
            mine: RefCell::default(),
            whispers: RefCell::default(),
            occasion: Cell::new(0),
            sending: RefCell::default(),
            last_word: RefCell::default(),
            is_over: Cell::new(false),
        })
    }

    /// Takes a line; it is carried out when its turn comes.
    pub fn take_line(self: &Rc<Self>, line: Result<Line, BadLine>) {
        self.lines.borrow_mut().push_back(line);
        if !self.is_running.replace(true) {
            actix::spawn(Self::run(Rc::clone(self)));
        }
    }

    /// True when no more lines should be read for now.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.lines.borrow().len() >= LINES
    }

    async fn run(self: Rc<Self>) {
        loop {
            let Some(line) = self.lines.borrow_mut().pop_front() else { break };
            if self.is_over.get() {
                break;
            }
            verbs::carry_out(&self, line).await;
            self.release();
            self.outbox.flush();
        }
        self.lines.borrow_mut().shrink_to(0);
        self.is_running.set(false);
        // Whoever held back reads on.
        self.outbox.wake();
    }

    /// The connection is over: nothing reaches it any more and the chat forgets it.
    pub fn end(&self) {
        self.is_over.set(true);
        self.lines.borrow_mut().clear();
        self.waiting.borrow_mut().take();
        self.held.borrow_mut().clear();
        self.porch.borrow_mut().take();
        let Login { person, device, .. } = self.login.take();
        if let Some(person) = person {
            newcomer::forget(&self.hall, &person, device);
        }
        self.depart();
    }

    /// The chat forgets the session; the connection may still have something to read.
    pub fn depart(&self) {
        let Some(dispatcher) = self.dispatcher.borrow_mut().take() else { return };
        let id = dispatcher.session();
        self.hall.worker.unregister(id);
        let reason = self.last_word.borrow().clone().unwrap_or_else(|| "Connection closed".to_owned());
        self.hall.worker.uplink.depart(id, Some(reason.into()));
    }

    /// Its number among the sessions, once it is one.
    #[must_use]
    pub fn id(&self) -> Option<SessionId> {
        self.dispatcher.borrow().as_ref().map(Dispatcher::session)
    }

    /// Its way out.
    pub fn outbox(&self) -> &Rc<Outbox<IrcWire>> {
        &self.outbox
    }

    /// True once the client is welcome.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.me.borrow().is_some()
    }

    /// What the client is called just now.
    #[must_use]
    pub fn nick(&self) -> String {
        match &*self.me.borrow() {
            Some(me) => me.person.name.to_string(),
            None => self.stranger.borrow().nick.clone().unwrap_or_else(|| "*".to_owned()),
        }
    }

    /// Who it is; nobody before it is welcome.
    #[must_use]
    pub fn person(&self) -> Option<Arc<Person>> {
        self.me.borrow().as_ref().map(|me| Arc::clone(&me.person))
    }

    /// How lines begin that say what this client did.
    #[must_use]
    pub fn source(&self) -> String {
        self.person().map_or_else(|| self.nick(), |person| news::source(&(&*person).into()))
    }

    /// True when the client has asked for this.
    #[must_use]
    pub fn has(&self, cap: Caps) -> bool {
        self.caps.get().has(cap)
    }

    /// True in a channel.
    #[must_use]
    pub fn is_in(&self, room: &RoomName) -> bool {
        self.me.borrow().as_ref().is_some_and(|me| me.channels.contains(room))
    }

    /// Other capabilities hold from now on.
    pub fn set_caps(&self, caps: Caps) {
        self.caps.set(caps);
        if let Some(id) = self.id() {
            self.hall.worker.reencode(id, Encoding::Irc(caps.dialect()));
        }
    }

    /// Opens the session in the chat; answers with the name under which it is known there.
    ///
    /// # Errors
    /// When the server is too busy.
    pub async fn open(
        self: &Rc<Self>,
        person: &Arc<Person>,
        origin: crate::domain::person::Origin,
    ) -> Result<UserName, Problem> {
        let id = self.hall.chat.next_session();
        let (sender, receiver) = oneshot::channel();
        *self.waiting.borrow_mut() = Some((String::new(), Waiting::Welcome(sender)));
        *self.dispatcher.borrow_mut() =
            Some(Dispatcher::new(Rc::clone(&self.hall.worker), id, self.hall.rates.clone()));
        let sink: Rc<dyn Sink> = Rc::clone(self) as Rc<dyn Sink>;
        self.porch.borrow_mut().take();
        self.hall.worker.register(id, Encoding::Irc(self.caps.get().dialect()), sink);
        self.hall.worker.uplink.connect(id, self.hall.worker.id, Arc::clone(person), origin)?;
        receiver.await.map_err(|_| Problem::unavailable())
    }

    /// Asks the chat for something and waits for the answer. What comes behind the answer is held until the next
    /// question, or the end of the line.
    ///
    /// # Errors
    /// What it was refused for.
    pub async fn ask(&self, command: Command) -> Result<Answer, Problem> {
        loop {
            self.release();
            let id = self.state.next().to_string();
            let (sender, receiver) = oneshot::channel();
            *self.waiting.borrow_mut() = Some((id.clone(), Waiting::Answer(sender)));
            let request = Request { id: Some(id), command: command.clone() };
            let now = self.hall.worker.clock().now();
            let outcome = self.dispatcher.borrow_mut().as_mut().map(|dispatcher| dispatcher.submit(request, now));
            let answer = match outcome {
                Some(Outcome::Submitted) => {
                    // What was said so far is not kept waiting.
                    self.outbox.flush();
                    receiver.await.unwrap_or_else(|_| Err(Problem::unavailable()))
                }
                Some(Outcome::Refused(refused)) => Err(refused.problem),
                Some(Outcome::Abuse) => {
                    self.say_goodbye("Too many refused lines in a row");
                    Err(Problem::unavailable())
                }
                None => Err(Problem::unavailable()),
            };
            self.waiting.borrow_mut().take();
            // A client that sends too quickly waits: its lines are carried out in order anyway.
            match &answer {
                Err(Problem {
                    code: crate::protocol::error_code::ErrorCode::RateLimited,
                    retry_after: Some(wait),
                    ..
                }) if !self.is_over.get() => {
                    tokio::time::sleep(*wait).await;
                }
                _ => return answer,
            }
        }
    }

    /// Ends the connection with a word.
    pub fn say_goodbye(&self, why: &str) {
        self.last_word.borrow_mut().get_or_insert_with(|| why.to_owned());
        self.is_over.set(true);
        self.outbox.close_with(Some((1000, why)));
    }

    /// The session, to be held by something that takes a while.
    #[must_use]
    pub fn own(&self) -> Option<Rc<Self>> {
        self.own.upgrade()
    }

    /// A line to the client that is no answer.
    pub fn tell(&self, reply: Reply) {
        self.write(reply);
    }

    fn write(&self, mut reply: Reply) {
        let caps = self.caps.get();
        if caps.has(Caps::SERVER_TIME) && !reply.tags.iter().any(|(key, _)| *key == "time") {
            reply.tags.insert(0, ("time", self.hall.worker.clock().now().to_string()));
        }
        let mut text = String::new();
        reply.write(&mut text);
        if self.outbox.push(&Payload::raw(PayloadKind::Text, text.into_bytes()), Weight::Durable) == Pushed::First
            && !self.is_running.get()
        {
            self.outbox.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_session_is_small() {
        assert!(size_of::<Session>() + size_of::<Me>() <= 1536, "{} + {}", size_of::<Session>(), size_of::<Me>());
    }
}
