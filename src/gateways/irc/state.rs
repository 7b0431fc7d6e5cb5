//! What this door holds on each worker thread.

use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;

use crate::auth::Auth;
use crate::chat::Chat;
use crate::chat::fanout::Worker;
use crate::config::{Config, IrcConfig};
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::gateways::dispatch::Rates;

/// Ends connections for operators; it is asked first whether they may, and written down.
#[async_trait(?Send)]
pub trait Office {
    /// Ends all connections of somebody; answers in words why not.
    async fn kill(&self, who: &str, from: IpAddr, user: UserId, name: &str, reason: &str) -> Result<(), String>;
}

/// Everything a session needs; one per thread, shared by its sessions.
pub struct IrcState {
    /// The settings of this door.
    pub config: IrcConfig,
    /// Who somebody is.
    pub auth: Arc<Auth>,
    /// The chat, for what is asked of it beside the sessions.
    pub chat: Chat,
    /// This thread.
    pub worker: Rc<Worker>,
    /// How often a session may send.
    pub rates: Rates,
    /// For operators.
    pub office: Rc<dyn Office>,
    /// When the server started.
    pub started: Timestamp,
    /// Numbers for what has to be called something.
    next: Cell<u64>,
}

impl IrcState {
    /// As the settings say.
    #[must_use]
    pub fn new(config: &Config, auth: Arc<Auth>, chat: Chat, worker: Rc<Worker>, office: Rc<dyn Office>) -> Self {
        let started = worker.clock().now();
        let rates = Rates::new(&config.limits);
        Self { config: config.irc.clone(), auth, chat, worker, rates, office, started, next: Cell::new(0) }
    }

    /// A number that nothing on this thread has had before.
    pub fn next(&self) -> u64 {
        self.next.set(self.next.get() + 1);
        self.next.get()
    }

    /// The name of the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.config.name
    }
}
