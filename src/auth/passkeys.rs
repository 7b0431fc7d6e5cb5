//! Logging in with a passkey (Web Authentication, level 3): a key on somebody's device that shows itself and, by a finger or
//! a code, its owner. That is both factors, so no code is asked for.
//!
//! A ceremony is what the server asks of a device. It is kept in memory, bound to one browser by a cookie, used once, and
//! soon over. A restart ends those that are under way.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde::Serialize;
use url::Url;
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};
use webauthn_rs_proto::ResidentKeyRequirement;

use super::devices::NewLogin;
use super::error::PASSKEYS;
use super::{Auth, AuthError, secret};
use crate::config::PublicUrl;
use crate::domain::clock::Timestamp;
use crate::domain::grant::Scope;
use crate::domain::ids::UserId;
use crate::domain::limits::LABEL_BYTES;
use crate::domain::name::NameKey;
use crate::domain::person::Person;
use crate::storage::devices::SecretHash;
use crate::storage::passkeys::StoredPasskey;

/// How long a device may take.
const LIFE: Duration = Duration::from_mins(5);
/// Ceremonies under way; above that those that are over are cleared, and then nobody new begins.
const MOST: usize = 10_000;

/// What devices are asked for.
pub(super) struct Ceremonies {
    webauthn: Webauthn,
    under_way: Mutex<HashMap<SecretHash, UnderWay>>,
}

struct UnderWay {
    until: Timestamp,
    ceremony: Ceremony,
}

enum Ceremony {
    Making(UserId, PasskeyRegistration),
    Entering(DiscoverableAuthentication),
}

/// A ceremony that has begun.
pub struct Begun {
    /// What the browser is asked, as JSON.
    pub options: String,
    /// What it has to bring back.
    pub cookie: String,
}

impl Ceremonies {
    /// For the address under which people reach the server; `None` where browsers have no passkeys: without TLS, but on
    /// this machine.
    pub(super) fn new(url: &PublicUrl) -> Option<Self> {
        let made = Url::parse(url.origin()).ok().and_then(|origin| {
            let builder = WebauthnBuilder::new(origin.host_str()?, &origin).ok()?;
            builder.rp_name("Parlor").timeout(LIFE).build().ok()
        });
        let secure = url.is_secure() || url.host() == "localhost";
        let webauthn = made.filter(|_| secure);
        if webauthn.is_none() {
            log::warn!("there are no passkeys, because public_url has to be https:// and a name for them");
        }
        Some(Self { webauthn: webauthn?, under_way: Mutex::default() })
    }

    fn begin(&self, ceremony: Ceremony, now: Timestamp) -> Result<String, AuthError> {
        // A panic between lock and unlock leaves whole ceremonies behind.
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.len() >= MOST {
            under_way.retain(|_, one| now < one.until);
        }
        if under_way.len() >= MOST {
            return Err(AuthError::Throttled { wait: LIFE });
        }
        let cookie = secret::random_text();
        under_way.insert(secret::hash(&cookie), UnderWay { until: now.plus(LIFE), ceremony });
        Ok(cookie)
    }

    /// Ends a ceremony: what came of it is looked at once.
    fn end(&self, cookie: &str, now: Timestamp) -> Option<Ceremony> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = under_way.remove(&secret::hash(cookie))?;
        (now < ended.until).then_some(ended.ceremony)
    }
}

impl Auth {
    fn ceremonies(&self) -> Result<&Ceremonies, AuthError> {
        self.passkeys.as_ref().ok_or(AuthError::BadPasskey)
    }

    /// Begins to make a passkey. It takes the password, where there is one.
    ///
    /// # Errors
    /// When the password is wrong or there are enough passkeys.
    pub async fn begin_passkey(
        &self,
        person: &Person,
        password: SecretString,
        address: IpAddr,
    ) -> Result<Begun, AuthError> {
        let ceremonies = self.ceremonies()?;
        // Whoever finds an open browser must not make a way in for themselves.
        self.check_password_if_any(person, password, address).await?;
        let there = self.store.passkeys(person.id).await?;
        if there.len() >= PASSKEYS as usize {
            return Err(AuthError::TooManyPasskeys);
        }
        let there = there.into_iter().map(|key| CredentialID::from(key.credential)).collect();
        let name = person.name.as_str();
        let started = ceremonies.webauthn.start_passkey_registration(person.id.0, name, name, Some(there));
        let (mut wanted, state) = started.map_err(|error| refused(&error))?;
        if let Some(selection) = &mut wanted.public_key.authenticator_selection {
            // It has to be found without a name: at the log-in nobody types one.
            selection.resident_key = Some(ResidentKeyRequirement::Required);
            selection.require_resident_key = true;
        }
        let cookie = ceremonies.begin(Ceremony::Making(person.id, state), self.clock.now())?;
        Ok(Begun { options: json(&wanted.public_key), cookie })
    }

