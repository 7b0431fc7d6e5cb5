//! The second factor: a code from an app beside the password (`totp`), and recovery codes for when the app is gone.
//!
//! Each code works once. Typing codes is throttled like typing passwords, for the account and for the address.

use std::net::IpAddr;

use secrecy::SecretString;

use super::devices::NewLogin;
use super::{Auth, AuthError, secret, totp};
use crate::domain::grant::Scope;
use crate::domain::ids::UserId;
use crate::domain::name::NameKey;
use crate::domain::person::Person;
use crate::storage::devices::SecretHash;
use crate::storage::users::Account;

/// How many recovery codes there are.
pub const RECOVERY_CODES: usize = 10;

/// What a right password opens.
pub enum Entry {
    /// A login.
    In(NewLogin),
    /// The question for a code; whoever answers it shows this ticket.
    CodeNeeded {
        /// Says whose password was right.
        ticket: String,
    },
}

/// What is known of the second factor of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorState {
    /// A code is asked for at every login.
    pub is_on: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u64,
}

impl Auth {
    /// A new shared secret, which is kept nowhere yet, as text.
    #[must_use]
    pub fn new_factor_secret(&self) -> String {
        totp::to_base32(&secret::random::<{ totp::SECRET_BYTES }>())
    }

    /// The address that apps read from a QR code; `None` when the secret is none.
    pub fn factor_uri(&self, person: &Person, secret: &str) -> Option<String> {
        let secret = totp::from_base32(secret)?;
        Some(totp::uri(&self.server_name(), person.name.as_str(), &secret))
    }

    /// Whether the account has a second factor.
    ///
    /// # Errors
    /// When the caller came with a token that may not know.
    pub async fn factor_state(&self, person: &Person) -> Result<FactorState, AuthError> {
        person.grant.allows_outside_rooms(Scope::Admin)?;
        let is_on = self.store.second_factor(person.id).await?.is_some();
        let recovery_codes = self.store.recovery_codes_left(person.id).await?;
        Ok(FactorState { is_on, recovery_codes })
    }

    /// Turns the second factor on, once a code shows that the app has the secret. Answers with the recovery codes, which
    /// are shown this once.
    ///
    /// # Errors
    /// When it is on already, password or code are wrong, or there were too many tries.
    pub async fn turn_factor_on(
        &self,
        person: &Person,
        password: SecretString,
        secret: &str,
        code: &str,
        address: IpAddr,
    ) -> Result<Vec<String>, AuthError> {
        // Whoever finds an open browser must not lock its owner out.
        self.check_password(person, password, address).await?;
        if self.factor_state(person).await?.is_on {
            return Err(AuthError::FactorOn);
        }
        let now = self.clock.now();
        let secret = totp::from_base32(secret).ok_or(AuthError::WrongCode)?;
        let step = totp::matching_step(&secret, &without_spaces(code), now).ok_or(AuthError::WrongCode)?;
        let (shown, hashes) = new_recovery_codes();
        self.store.set_second_factor(person.id, &secret, step, &hashes).await?;
        Ok(shown)
    }

    /// Turns it off; it takes the password and a code.
    ///
    /// # Errors
    /// When it is off, one of them is wrong, or there were too many tries.
    pub async fn turn_factor_off(
        &self,
        person: &Person,
        password: SecretString,
        code: &str,
        address: IpAddr,
    ) -> Result<(), AuthError> {
        self.check_password(person, password, address).await?;
        self.use_code(person.id, code, address).await?;
        self.store.remove_second_factor(person.id).await?;
        Ok(())
    }

    /// Other recovery codes instead of those there are; it takes the password and a code.
    ///
    /// # Errors
    /// When it is off, one of them is wrong, or there were too many tries.
    pub async fn renew_recovery_codes(
        &self,
        person: &Person,
        password: SecretString,
        code: &str,
        address: IpAddr,
    ) -> Result<Vec<String>, AuthError> {
        self.check_password(person, password, address).await?;
        self.use_code(person.id, code, address).await?;
        let (shown, hashes) = new_recovery_codes();
        self.store.set_recovery_codes(person.id, &hashes).await?;
        Ok(shown)
    }

    /// Takes the second factor of somebody away who has lost it. Whoever calls has checked that the caller may, and writes
    /// it down. `false` when there was none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remove_factor_of(&self, user: UserId) -> Result<bool, AuthError> {
        Ok(self.store.remove_second_factor(user).await?)
    }

    /// The second step of a log-in: the ticket of the first one, and a code.
    ///
    /// # Errors
    /// When the ticket is too old, the code is wrong or was used, or there were too many tries.
    pub async fn log_in_with_code(
        &self,
        ticket: &str,
        code: &str,
        address: IpAddr,
        label: &str,
    ) -> Result<NewLogin, AuthError> {
        let user = self.tickets.read(ticket, self.clock.now()).ok_or(AuthError::TicketEnded)?;
        let account = self.store.user(user).await?.ok_or(AuthError::TicketEnded)?;
        // It may have been decided since the first step.
        self.let_in(Some(user), Some(address))?;
        if let Err(error) = self.use_code(user, code, address).await {
            self.metrics.login_failed();
            return Err(error);
        }
        self.log_in_account(account, label).await
    }

    /// What a right password opens for this account.
    pub(super) async fn enter(&self, account: Account, label: &str) -> Result<Entry, AuthError> {
        if self.store.second_factor(account.id).await?.is_some() {
            return Ok(Entry::CodeNeeded { ticket: self.tickets.sign(account.id, self.clock.now()) });
        }
        Ok(Entry::In(self.log_in_account(account, label).await?))
    }

    /// Uses a code of the app, or a recovery code.
    async fn use_code(&self, user: UserId, code: &str, address: IpAddr) -> Result<(), AuthError> {
        let now = self.clock.now();
        // Apart from the tries at the password, which a right password gives back.
        let key = NameKey::of(&format!("code of {user}"));
        self.throttle.try_login(&key, address, now)?;
        // A code has six digits only: many addresses together must not get through them.
        self.throttle.try_account(&key, now)?;
        let secret = self.store.second_factor(user).await?.ok_or(AuthError::FactorOff)?;
        let typed = without_spaces(code);
        let is_good = match totp::matching_step(&secret, &typed, now) {
            Some(step) => self.store.take_step(user, step).await?,
            None => self.store.take_recovery_code(user, &recovery_hash(&typed)).await?,
        };
        if !is_good {
            return Err(AuthError::WrongCode);
        }
        self.throttle.forgive(&key, address);
        self.throttle.forgive_account(&key);
        Ok(())
    }
}

fn without_spaces(typed: &str) -> String {
    typed.chars().filter(|sign| !sign.is_whitespace()).take(64).collect()
}

/// Codes to show, and what the database keeps of them.
fn new_recovery_codes() -> (Vec<String>, Vec<SecretHash>) {
    let shown: Vec<String> =
        (0..RECOVERY_CODES).map(|_| format!("{}-{}", secret::random_code(), secret::random_code())).collect();
    let hashes = shown.iter().map(|code| recovery_hash(code)).collect();
    (shown, hashes)
}

/// Hyphens and capitals do not count. The codes are random and long enough for a plain hash.
fn recovery_hash(code: &str) -> SecretHash {
    secret::hash(&code.replace('-', "").to_lowercase())
}
