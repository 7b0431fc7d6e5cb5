//! What this door holds on each worker thread, and on each connection.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::{SockRef, Socket};

use crate::auth::Auth;
use crate::chat::Chat;
use crate::chat::fanout::Worker;
use crate::config::Config;
use crate::gateways::dispatch::Rates;

/// Everything a session needs; one per thread, shared by its sessions.
pub struct WebsocketState {
    /// Who somebody is.
    pub auth: Arc<Auth>,
    /// The chat. One address per thread: the bound of the server's mailbox counts per clone of it.
    pub chat: Rc<Chat>,
    /// This thread.
    pub worker: Rc<Worker>,
    /// How often a session may send.
    pub rates: Rates,
    /// Bytes that may wait for one connection.
    pub outbox_bytes: usize,
    /// Longest message of `/ws/echo`.
    pub echo_max_bytes: usize,
    /// Between two pings.
    pub ping_every: Duration,
    /// Silence after which a connection is given up.
    pub give_up_after: Duration,
    /// The origin under which people reach the server, where a proxy stands before it.
    pub public_origin: Option<String>,
}

impl WebsocketState {
    /// As the settings say.
    #[must_use]
    pub fn new(config: &Config, auth: Arc<Auth>, chat: Chat, worker: Rc<Worker>) -> Self {
        Self {
            auth,
            chat: Rc::new(chat),
            worker,
            rates: Rates::new(&config.limits),
            outbox_bytes: config.limits.outbox_bytes,
            echo_max_bytes: config.limits.echo_max_bytes,
            ping_every: config.heartbeat.interval,
            give_up_after: config.heartbeat.timeout,
            public_origin: config.listen.public_url.as_ref().map(|url| url.origin().to_owned()),
        }
    }
}

/// A second handle to the socket of a connection. The HTTP dispatcher stops asking a session for output while its
/// client does not read, so a session can neither notice nor end that by itself: the connection is cut from outside.
#[derive(Clone)]
pub struct Line(Rc<Socket>);

impl Line {
    /// Ends the connection at once, in both directions.
    pub fn cut(&self) {
        // It may have ended by itself.
        let _ = self.0.shutdown(std::net::Shutdown::Both);
    }
}

/// Keeps the second handle; for `HttpServer::on_connect`.
pub fn keep_socket(connection: &dyn Any, data: &mut Extensions) {
    if let Some(stream) = connection.downcast_ref::<TcpStream>()
        && let Ok(socket) = SockRef::from(stream).try_clone()
    {
        data.insert(Line(Rc::new(socket)));
    }
}
