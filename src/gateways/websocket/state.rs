//! What this door holds on each worker thread.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::auth::Auth;
use crate::chat::Chat;
use crate::chat::fanout::Worker;
use crate::config::Config;
use crate::gateways::admission::Admission;
use crate::gateways::dispatch::Rates;

/// Bytes read at once. One buffer serves all connections of a thread: an idle one needs none.
const READ_BYTES: usize = 32 * 1024;

/// Everything a session needs; one per thread, shared by its sessions.
pub struct WebsocketState {
    /// Who somebody is.
    pub auth: Arc<Auth>,
    /// The chat, for what is asked of it beside the sessions.
    pub chat: Chat,
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
    /// Who may connect, and how often.
    pub admission: Arc<Admission>,
    /// Connections of this thread.
    pub open: Cell<usize>,
    /// Most connections of this thread.
    pub max_open: usize,
    /// Where connections read to, each in its turn.
    pub read: RefCell<Box<[u8]>>,
    /// Where frames are joined, each connection in its turn.
    pub joined: RefCell<Vec<u8>>,
}

impl WebsocketState {
    /// As the settings say. Each of so many listeners has as many threads as there are workers.
    #[must_use]
    pub fn new(
        config: &Config,
        auth: Arc<Auth>,
        chat: Chat,
        admission: Arc<Admission>,
        worker: Rc<Worker>,
        listeners: usize,
    ) -> Self {
        Self {
            rates: Rates::new(auth.follow_limits()),
            auth,
            chat,
            worker,
            outbox_bytes: config.limits.outbox_bytes,
            echo_max_bytes: config.limits.echo_max_bytes,
            ping_every: config.heartbeat.interval,
            give_up_after: config.heartbeat.timeout,
            public_origin: config.listen.public_url.as_ref().map(|url| url.origin().to_owned()),
            admission,
            open: Cell::new(0),
            max_open: config.listen.max_connections.div_ceil(config.listen.workers * listeners.max(1)),
            read: RefCell::new(vec![0; READ_BYTES].into()),
            joined: RefCell::default(),
        }
    }
}
