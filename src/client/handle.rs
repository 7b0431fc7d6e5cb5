//! The handle of a client, and how it is started.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use super::address::ServerAddress;
use super::backoff::{Backoff, Waits};
use super::command::Command;
use super::conversation::Conversation;
use super::driver::{Driver, Known};
use super::error::ClientError;
use super::event::{Event, Page, Sent};
use super::http::{self, Call};
use super::identity::Identity;
use super::outbox::{Letter, Outbox};
use super::random::Random;
use super::request::{PageOf, Parcel, Request};
use super::room_view::JoinOptions;
use crate::domain::ids::Seq;
use crate::domain::limits;
use crate::domain::name::RoomName;
use crate::domain::text::MessageText;
use crate::protocol::encoding::Encoding;

/// How a client behaves. The defaults are good for programs that talk.
#[derive(Debug, Clone)]
pub struct Settings {
    /// JSON or MessagePack.
    pub encoding: Encoding,
    /// Where the server speaks HTTP, for a line of framed TCP: [`Client::call`] needs it. A server may say it itself.
    pub http: Option<ServerAddress>,
    /// How long to wait between tries to connect.
    pub waits: Waits,
    /// After how long without a connection to give up; `None` for never.
    pub patience: Option<Duration>,
    /// How many messages may wait for their acknowledgement.
    pub outbox: usize,
    /// How many of them may be on their way at a time. With one, messages are stored in the order in which they were
    /// given. With more, one that the server refuses for the moment may be overtaken.
    pub window: usize,
    /// How many events may wait to be read. When it is full, nothing more is read from the server.
    pub events: usize,
    /// Chance, for waits and nonces.
    pub random: Random,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            encoding: Encoding::Json,
            http: None,
            waits: Waits::default(),
            patience: None,
            outbox: 256,
            window: 1,
            events: 1024,
            random: Random::from_system(),
        }
    }
}

/// A client. Cheap to clone; the connection ends when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Client {
    requests: mpsc::Sender<Request>,
    places: Arc<Semaphore>,
    address: Arc<ServerAddress>,
    http: Option<Arc<ServerAddress>>,
    known: watch::Receiver<Known>,
}

/// What belongs to a message beside its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enclosed {
    /// The message that it answers.
    pub reply_to: Option<Seq>,
    /// The name of this message, 1 to 64 bytes, by which its event is known again and by which it can be withdrawn. It
    /// has to be another one each time; `None` for one that the client makes.
    pub nonce: Option<String>,
}

/// What a client hears, in order. Read it in a task of its own, or drop it: while it is full the client stands still.
#[derive(Debug)]
pub struct Events(mpsc::Receiver<Event>);

impl Events {
    /// The next event; `None` after [`Event::Ended`].
    pub async fn next(&mut self) -> Option<Event> {
        self.0.recv().await
    }
}

/// A message on its way.
#[derive(Debug)]
pub struct Receipt(oneshot::Receiver<Result<Sent, ClientError>>);

impl Receipt {
    /// Waits until the server has stored the message, over however many connections.
    ///
    /// # Errors
    /// When the server refused it for good, or the client has ended before.
    pub async fn acked(self) -> Result<Sent, ClientError> {
        self.0.await.unwrap_or(Err(ClientError::Stopped))
    }
}

impl Client {
    /// Starts a client in the present tokio runtime. It connects by itself; [`Event::Connected`] tells when.
    #[must_use]
    pub fn start(address: ServerAddress, identity: Identity, mut settings: Settings) -> (Self, Events) {
        let (requests, asked) = mpsc::channel(64);
        let (told, events) = mpsc::channel(settings.events.max(1));
        let nonces = format!("{:016x}{:016x}", settings.random.number(), settings.random.number());
        let (learned, known) = watch::channel(Known::default());
        let client_address = Arc::new(address.clone());
        let http = settings.http.map(Arc::new);
        let driver = Driver {
            address,
            identity,
            known: learned,
            encoding: settings.encoding,
            patience: settings.patience,
            conversation: Conversation::new(Outbox::new(nonces, settings.window)),
            backoff: Backoff::new(settings.waits, settings.random),
            requests: asked,
            events: told,
        };
        tokio::spawn(driver.run());
        let places = Arc::new(Semaphore::new(settings.outbox.max(1)));
        (Self { requests, places, address: client_address, http, known }, Events(events))
    }

    /// Listens to a room, now and after each new connection; answers with the end of its log.
    ///
    /// # Errors
    /// When the server refuses, or the client has ended.
    pub async fn join(&self, room: &str, options: JoinOptions) -> Result<Seq, ClientError> {
        let room = room_name(room)?;
        let (waiter, answer) = oneshot::channel();
        self.request(Request::Join { room, options, waiter }).await?;
        answer.await.unwrap_or(Err(ClientError::Stopped))
    }

    /// Stops listening to a room.
    ///
    /// # Errors
    /// When the client has ended.
    pub async fn leave(&self, room: &str) -> Result<(), ClientError> {
        self.request(Request::Leave { room: room_name(room)? }).await
    }

    /// Gives a message to the outbox; waits while that is full. The receipt tells when it is stored.
    ///
    /// # Errors
    /// When no server would take it, or the client has ended.
    pub async fn send(&self, room: &str, text: &str) -> Result<Receipt, ClientError> {
        self.send_with(room, text, Enclosed::default()).await
    }

