//! One connection's side of handing files over: what its client sends is checked here, and what is for its client is given
//! out here, when there is room.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Context;

use bytes::Bytes;

use super::exchange::{CREDIT, Course, Offer};
use super::{Exchange, Mail, Mailbox};
use crate::chat::fanout::{Sink, Weight};
use crate::domain::file_name;
use crate::domain::ids::UserId;
use crate::domain::name::UserName;
use crate::domain::person::Person;
use crate::gateways::stream::{Hall, Outbox};
use crate::gateways::tcp::inside::file_word;
use crate::gateways::tcp::wire::TcpWire;
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::encode;
use crate::protocol::encoding::Encoding;
use crate::protocol::error_code::{ErrorCode, Problem, bad_name};
use crate::protocol::file_word::{CHUNK_BYTES, ChunkData, FileWord};
use crate::protocol::framed;
use crate::protocol::tcp_v1::own_id;

/// The side of one connection.
pub struct Desk {
    exchange: Arc<Exchange>,
    /// `None` for guests: files go between accounts.
    user: Option<UserId>,
    mailbox: Arc<Mailbox>,
    encoding: Encoding,
    outbox: Rc<Outbox<TcpWire>>,
    /// What the client is sending; seldom anything.
    sending: Option<HashMap<u64, Sending>>,
}

/// A file on its way out of the client.
struct Sending {
    course: Arc<Course>,
    /// The number of the next chunk.
    next: u32,
    /// Bytes that have come, those that were there before included.
    sent: u64,
    credit: u32,
}

impl Desk {
    /// Nothing lies on it, and nobody knows of it; [`open`](Self::open) follows.
    pub fn new(exchange: &Arc<Exchange>, person: &Person, encoding: Encoding, outbox: Rc<Outbox<TcpWire>>) -> Self {
        let user = (!person.is_guest()).then_some(person.id);
        let (exchange, mailbox) = (Arc::clone(exchange), Arc::default());
        Self { exchange, user, mailbox, encoding, outbox, sending: None }
    }

    /// From now on files can be handed over here.
    pub fn open(&self) {
        if let Some(user) = self.user {
            self.exchange.enter(user, &self.mailbox);
        }
    }

    /// The connection is over.
    pub fn close(&mut self) {
        self.mailbox.close();
        if let Some(user) = self.user {
            self.exchange.leave(user, &self.mailbox);
        }
        self.sending = None;
    }

    /// Takes a word of the client.
    ///
    /// # Errors
    /// When it makes no sense, or is not allowed.
    pub fn take(&mut self, word: FileWord, hall: &Rc<Hall>, person: &Arc<Person>) -> Result<(), Problem> {
        let Some(user) = self.user else {
            return Err(Problem::new(ErrorCode::Forbidden, "guests hand over no files; log in"));
        };
        match word {
            FileWord::FileTransferRequest { filename, size, sha256, to, id, .. } => {
                let to = to.unwrap_or_default();
                let to = UserName::parse(&to).map_err(|error| bad_name("to", &error))?;
                let filename = file_name::clean(&filename);
                let filename = filename.map_err(|error| Problem::field("filename", format!("`filename`: {error}")))?;
                let request = Asked { to, filename, size, sha256: checked(sha256)?, id };
                self.ask(request, hall, person);
                Ok(())
            }
            FileWord::FileTransferResponse { transfer_id, accept, offset, .. } => {
                self.exchange.answer(user, &self.mailbox, transfer_id, accept.then_some(offset))
            }
            FileWord::FileChunk { transfer_id, chunk_id, data } => self.chunk(transfer_id, chunk_id, &data.decode()?),
            FileWord::FileTransferCredit { .. } => {
                Err(Problem::field("type", "credit is given by the server; send FileChunk while you have some"))
            }
            FileWord::FileTransferComplete { transfer_id, success, message } => {
                self.complete(transfer_id, success, message)
            }
        }
    }

    /// Finds out whether the person may write to whom the file is for: so do they hand over files. Tells the client if not.
    fn ask(&self, asked: Asked, hall: &Rc<Hall>, person: &Arc<Person>) {
        let (hall, person, exchange) = (Rc::clone(hall), Arc::clone(person), Arc::clone(&self.exchange));
        let (mailbox, outbox, encoding) = (Arc::clone(&self.mailbox), Rc::clone(&self.outbox), self.encoding);
        let id = asked.id.clone();
        actix::spawn(async move {
            let offered = match find(&hall, &person, asked).await {
                Ok(offer) => exchange.offer(&mailbox, offer),
                Err(problem) => Err(problem),
            };
            if let Err(problem) = offered {
                let id = if encoding == Encoding::TcpV1 { id.map(|id| own_id(&id)) } else { id };
                outbox.send(&encode::problem(id.as_deref(), &problem, encoding), Weight::Durable);
            }
        });
    }

    /// Takes a piece of a file.
    ///
    /// # Errors
    /// When it is not the next one, too long, or not paid for; then the transfer is over.
    pub fn chunk(&mut self, transfer: u64, number: u32, data: &[u8]) -> Result<(), Problem> {
        let Some(sending) = self.sending.as_mut().and_then(|sending| sending.get_mut(&transfer)) else {
            return Err(Problem::field("transfer_id", "there is no such transfer of yours under way"));
        };
        let sent = sending.sent + data.len() as u64;
        let why = if data.is_empty() || data.len() > CHUNK_BYTES {
            Some(format!("a chunk has 1 to {CHUNK_BYTES} bytes"))
        } else if number != sending.next {
            Some(format!("chunk {} was due", sending.next))
        } else if sending.credit == 0 {
            Some("there was no credit for this chunk; wait for FileTransferCredit".to_owned())
        } else if sent > sending.course.size {
            Some("the file has more bytes than was said".to_owned())
        } else {
            None
        };
        if let Some(why) = why {
            self.exchange.fail(transfer, &why);
            self.forget(transfer);
            return Err(Problem::new(ErrorCode::BadRequest, why));
        }
        sending.next += 1;
        sending.sent = sent;
        sending.credit -= 1;
        let frame = Bytes::from(framed::chunk(transfer, number, data));
        sending.course.to.put(Mail::Chunk { frame, course: Arc::clone(&sending.course) });
        Ok(())
    }

