//! What all doors of a thread share, and the places that connections take there.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::auth::Auth;
use crate::chat::Chat;
use crate::chat::fanout::Worker;
use crate::config::{Config, PublicUrl};
use crate::domain::person::Door;
use crate::gateways::admission::{Admission, Permit};
use crate::gateways::dispatch::Rates;
use crate::protocol::error_code::{ErrorCode, Problem};

/// Bytes read at once. One buffer serves all connections of a thread: an idle one needs none.
const READ_BYTES: usize = 32 * 1024;

/// Everything a connection needs; one per thread, shared by its connections, whatever their door.
pub struct Hall {
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
    /// Between two pings.
    pub ping_every: Duration,
    /// Silence after which a connection is given up.
    pub give_up_after: Duration,
    /// Where people reach the server by HTTP, if the settings say so.
    pub public_url: Option<PublicUrl>,
    admission: Arc<Admission>,
    /// Connections of this thread.
    open: Cell<usize>,
    /// Most connections of this thread.
    max_open: usize,
    /// Where connections read to, each in its turn.
    pub(super) read: RefCell<Box<[u8]>>,
    /// Where frames are joined, each connection in its turn.
    pub(super) joined: RefCell<Vec<u8>>,
}

impl Hall {
    /// As the settings say.
    #[must_use]
    pub fn new(config: &Config, auth: Arc<Auth>, chat: Chat, admission: Arc<Admission>, worker: Rc<Worker>) -> Self {
        Self {
            rates: Rates::new(auth.follow_limits()),
            auth,
            chat,
            worker,
            outbox_bytes: config.limits.outbox_bytes,
            ping_every: config.heartbeat.interval,
            give_up_after: config.heartbeat.timeout,
            public_url: config.listen.public_url.clone(),
            admission,
            open: Cell::new(0),
            max_open: config.listen.max_connections.div_ceil(config.listen.workers),
            read: RefCell::new(vec![0; READ_BYTES].into()),
            joined: RefCell::default(),
        }
    }

    /// True when the thread has as many connections as it takes.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.open.get() >= self.max_open
    }

    /// Takes a place for a newcomer, before anything is done for them.
    ///
    /// # Errors
    /// `unavailable` when the server is full; `rate_limited` when this address has too many connections, or opens them
    /// too quickly.
    pub fn knock(self: &Rc<Self>, door: Door, address: IpAddr) -> Result<Place, Problem> {
        self.check_room(door)?;
        let permit = self.admission.handshake(address, self.worker.clock().now())?;
        Ok(Place::new(Rc::clone(self), door, permit))
    }

    /// Refuses when the thread has as many connections as it takes.
    ///
    /// # Errors
    /// `unavailable`
    pub fn check_room(&self, door: Door) -> Result<(), Problem> {
        if self.is_full() {
            log::warn!("a connection was refused at the door {}: max_connections are open", door.as_str());
            let message = "the server has as many connections as it takes; try later";
            return Err(Problem::new(ErrorCode::Unavailable, message));
        }
        Ok(())
    }
}

/// What a connection takes up on its thread and of its address; dropping it gives all of it back.
pub struct Place {
    hall: Rc<Hall>,
    door: Door,
    _permit: Permit,
}

impl Place {
    fn new(hall: Rc<Hall>, door: Door, permit: Permit) -> Self {
        hall.open.set(hall.open.get() + 1);
        hall.worker.metrics().connected(door);
        Self { hall, door, _permit: permit }
    }

    /// Where it is.
    #[must_use]
    pub fn hall(&self) -> &Rc<Hall> {
        &self.hall
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.hall.open.set(self.hall.open.get() - 1);
        self.hall.worker.metrics().disconnected(self.door);
    }
}
