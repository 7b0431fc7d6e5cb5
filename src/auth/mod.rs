//! Who somebody is: passwords, devices, tokens, guests, throttling. Every door asks [`Auth`]; none of them decides.

pub mod accounts;
pub mod bots;
pub mod cookie;
pub mod devices;
pub mod error;
pub mod forwarded;
pub mod guest;
pub mod house;
pub mod identify;
pub mod invites;
mod jwks;
pub mod jwt;
mod limits;
mod names;
pub mod origin;
pub mod password;
pub mod program_login;
pub mod reset;
pub mod second_factor;
pub mod secret;
pub mod throttle;
mod ticket;
pub mod totp;
pub mod vouched;

use std::sync::Arc;

use crate::config::{Config, LimitsConfig};

use crate::domain::access::Access;
use crate::domain::clock::Clock;
use crate::domain::conduct::Conduct;
use crate::storage::settings::SECRET;
use crate::storage::{SharedStore, StorageError};
use crate::telemetry::metrics::Metrics;

pub use error::AuthError;
pub use identify::{Credential, bearer_token};

use guest::GuestTokens;
use house::{House, Overrides, read_house};
use limits::read_limits;
use names::AccountNames;
use password::Passwords;
use throttle::Throttle;
use ticket::Tickets;
use tokio::sync::watch;
use vouched::Vouching;

/// Everything about identity, in one place. Shared by all threads.
pub struct Auth {
    store: SharedStore,
    clock: Clock,
    passwords: Passwords,
    guests: GuestTokens,
    tickets: Tickets,
    vouching: Vouching,
    names: AccountNames,
    throttle: Throttle,
    metrics: Metrics,
    /// Who is let in; set-up changes it.
    access: watch::Sender<Access>,
    /// What was decided about people.
    conduct: watch::Sender<Arc<Conduct>>,
    /// How the server presents itself.
    house: watch::Sender<Arc<House>>,
    /// How much each may do.
    limits: watch::Sender<LimitsConfig>,
    started_limits: LimitsConfig,
    settings: crate::config::AccessConfig,
    /// What somebody on another machine has to type at set-up; printed on the console.
    setup_code: String,
}

impl Auth {
    /// Reads what it needs from the database.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(
        config: &Config,
        store: SharedStore,
        clock: Clock,
        metrics: Metrics,
    ) -> Result<Self, StorageError> {
        let secret = store.setting_or_insert(SECRET, &secret::random_text()).await?;
        let has_accounts = store.count_users().await? > 0;
        let access = Overrides::read(&store).await?.over(config.access.policy(has_accounts));
        let house = read_house(&store, &config.access.server_name).await?;
        let conduct = store.conduct().await?;
        let limits = read_limits(&store, &config.limits).await?;
        Ok(Self {
            passwords: Passwords::new(config.limits.hash_concurrency, metrics.clone()),
            guests: GuestTokens::new(&secret),
            tickets: Tickets::new(&secret),
            vouching: Vouching::default(),
            names: AccountNames::read(&store).await?,
            throttle: Throttle::new(&limits),
            limits: watch::Sender::new(limits),
            started_limits: config.limits.clone(),
            setup_code: secret::random_code(),
            settings: config.access.clone(),
            store,
            clock,
            metrics,
            access: watch::Sender::new(access),
            conduct: watch::Sender::new(Arc::new(conduct)),
            house: watch::Sender::new(Arc::new(house)),
        })
    }

    /// Who is let in just now.
    #[must_use]
    pub fn access(&self) -> Access {
        *self.access.borrow()
    }

    /// Follows who is let in.
    #[must_use]
    pub fn follow_access(&self) -> watch::Receiver<Access> {
        self.access.subscribe()
    }

    /// The name people see on top of every page: the one given at set-up, before that the one of the settings.
    #[must_use]
    pub fn server_name(&self) -> String {
        self.house.borrow().name.clone()
    }

    /// The code for set-up from another machine.
    #[must_use]
    pub fn setup_code(&self) -> &str {
        &self.setup_code
    }
}
