//! Logins: a cookie for a browser, a token for a program. Each can be seen and ended by its owner.

use std::time::Duration;

use super::{Auth, AuthError, secret};
use crate::domain::clock::Timestamp;
use crate::domain::device::{Device, DeviceKind};
use crate::domain::grant::{Grant, Scope};
use crate::domain::ids::{DeviceId, RoomId, UserId};
use crate::domain::limits::LABEL_BYTES;
use crate::domain::person::{Person, Standing};
use crate::storage::users::Account;

/// A browser that has not been used for this long is logged out.
pub const COOKIE_LIFE: Duration = Duration::from_hours(24 * 60);
/// Use is noted at most this often.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

/// What somebody wants of a token.
#[derive(Debug, Clone)]
pub struct TokenWish {
    /// What it is for.
    pub label: String,
    /// How much it may be used for.
    pub scope: Scope,
    /// In which rooms; `None` for all. Whoever calls has checked that its maker may see them.
    pub rooms: Option<Vec<RoomId>>,
    /// How long it is good; `None` for ever.
    pub life: Option<Duration>,
}

/// A login that has just been made, with the secret that is shown this once.
pub struct NewLogin {
    /// Who is logged in.
    pub person: Person,
    /// What the browser or the program has to keep.
    pub secret: String,
}

impl Auth {
    /// Logs a browser in.
    pub(super) async fn log_in_account(&self, account: Account, label: &str) -> Result<NewLogin, AuthError> {
        let now = self.clock.now();
        let device = new_device(&account, DeviceKind::Cookie, label, Grant::ALL, now);
        let secret = secret::random_text();
        self.store.add_device(&device, &secret::hash(&secret), Some(now.plus(COOKIE_LIFE))).await?;
        Ok(NewLogin { person: person_of(account, &device), secret })
    }

    /// Logs a browser in until then, and no longer, however much it is used.
    pub(super) async fn log_in_until(
        &self,
        account: Account,
        label: &str,
        until: Timestamp,
    ) -> Result<NewLogin, AuthError> {
        let grant = Grant { until: Some(until), ..Grant::ALL };
        let device = new_device(&account, DeviceKind::Cookie, label, grant, self.clock.now());
        let secret = secret::random_text();
        self.store.add_device(&device, &secret::hash(&secret), Some(until)).await?;
        Ok(NewLogin { person: person_of(account, &device), secret })
    }

    /// Makes a token for a program; the secret is shown this once.
    ///
    /// # Errors
    /// When the label is bad, or the caller came with a token that may not make others.
    pub async fn make_token(&self, person: &Person, wish: TokenWish) -> Result<NewLogin, AuthError> {
        person.grant.allows_outside_rooms(Scope::Admin)?;
        let account = self.store.user(person.id).await?.ok_or(AuthError::UnknownToken)?;
        self.make_token_of(account, wish).await
    }

    /// Makes a token of this account.
    pub(super) async fn make_token_of(&self, account: Account, wish: TokenWish) -> Result<NewLogin, AuthError> {
        let (label, now) = (wish.label.trim(), self.clock.now());
        check_label(label)?;
        // With rooms and all of its account's might it would be neither one nor the other.
        if wish.rooms.is_some() && wish.scope == Scope::Admin {
            return Err(AuthError::AdminInRooms);
        }
        let until = wish.life.map(|life| now.plus(life));
        let grant = Grant { scope: wish.scope, rooms: wish.rooms.map(Into::into), until };
        let device = new_device(&account, DeviceKind::Token, label, grant, now);
        let secret = format!("parlor_{}", secret::random_text());
        self.store.add_device(&device, &secret::hash(&secret), until).await?;
        Ok(NewLogin { person: person_of(account, &device), secret })
    }

    /// The logins of one kind, the last used first.
    ///
    /// # Errors
    /// When the caller came with a token that may not know them.
    pub async fn devices(&self, person: &Person, kind: DeviceKind) -> Result<Vec<Device>, AuthError> {
        person.grant.allows_outside_rooms(Scope::Admin)?;
        Ok(self.store.devices(person.id, kind, self.clock.now()).await?)
    }

    /// Ends one of the person's own logins; `false` when it is not theirs.
    ///
    /// # Errors
    /// When the caller came with a token that may not end others than itself.
    pub async fn revoke(&self, person: &Person, device: DeviceId) -> Result<bool, AuthError> {
        if person.device != Some(device) {
            person.grant.allows_outside_rooms(Scope::Admin)?;
        }
        Ok(self.store.revoke_device(person.id, device).await?)
    }

    /// Ends every login of an account, cookies and tokens; answers with those.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_all_logins(&self, user: UserId) -> Result<Vec<DeviceId>, AuthError> {
        let mut ended = self.store.revoke_other_devices(user, None).await?;
        for token in self.store.devices(user, DeviceKind::Token, self.clock.now()).await? {
            if self.store.revoke_device(user, token.id).await? {
                ended.push(token.id);
            }
        }
        Ok(ended)
    }

    /// The account and login of a secret. Use is noted, and a browser's life begins anew.
    pub(super) async fn by_secret(&self, text: &str) -> Result<Option<Person>, AuthError> {
        let now = self.clock.now();
        let Some((device, account)) = self.store.device_by_secret(&secret::hash(text), now).await? else {
            return Ok(None);
        };
        self.let_in(Some(account.id), None)?;
        if now.since(device.used_at) >= TOUCH_EVERY {
            let life = (device.kind == DeviceKind::Cookie).then(|| now.plus(COOKIE_LIFE));
            // Knowing when it was last used is not worth refusing somebody.
            if let Err(error) = self.store.touch_device(device.id, now, life).await {
                log::warn!("the use of a device could not be noted: {error}");
            }
        }
        Ok(Some(person_of(account, &device)))
    }
}

/// Refuses what cannot be shown in one line of a list.
pub(super) fn check_label(label: &str) -> Result<(), AuthError> {
    if label.is_empty() || label.len() > LABEL_BYTES || label.chars().any(char::is_control) {
        return Err(AuthError::BadLabel);
    }
    Ok(())
}

fn new_device(account: &Account, kind: DeviceKind, label: &str, grant: Grant, now: Timestamp) -> Device {
    let id = secret::new_device();
    Device { id, user: account.id, kind, label: label.to_owned(), created_at: now, used_at: now, grant }
}

/// The person behind an account, with the login that was used.
fn person_of(account: Account, device: &Device) -> Person {
    let standing = Standing::Account(device.grant.bound(account.site_role));
    Person { id: account.id, name: account.name, standing, device: Some(device.id), grant: device.grant.clone() }
}
