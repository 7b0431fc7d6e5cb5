//! Somebody who is in: what they say in either version, and the files they hand over.

use std::rc::Rc;
use std::sync::Arc;
use std::task::Context;

use super::files::{Desk, Exchange};
use super::splitter::Frame;
use super::wire::{self, TcpWire};
use crate::chat::fanout::{Sink, Weight};
use crate::chat::turn::Closing;
use crate::domain::ids::DeviceId;
use crate::domain::name::RoomName;
use crate::domain::permission::LOBBY;
use crate::domain::person::Person;
use crate::gateways::dispatch::Sent;
use crate::gateways::stream::direct::{self, DirectMessage};
use crate::gateways::stream::{Session, newcomer};
use crate::protocol::command::{Command, Request};
use crate::protocol::decode::Refused;
use crate::protocol::encode;
use crate::protocol::encoding::{Body, Encoding};
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::protocol::file_word::FileWord;
use crate::protocol::framed::{Kind, read_chunk};
use crate::protocol::tcp_v1::{self, Addressee, Word};
use crate::protocol::tcp_v1_reply as reply;

const QUIT: Closing = Closing { code: 1000, reason: "bye" };

/// One session.
pub struct Inside {
    session: Session<TcpWire>,
    person: Arc<Person>,
    login: Option<DeviceId>,
    desk: Desk,
}

impl Inside {
    /// A session that has been opened.
    pub fn new(
        session: Session<TcpWire>,
        person: Arc<Person>,
        login: Option<DeviceId>,
        exchange: &Arc<Exchange>,
    ) -> Self {
        let desk = Desk::new(exchange, &person, session.encoding(), Rc::clone(session.outbox()));
        Self { session, person, login, desk }
    }

    /// What happens without being asked for: in version 1 somebody is in the lobby, and hears what is written to them.
    pub fn begin(&mut self) {
        self.desk.open();
        if self.session.encoding() == Encoding::TcpV1 {
            direct::listen(self.session.hall(), self.session.id(), &self.person);
            self.join(RoomName::trusted(LOBBY.to_owned()), None, false, None);
        }
    }

    /// Takes one frame.
    pub fn take(&mut self, frame: Frame<'_>) {
        match self.session.encoding() {
            Encoding::Framed(body, _) => self.take_two(body, frame),
            _ => match tcp_v1::read(frame.body) {
                Ok(word) => self.take_one(word),
                Err(refused) => self.refuse(refused),
            },
        }
    }

    fn take_two(&mut self, body: Body, Frame { kind, body: bytes }: Frame<'_>) {
        match (kind, body) {
            (Kind::Chat, Body::MsgPack) => self.session.take(Sent::Binary(bytes)),
            (Kind::Chat, Body::Json) => match std::str::from_utf8(bytes) {
                Ok(text) => self.session.take(Sent::Text(text)),
                Err(_) => self.refuse_plainly(Problem::new(ErrorCode::BadRequest, "this is no UTF-8")),
            },
            (Kind::File, Body::Json) => self.read_file_word(FileWord::from_json(bytes)),
            (Kind::File, Body::MsgPack) => self.read_file_word(FileWord::from_msgpack(bytes)),
            (Kind::Chunk, _) => match read_chunk(bytes) {
                Some((transfer, number, data)) => {
                    let taken = self.desk.chunk(transfer, number, data);
                    self.taken(taken);
                }
                None => self
                    .refuse_plainly(Problem::new(ErrorCode::BadRequest, "a chunk begins with twelve bytes of its own")),
            },
            (Kind::Ping, _) => self.session.outbox().put_raw(wire::pong()),
            (Kind::Pong, _) => {}
            (Kind::Close, _) => self.session.outbox().close(QUIT),
        }
    }

    fn take_one(&mut self, word: Word) {
        match word {
            Word::Say { to: Addressee::Person(to), text, nonce, id } => {
                self.say_to(DirectMessage { to, text, nonce, id });
            }
            Word::Say { to, text, nonce, id } => {
                let room = match to {
                    Addressee::Room(room) => Some(room),
                    _ => self.here(),
                };
                match room {
                    Some(room) => self.submit(id, Command::Send { room, text, nonce, reply_to: None }),
                    None => self.refuse(Refused { id, problem: nowhere() }),
                }
            }
            Word::Join { room, after, create, key } => self.join(room, after, create, key),
            Word::Leave { room } => {
                self.session.outbox().wire().rooms.leave(&room);
                self.submit(None, Command::Leave { room });
            }
            Word::List { room } => match room.or_else(|| self.here()) {
                Some(room) => self.submit(None, Command::Members { room }),
                None => self.refuse_plainly(nowhere()),
            },
            Word::Status(status) => self.submit(None, Command::Presence { status, auto: false }),
            Word::Ping => self.submit(None, Command::Ping),
            Word::Pong => {}
            Word::File(word) => self.take_file_word(word),
            Word::Login(_) | Word::Hello(_) => {
                let message = "you are in already; open another connection to be somebody else";
                self.refuse_plainly(Problem::new(ErrorCode::Conflict, message));
            }
        }
    }