    fn complete(&mut self, transfer: u64, success: bool, message: Option<String>) -> Result<(), Problem> {
        let sending = self.sending.as_ref().and_then(|sending| sending.get(&transfer));
        if let Some(sending) = sending.filter(|_| success) {
            if sending.sent < sending.course.size {
                let message = "not all bytes were sent; send the rest, or `success` false to give it up";
                return Err(Problem::new(ErrorCode::BadRequest, message));
            }
            // Behind the last chunk. Whether all is well is for the receiver to say.
            let word = FileWord::FileTransferComplete { transfer_id: transfer, success: true, message: None };
            sending.course.to.put(Mail::Word(word));
            return Ok(());
        }
        self.exchange.complete(&self.mailbox, transfer, success, message)?;
        self.forget(transfer);
        Ok(())
    }

    fn forget(&mut self, transfer: u64) {
        if let Some(sending) = &mut self.sending {
            sending.remove(&transfer);
            if sending.is_empty() {
                self.sending = None;
            }
        }
    }

    /// True when something is there for the client; the task is woken when something comes.
    #[must_use]
    pub fn listen(&self, task: &Context<'_>) -> bool {
        self.mailbox.listen(task.waker())
    }

    /// Gives out what is there, as far as there is room; `true` when there is more.
    pub fn give_out(&mut self) -> bool {
        while self.outbox.has_room() {
            match self.mailbox.take() {
                Some(mail) => self.give(mail),
                None => return false,
            }
        }
        true
    }

    fn give(&mut self, mail: Mail) {
        match mail {
            Mail::Word(word) => self.say(&word),
            Mail::Over(word) => {
                let (FileWord::FileTransferComplete { transfer_id, .. }
                | FileWord::FileTransferResponse { transfer_id, .. }) = &word
                else {
                    return;
                };
                self.forget(*transfer_id);
                self.say(&word);
            }
            Mail::Taken { course, offset, id } => {
                let transfer_id = course.transfer;
                let sending = Sending { course, next: 0, sent: offset, credit: CREDIT };
                self.sending.get_or_insert_default().insert(transfer_id, sending);
                let credit = Some(CREDIT);
                self.say(&FileWord::FileTransferResponse { transfer_id, accept: true, offset, credit, id });
            }
            Mail::Chunk { frame, course } => self.give_chunk(frame, course),
            Mail::Credit { transfer } => {
                if let Some(sending) = self.sending.as_mut().and_then(|sending| sending.get_mut(&transfer)) {
                    sending.credit += 1;
                    self.say(&FileWord::FileTransferCredit { transfer_id: transfer, chunks: 1 });
                }
            }
        }
    }

    fn give_chunk(&self, frame: Bytes, course: Arc<Course>) {
        let Some((transfer_id, chunk_id, data)) = framed::read_chunk(&frame[framed::HEADER..]) else { return };
        let bytes = data.len();
        if self.encoding == Encoding::TcpV1 {
            self.say(&FileWord::FileChunk { transfer_id, chunk_id, data: ChunkData::encode(data) });
        } else {
            self.outbox.put_raw(frame);
        }
        self.exchange.relayed(bytes);
        let wait = course.gave(bytes, self.exchange.now());
        let pay = move || course.from.put(Mail::Credit { transfer: course.transfer });
        if wait.is_zero() {
            return pay();
        }
        actix::spawn(async move {
            tokio::time::sleep(wait).await;
            pay();
        });
    }

    fn say(&self, word: &FileWord) {
        self.outbox.put_raw(file_word(word, self.encoding));
    }
}

/// What a client has asked for, checked.
struct Asked {
    to: UserName,
    filename: String,
    size: u64,
    sha256: Option<String>,
    id: Option<String>,
}

fn checked(sha256: Option<String>) -> Result<Option<String>, Problem> {
    let is_good = |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match sha256 {
        Some(text) if !is_good(&text) => Err(Problem::field("sha256", "`sha256` must be 64 hexadecimal digits")),
        text => Ok(text.map(|text| text.to_ascii_lowercase())),
    }
}

/// Whoever may write to somebody may hand them a file. The chat decides, as it does for a message.
async fn find(hall: &Hall, person: &Arc<Person>, asked: Asked) -> Result<Offer, Problem> {
    let Asked { to, filename, size, sha256, id } = asked;
    let other = hall.auth.account_named(&to).await.map_err(|_| Problem::unavailable())?;
    let other = other.ok_or_else(|| Problem::new(ErrorCode::NotFound, format!("there is nobody called {to}")))?;
    let opened = hall.chat.ask(Arc::clone(person), Command::Direct { others: vec![other.id] }).await?;
    let Answer::Room { room, .. } = opened else { return Err(Problem::unavailable()) };
    let Answer::Look(look) = hall.chat.ask(Arc::clone(person), Command::Look { room }).await? else {
        return Err(Problem::unavailable());
    };
    look.may_post?;
    let from = person.name.to_string();
    Ok(Offer { sender: person.id, from, receiver: other.id, filename, size, sha256, id })
}
