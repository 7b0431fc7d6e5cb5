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
#[cfg(feature = "oidc")]
pub mod oidc;
pub mod origin;
#[cfg(feature = "passkeys")]
pub mod passkeys;
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
    #[cfg(feature = "oidc")]
    oidc: Option<oidc::Oidc>,
    #[cfg(feature = "passkeys")]
    passkeys: Option<passkeys::Ceremonies>,
    /// Only those who run the server log in by password.
    passwords_off: bool,
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
            #[cfg(feature = "oidc")]
            oidc: config.identity.oidc.as_ref().map(|oidc| oidc::Oidc::new(oidc, &secret, clock.clone())),
            #[cfg(feature = "passkeys")]
            passkeys: config.listen.public_url.as_ref().and_then(passkeys::Ceremonies::new),
            passwords_off: config.identity.oidc.as_ref().is_some_and(|oidc| oidc.only),
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

    /// Only those who run the server log in by password.
    #[must_use]
    pub fn passwords_off(&self) -> bool {
        self.passwords_off
    }

    /// What people call the provider of OpenID Connect, if there is one.
    #[must_use]
    pub fn provider_name(&self) -> Option<&str> {
        #[cfg(feature = "oidc")]
        let name = self.oidc.as_ref().map(oidc::Oidc::name);
        #[cfg(not(feature = "oidc"))]
        let name = None;
        name
    }

    /// There is more than passwords.
    #[must_use]
    pub fn has_other_ways_in(&self) -> bool {
        self.passkeys_on() || self.provider_name().is_some()
    }

    /// People can log in with passkeys.
    #[must_use]
    pub fn passkeys_on(&self) -> bool {
        #[cfg(feature = "passkeys")]
        let is_on = self.passkeys.is_some();
        #[cfg(not(feature = "passkeys"))]
        let is_on = false;
        is_on
    }

    /// The code for set-up from another machine.
    #[must_use]
    pub fn setup_code(&self) -> &str {
        &self.setup_code
    }
}