    /// The room that was joined last.
    fn here(&self) -> Option<RoomName> {
        self.session.outbox().wire().rooms.current()
    }

    /// A join is believed at once, so that a message may follow without waiting; its id takes it back when it is refused.
    fn join(&mut self, room: RoomName, after: Option<u64>, create: bool, key: Option<String>) {
        let id = self.session.outbox().wire().rooms.enter(&room);
        self.submit(Some(id), Command::Join { room: room.clone(), after, create, key });
        self.submit(Some(reply::FOLLOW_UP.to_owned()), Command::Members { room });
    }

    fn submit(&mut self, id: Option<String>, command: Command) {
        self.session.submit(Request { id, command });
    }

    fn say_to(&mut self, message: DirectMessage) {
        let now = self.session.hall().worker.clock().now();
        if let Err(problem) = self.session.dispatcher().spend_message(now) {
            return self.refuse(Refused { id: message.id, problem });
        }
        let (hall, outbox) = (Rc::clone(self.session.hall()), Rc::clone(self.session.outbox()));
        let (person, session, id) = (Arc::clone(&self.person), self.session.id(), message.id.clone());
        actix::spawn(async move {
            if let Err(problem) = direct::send(&hall, session, person, message).await {
                outbox.send(&reply::problem(id.as_deref(), &problem), Weight::Durable);
            }
        });
    }

    fn read_file_word(&mut self, word: Result<FileWord, Problem>) {
        match word {
            Ok(word) => self.take_file_word(word),
            Err(problem) => self.refuse_plainly(problem),
        }
    }

    fn take_file_word(&mut self, word: FileWord) {
        if let FileWord::FileTransferRequest { id, .. } = &word {
            let now = self.session.hall().worker.clock().now();
            // Asking costs as much as a message does.
            if let Err(problem) = self.session.dispatcher().spend_message(now) {
                return self.refuse(Refused { id: id.as_ref().map(|id| tcp_v1::own_id(id)), problem });
            }
        }
        let taken = self.desk.take(word, self.session.hall(), &self.person);
        self.taken(taken);
    }

    fn taken(&mut self, taken: Result<(), Problem>) {
        if let Err(problem) = taken {
            self.refuse_plainly(problem);
        }
    }

    fn refuse_plainly(&mut self, problem: Problem) {
        self.refuse(Refused { id: None, problem });
    }

    fn refuse(&mut self, mut refused: Refused) {
        if self.session.encoding() != Encoding::TcpV1 {
            refused.id = tcp_v1::shown_id(refused.id.as_deref()).map(str::to_owned).or(refused.id);
        }
        let outcome = self.session.dispatcher().refuse(refused);
        self.session.finish(outcome);
    }

    /// Somebody may have put something on the desk.
    pub fn listen_for_files(&mut self, task: &mut Context<'_>) {
        if self.desk.listen(task) && self.session.outbox().is_welcomed() {
            self.session.outbox().wish_to_catch_up();
        }
    }

    /// Gives out what waits, as far as there is room: of the chat first. `true` when there is more.
    pub fn catch_up(&mut self) -> bool {
        let chat = self.session.catch_up();
        // A file that waits is offered after the welcome, which says to whom.
        (self.session.outbox().is_welcomed() && self.desk.give_out()) || chat
    }

    /// It is over.
    pub fn end(&mut self) {
        self.desk.close();
        self.session.end();
        newcomer::forget(self.session.hall(), &self.person, self.login.take());
    }
}

fn nowhere() -> Problem {
    Problem::field("room", "you are in no room; send Join first, or name a `room`")
}

/// A word about a file, as it goes over the wire of this session.
#[must_use]
pub fn file_word(word: &FileWord, encoding: Encoding) -> bytes::Bytes {
    match encoding {
        Encoding::Framed(body, packing) => encode::in_frame(Kind::File, body, packing, word).framed().clone(),
        _ => reply::write(word).framed().clone(),
    }
}