    /// Adds the passkey that a device has made.
    ///
    /// # Errors
    /// When nobody asked this browser for it, it took too long, or it is not what was asked for.
    pub async fn add_passkey(
        &self,
        person: &Person,
        cookie: &str,
        credential: &str,
        label: &str,
    ) -> Result<(), AuthError> {
        person.grant.allows_outside_rooms(Scope::Admin)?;
        let (ceremonies, label, now) = (self.ceremonies()?, label.trim(), self.clock.now());
        let Some(Ceremony::Making(user, state)) = ceremonies.end(cookie, now) else {
            return Err(AuthError::TicketEnded);
        };
        if user != person.id {
            return Err(AuthError::TicketEnded);
        }
        if label.is_empty() || label.len() > LABEL_BYTES || label.chars().any(char::is_control) {
            return Err(AuthError::BadLabel);
        }
        let credential: RegisterPublicKeyCredential =
            serde_json::from_str(credential).map_err(|_| AuthError::BadPasskey)?;
        let made = ceremonies.webauthn.finish_passkey_registration(&credential, &state);
        let made = made.map_err(|error| refused(&error))?;
        let stored = StoredPasskey {
            credential: Vec::clone(made.cred_id()),
            user,
            label: label.to_owned(),
            key: json(&made),
            created_at: now,
            used_at: None,
        };
        if self.store.add_passkey(&stored, PASSKEYS).await? { Ok(()) } else { Err(AuthError::TooManyPasskeys) }
    }

    /// Begins a log-in: any passkey of this server will do.
    ///
    /// # Errors
    /// When there are no passkeys here, or too many people begin at once.
    pub fn begin_passkey_login(&self) -> Result<Begun, AuthError> {
        let ceremonies = self.ceremonies()?;
        let started = ceremonies.webauthn.start_discoverable_authentication();
        let (wanted, state) = started.map_err(|error| refused(&error))?;
        let cookie = ceremonies.begin(Ceremony::Entering(state), self.clock.now())?;
        Ok(Begun { options: json(&wanted.public_key), cookie })
    }

    /// Logs a browser in whose passkey has answered.
    ///
    /// # Errors
    /// When nobody asked this browser, it took too long, or the passkey is not one of ours.
    pub async fn log_in_with_passkey(
        &self,
        cookie: &str,
        credential: &str,
        address: IpAddr,
        label: &str,
    ) -> Result<NewLogin, AuthError> {
        let now = self.clock.now();
        // By address alone: nobody is named yet, and a key cannot be guessed. It bounds the work.
        let key = NameKey::of(&format!("passkey {address}"));
        self.throttle.try_login(&key, address, now)?;
        let user = match self.passkey_of(cookie, credential, now).await {
            Ok(user) => user,
            Err(error) => {
                self.metrics.login_failed();
                return Err(error);
            }
        };
        self.throttle.forgive(&key, address);
        let account = self.store.user(user).await?.ok_or(AuthError::BadPasskey)?;
        self.let_in(Some(user), Some(address))?;
        self.log_in_account(account, label).await
    }

    /// Whose passkey has answered, and well.
    async fn passkey_of(&self, cookie: &str, credential: &str, now: Timestamp) -> Result<UserId, AuthError> {
        let ceremonies = self.ceremonies()?;
        let Some(Ceremony::Entering(state)) = ceremonies.end(cookie, now) else {
            return Err(AuthError::TicketEnded);
        };
        let credential: PublicKeyCredential = serde_json::from_str(credential).map_err(|_| AuthError::BadPasskey)?;
        let named = ceremonies.webauthn.identify_discoverable_authentication(&credential);
        let (user, id) = named.map_err(|error| refused(&error))?;
        let there = self.store.passkeys(UserId(user)).await?;
        let mut stored = there.into_iter().find(|key| key.credential == id).ok_or(AuthError::BadPasskey)?;
        let before = stored.key.clone();
        let mut passkey: Passkey = serde_json::from_str(&before).map_err(|error| {
            log::error!("a passkey in the database cannot be read: {error}");
            AuthError::BadPasskey
        })?;
        // Among much else it refuses a counter that has not moved on: the key may have been copied (section 7.2, step 22).
        let shown = ceremonies.webauthn.finish_discoverable_authentication_v2(&credential, state, &passkey);
        let shown = shown.map_err(|error| refused(&error))?;
        if !shown.user_verified() {
            return Err(AuthError::BadPasskey);
        }
        if passkey.update_credential(&shown) == Some(true) {
            stored.key = json(&passkey);
        }
        if !self.store.use_passkey(&stored, &before, now).await? {
            return Err(AuthError::BadPasskey);
        }
        Ok(stored.user)
    }

    /// The passkeys of somebody.
    ///
    /// # Errors
    /// When the caller came with a token that may not know.
    pub async fn passkeys_of(&self, person: &Person) -> Result<Vec<StoredPasskey>, AuthError> {
        person.grant.allows_outside_rooms(Scope::Admin)?;
        Ok(self.store.passkeys(person.id).await?)
    }

    /// Takes a passkey away, named as pages name it; `false` when there is none of this name.
    ///
    /// # Errors
    /// When it is the last way in.
    pub async fn remove_passkey(&self, person: &Person, id: &str) -> Result<bool, AuthError> {
        let there = self.passkeys_of(person).await?;
        let Ok(credential) = URL_SAFE_NO_PAD.decode(id) else { return Ok(false) };
        let is_last = there.len() == 1 && self.store.issuers(person.id).await?.is_empty();
        if is_last && !self.has_password(person).await? {
            return Err(AuthError::LastWayIn);
        }
        Ok(self.store.remove_passkey(person.id, &credential).await?)
    }
}

/// How pages name a passkey.
#[must_use]
pub fn name_of(passkey: &StoredPasskey) -> String {
    URL_SAFE_NO_PAD.encode(&passkey.credential)
}

/// What the library writes can be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The cause is for the log: people can do nothing about it.
fn refused(error: &WebauthnError) -> AuthError {
    log::info!("a passkey was not accepted: {error}");
    AuthError::BadPasskey
}
