//! The task of a client: connects, carries out what the conversation says, and connects again.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::address::ServerAddress;
use super::backoff::Backoff;
use super::conversation::Conversation;
use super::error::ClientError;
use super::event::Event;
use super::frame::Welcome;
use super::identity::Identity;
use super::request::Request;
use super::socket::{Opened, Socket};
use crate::protocol::encoding::Encoding;

/// A connection that lasted this long was a good one: waiting begins anew after it.
const GOOD: Duration = Duration::from_secs(5);

pub(super) struct Driver {
    pub address: ServerAddress,
    pub identity: Identity,
    pub encoding: Encoding,
    pub backoff: Backoff,
    pub patience: Option<Duration>,
    pub conversation: Conversation<OwnedSemaphorePermit>,
    pub requests: mpsc::Receiver<Request>,
    pub events: mpsc::Sender<Event>,
    /// What the handle has to know.
    pub known: watch::Sender<Known>,
}

/// What a handle has to know of its driver.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What requests beside the connection are made with, once there was one.
    pub token: Option<SecretString>,
    /// Where the server speaks HTTP, if it said so over a line that does not.
    pub http: Option<ServerAddress>,
    /// Why nothing is tried any more.
    pub ended: Option<ClientError>,
}

impl Driver {
    /// Works until nobody wants anything any more, or there is no hope.
    pub async fn run(mut self) {
        let why = self.keep_connected().await;
        self.known.send_modify(|known| known.ended = Some(why.clone()));
        self.conversation.end(&why);
        // From here on whoever asks is told at once.
        self.requests.close();
        while let Some(request) = self.requests.recv().await {
            self.note(request, false);
            self.conversation.end(&why);
        }
        self.tell(Event::Ended(why)).await;
    }

    async fn keep_connected(&mut self) -> ClientError {
        let mut without_since = Instant::now();
        loop {
            let (address, identity, encoding) = (self.address.clone(), self.identity.clone(), self.encoding);
            let opened = async move { Socket::open(&address, identity, encoding).await };
            let why = match self.meanwhile(opened).await {
                Ok(Ok(Opened { socket, welcome, identity, http })) => {
                    if let Identity::Token(token) = &identity {
                        self.known.send_modify(|known| (known.token, known.http) = (Some(token.clone()), http));
                    }
                    self.identity = identity;
                    let opened_at = Instant::now();
                    let why = self.talk(socket, welcome).await;
                    self.conversation.connection_lost();
                    without_since = Instant::now();
                    if opened_at.elapsed() >= GOOD {
                        self.backoff.reset();
                    }
                    why
                }
                Ok(Err(why)) | Err(why) => why,
            };
            if !why.is_passing() {
                return why;
            }
            if let Some(patience) = self.patience.filter(|patience| without_since.elapsed() >= *patience) {
                return ClientError::GaveUp { patience, why: why.to_string() };
            }
            let retry_in = self.backoff.next(why.retry_after());
            log::debug!("no connection, trying again in {retry_in:?}: {why}");
            self.tell(Event::Disconnected { why, retry_in }).await;
            if let Err(why) = self.rest(retry_in).await {
                return why;
            }
        }
    }

    /// Waits for something, and notes what is asked for in the meantime. An error when nobody wants anything any more.
    async fn meanwhile<T>(&mut self, future: impl Future<Output = T>) -> Result<T, ClientError> {
        let mut future = pin!(future);
        loop {
            tokio::select! {
                output = &mut future => return Ok(output),
                request = self.requests.recv() => {
                    // There is a try under way: that is what is asked for.
                    self.note(request.ok_or(ClientError::Stopped)?, false);
                }
            }
        }
    }

    /// Waits so long, unless somebody cannot wait.
    async fn rest(&mut self, span: Duration) -> Result<(), ClientError> {
        let until = Instant::now() + span;
        loop {
            tokio::select! {
                () = sleep_until(until) => return Ok(()),
                request = self.requests.recv() => {
                    if self.note(request.ok_or(ClientError::Stopped)?, false) {
                        return Ok(());
                    }
                }
            }
        }
    }

    async fn talk(&mut self, mut socket: Socket, welcome: Welcome) -> ClientError {
        self.tell(Event::Connected { user: welcome.user }).await;
        loop {
            while let Some(command) = self.conversation.next(std::time::Instant::now()) {
                if let Err(why) = socket.send(&command).await {
                    return why;
                }
            }
            while let Some(event) = self.conversation.news() {
                self.tell(event).await;
            }
            let wakes_at = self.conversation.wakes_at();
            tokio::select! {
                frame = socket.next() => {
                    let taken = frame.and_then(|frame| self.conversation.take(frame, std::time::Instant::now()));
                    if let Err(why) = taken {
                        return why;
                    }
                }
                request = self.requests.recv() => {
                    let Some(request) = request else {
                        socket.close().await;
                        return ClientError::Stopped;
                    };
                    if self.note(request, true) {
                        // Nobody may be there to hear a goodbye.
                        return ClientError::Lost { why: "connecting afresh".to_owned(), retry_after: Some(Duration::ZERO) };
                    }
                }
                () = sleep_until(wakes_at.map_or_else(Instant::now, Instant::from_std)), if wakes_at.is_some() => {}
            }
        }
    }

    /// True when the connection is to be given up, or the wait for the next one.
    fn note(&mut self, request: Request, is_connected: bool) -> bool {
        match request {
            Request::Join { room, options, waiter } => self.conversation.join(room, options, waiter),
            Request::Leave { room } => self.conversation.leave(room),
            Request::Send { letter, parcel } => self.conversation.send(letter, parcel),
            Request::Withdraw { nonce } => self.conversation.withdraw(&nonce),
            Request::Ask { room, page, waiter } => self.conversation.ask(room, page, waiter),
            Request::Command { command, waiter } => self.conversation.command(command, waiter),
            // Without a connection it is of no use.
            Request::Tell { command } if is_connected => self.conversation.tell(command),
            Request::Tell { .. } => {}
            Request::Reconnect => return true,
        }
        false
    }

    /// Waits while the queue of events is full: then nothing more is read, and the server holds back in turn.
    async fn tell(&mut self, event: Event) {
        // Whoever does not listen to events has dropped them.
        let _ = self.events.send(event).await;
    }
}
