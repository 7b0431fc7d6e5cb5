//! What the IRC door holds on each worker thread beside what all doors share.

use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::config::DoorsConfig;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;

/// Ends connections for operators; it is asked first whether they may, and written down.
#[async_trait(?Send)]
pub trait Office {
    /// Ends all connections of somebody; answers in words why not.
    async fn kill(&self, who: &str, from: IpAddr, user: UserId, name: &str, reason: &str) -> Result<(), String>;
}

/// What the sessions of this door share.
pub struct IrcState {
    /// The name of the server.
    name: String,
    /// What everybody has to know who connects.
    pub password: Option<SecretString>,
    /// Who becomes an operator: name and password.
    pub oper: Option<(String, SecretString)>,
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
    pub fn new(config: &DoorsConfig, office: Rc<dyn Office>, started: Timestamp) -> Self {
        Self {
            name: config.irc_name.clone(),
            password: config.irc_password.clone(),
            oper: config.irc_oper.clone(),
            office,
            started,
            next: Cell::new(0),
        }
    }

    /// A number that nothing on this thread has had before.
    pub fn next(&self) -> u64 {
        self.next.set(self.next.get() + 1);
        self.next.get()
    }

    /// The name of the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