    /// As [`Self::send`], with what belongs to the message.
    ///
    /// # Errors
    /// As of [`Self::send`].
    pub async fn send_with(&self, room: &str, text: &str, enclosed: Enclosed) -> Result<Receipt, ClientError> {
        let letter = letter(room, text, enclosed)?;
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| ClientError::Stopped)?;
        let (waiter, answer) = oneshot::channel();
        self.request(Request::Send { letter, parcel: Parcel { waiter, place } }).await?;
        Ok(Receipt(answer))
    }

    /// Takes a message back that has not gone out; its receipt then says so. One that is on its way stays.
    ///
    /// # Errors
    /// When the client has ended.
    pub async fn withdraw(&self, nonce: &str) -> Result<(), ClientError> {
        self.request(Request::Withdraw { nonce: nonce.to_owned() }).await
    }

    /// As [`Self::send`], for those who cannot wait.
    ///
    /// # Errors
    /// Also when the outbox is full.
    pub fn try_send(&self, room: &str, text: &str) -> Result<Receipt, ClientError> {
        let letter = letter(room, text, Enclosed::default())?;
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| ClientError::OutboxFull)?;
        let (waiter, answer) = oneshot::channel();
        let request = Request::Send { letter, parcel: Parcel { waiter, place } };
        self.requests.try_send(request).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => ClientError::OutboxFull,
            mpsc::error::TrySendError::Closed(_) => self.ended(),
        })?;
        Ok(Receipt(answer))
    }

    /// Reads a page of a room's log. The room need not be joined.
    ///
    /// # Errors
    /// When the server refuses, or the client has ended.
    pub async fn history(&self, room: &str, page: PageOf) -> Result<Page, ClientError> {
        let (waiter, answer) = oneshot::channel();
        self.request(Request::Ask { room: room_name(room)?, page, waiter }).await?;
        answer.await.unwrap_or(Err(ClientError::Stopped))
    }

    /// Asks for something else, over the connection and however many follow; answers with the fields of the `ack`.
    ///
    /// # Errors
    /// When the server refuses, or the client has ended.
    pub async fn ask(&self, command: Command) -> Result<Map<String, Value>, ClientError> {
        let (waiter, answer) = oneshot::channel();
        self.request(Request::Command { command, waiter }).await?;
        answer.await.unwrap_or(Err(ClientError::Stopped))
    }

    /// Says something that nobody waits for, if there is a connection.
    ///
    /// # Errors
    /// When the client has ended.
    pub async fn tell(&self, command: Command) -> Result<(), ClientError> {
        self.request(Request::Tell { command }).await
    }

    /// Makes a request of the REST interface, as whom the connection is. Waits for the first connection.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached, or the client has ended; over framed TCP when nobody has said where the
    /// server speaks HTTP.
    pub async fn call(&self, call: &Call) -> Result<Value, ClientError> {
        let mut known = self.known.clone();
        let is_told = |known: &Known| known.token.is_some() || known.ended.is_some();
        let (token, told) = {
            let told = known.wait_for(is_told).await.map_err(|_| ClientError::Stopped)?;
            (told.token.clone(), told.http.clone())
        };
        if token.is_none() {
            return Err(self.ended());
        }
        let given = self.http.as_deref().or(told.as_ref());
        let own = (!self.address.is_framed()).then_some(&*self.address);
        let address = own.or(given).ok_or_else(|| ClientError::NoHttp { address: self.address.to_string() })?;
        http::call(address, token.as_ref(), call).await?.accepted()
    }

    /// Connects afresh, now: for those who know that the line is another one, say after the machine has slept.
    ///
    /// # Errors
    /// When the client has ended.
    pub async fn reconnect(&self) -> Result<(), ClientError> {
        self.request(Request::Reconnect).await
    }

    async fn request(&self, request: Request) -> Result<(), ClientError> {
        self.requests.send(request).await.map_err(|_| self.ended())
    }

    /// Why nothing is done any more.
    fn ended(&self) -> ClientError {
        self.known.borrow().ended.clone().unwrap_or(ClientError::Stopped)
    }
}

fn letter(room: &str, text: &str, enclosed: Enclosed) -> Result<Letter, ClientError> {
    let Enclosed { reply_to, nonce } = enclosed;
    Ok(Letter { room: room_name(room)?, text: checked(text)?, reply_to, nonce })
}

/// The name as the server shows it, so that its events are known again.
fn room_name(text: &str) -> Result<String, ClientError> {
    RoomName::parse_existing(text)
        .map(|name| name.to_string())
        .map_err(|error| ClientError::BadName(format!("{text:?} is no name of a room: {error}")))
}

/// Refuses here what would only come back as a refusal, or close the connection again and again.
fn checked(text: &str) -> Result<Arc<str>, ClientError> {
    let text = MessageText::parse(text).map_err(|error| ClientError::BadText(error.to_string()))?;
    // Beside the text a frame has a room, a nonce and an id.
    let written = serde_json::to_string(text.as_str()).map_or(usize::MAX, |json| json.len());
    if written > limits::FRAME_BYTES - 1024 {
        return Err(ClientError::TooLarge);
    }
    Ok(text.as_str().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_server_would_take_does_not_go_out() {
        assert_eq!(checked("hi").as_deref(), Ok("hi"));
        assert!(matches!(checked(" \n "), Err(ClientError::BadText(_))));
        assert!(matches!(checked(&"x".repeat(limits::TEXT_BYTES + 1)), Err(ClientError::BadText(_))));
        // Each of these is six bytes of JSON.
        assert_eq!(checked(&format!("x{}", "\u{1}".repeat(limits::TEXT_BYTES - 1))), Err(ClientError::TooLarge));
        assert_eq!(room_name(" #Lobby ").as_deref(), Ok("lobby"));
        assert!(room_name("a b").is_err());
    }
}
