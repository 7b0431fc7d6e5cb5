//! What the owner decided, as all doors hold it: who is let in, who is shut out, how the server is called. It changes while
//! the server runs; whoever holds a receiver sees it at once.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::watch;

use super::limits::read_limits;
use super::{Auth, AuthError};
use crate::domain::access::{Access, GuestAccess, Registration};
use crate::domain::conduct::Conduct;
use crate::domain::ids::UserId;
use crate::storage::settings::{
    ACCENT, GUESTS, MESSAGE_OF_THE_DAY, QUARANTINE_HOURS, REGISTRATION, RETENTION_DAYS, SERVER_NAME,
};
use crate::storage::{SharedStore, StorageError};

/// How the server presents itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    /// Its name.
    pub name: String,
    /// A line for everybody, or nothing.
    pub message: String,
    /// The accent colour as `#rrggbb`, or nothing for the built-in one.
    pub accent: String,
    /// Days after which messages go, where it was decided on a page; 0 for never.
    pub retention_days: Option<u32>,
}

/// What was decided on pages about who is let in; it goes before the settings of the program.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Overrides {
    guests: Option<GuestAccess>,
    registration: Option<Registration>,
    quarantine_hours: u32,
}

impl Overrides {
    pub(super) async fn read(store: &SharedStore) -> Result<Self, StorageError> {
        let hours = store.setting(QUARANTINE_HOURS).await?;
        Ok(Self {
            guests: choice(store.setting(GUESTS).await?),
            registration: choice(store.setting(REGISTRATION).await?),
            quarantine_hours: hours.and_then(|hours| hours.parse().ok()).unwrap_or(0),
        })
    }

    pub(super) fn over(self, access: Access) -> Access {
        // Before there is an owner nobody has decided anything.
        if access.demo {
            return access;
        }
        Access {
            guests: self.guests.unwrap_or(access.guests),
            registration: self.registration.unwrap_or(access.registration),
            quarantine_hours: self.quarantine_hours,
            ..access
        }
    }
}

/// One of the values of an enum, by its name; nothing for an empty or unknown one.
fn choice<T: serde::de::DeserializeOwned>(stored: Option<String>) -> Option<T> {
    stored.and_then(|text| serde_json::from_value(text.into()).ok())
}

pub(super) async fn read_house(store: &SharedStore, name: &str) -> Result<House, StorageError> {
    Ok(House {
        name: store.setting(SERVER_NAME).await?.unwrap_or_else(|| name.to_owned()),
        message: store.setting(MESSAGE_OF_THE_DAY).await?.unwrap_or_default(),
        accent: store.setting(ACCENT).await?.unwrap_or_default(),
        retention_days: store.setting(RETENTION_DAYS).await?.and_then(|days| days.parse().ok()),
    })
}

impl Auth {
    /// How the server presents itself.
    #[must_use]
    pub fn house(&self) -> Arc<House> {
        self.house.borrow().clone()
    }

    /// Follows how the server presents itself and what it keeps.
    #[must_use]
    pub fn follow_house(&self) -> watch::Receiver<Arc<House>> {
        self.house.subscribe()
    }

    /// What was decided about people.
    #[must_use]
    pub fn conduct(&self) -> Arc<Conduct> {
        self.conduct.borrow().clone()
    }

    /// Follows what is decided about people.
    #[must_use]
    pub fn follow_conduct(&self) -> watch::Receiver<Arc<Conduct>> {
        self.conduct.subscribe()
    }

    /// Settings have changed in the database: from now on they hold.
    ///
    /// # Errors
    /// When the database does not answer; then everything stays as it was.
    pub async fn reload_house(&self) -> Result<(), AuthError> {
        let access = self.settings.policy(self.store.count_users().await? > 0);
        let access = Overrides::read(&self.store).await?.over(access);
        let house = read_house(&self.store, &self.settings.server_name).await?;
        let limits = read_limits(&self.store, &self.started_limits).await?;
        self.throttle.change(&limits);
        self.limits.send_replace(limits);
        self.access.send_if_modified(|present| std::mem::replace(present, access) != access);
        self.house.send_replace(Arc::new(house));
        Ok(())
    }

    /// Something was decided about people: from now on it holds.
    ///
    /// # Errors
    /// When the database does not answer; then everything stays as it was.
    pub async fn reload_conduct(&self) -> Result<(), AuthError> {
        let conduct = self.store.conduct().await?;
        self.conduct.send_replace(Arc::new(conduct));
        Ok(())
    }

    /// Is somebody let in? By account, and by the address they come from.
    ///
    /// # Errors
    /// [`AuthError::ShutOut`], with the reason that was given.
    pub fn let_in(&self, user: Option<UserId>, address: Option<IpAddr>) -> Result<(), AuthError> {
        match self.conduct.borrow().shut_out(user, address, self.clock.now()) {
            Some(reason) => Err(AuthError::ShutOut { reason: reason.to_owned() }),
            None => Ok(()),
        }
    }
}
