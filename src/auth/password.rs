//! Passwords: Argon2id (RFC 9106) with the parameters of the OWASP cheat sheet (19 MiB, 2 passes), off the worker
//! threads and only a few at a time: each takes memory and a core.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use derive_more::{Display, Error};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use super::AuthError;
use crate::domain::limits::{PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS};
use crate::telemetry::metrics::Metrics;

/// Checked against when there is no such name, so that neither the time nor the work tells. No password has this hash, and
/// it is written down rather than made: the first try at a name that is not there must not take longer than the next.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$cGFybG9yLWRlY295LXNhbA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum PasswordError {
    /// Too few characters.
    #[display("a password needs at least {PASSWORD_MIN_CHARS} characters")]
    TooShort,
    /// Too many bytes to hash.
    #[display("a password has at most {PASSWORD_MAX_BYTES} bytes")]
    TooLong,
}

/// Hashes and checks passwords.
pub struct Passwords {
    places: Arc<Semaphore>,
    metrics: Metrics,
}

impl Passwords {
    /// At most `at_once` at a time.
    #[must_use]
    pub fn new(at_once: usize, metrics: Metrics) -> Self {
        Self { places: Arc::new(Semaphore::new(at_once.max(1))), metrics }
    }

    /// Checks the length of a new password and hashes it.
    ///
    /// # Errors
    /// When it is too short or too long, or the machine cannot hash.
    pub async fn hash(&self, password: SecretString) -> Result<String, AuthError> {
        check_length(&password)?;
        self.run(move || hash(&password)).await?
    }

    /// True when the password is the one of this hash. Without a hash it takes as long and is false.
    ///
    /// # Errors
    /// When the machine cannot hash.
    pub async fn matches(&self, password: SecretString, stored: Option<String>) -> Result<bool, AuthError> {
        if password.expose_secret().len() > PASSWORD_MAX_BYTES {
            return Ok(false);
        }
        let is_real = stored.is_some();
        let stored = stored.unwrap_or_else(|| DECOY.to_owned());
        let verify =
            move || Argon2::default().verify_password(password.expose_secret().as_bytes(), stored.as_str()).is_ok();
        Ok(self.run(verify).await? && is_real)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AuthError> {
        // The semaphore is never closed.
        let _place = self.places.acquire().await;
        self.metrics.password_hashed();
        tokio::task::spawn_blocking(work).await.map_err(|error| AuthError::Hashing(error.to_string()))
    }
}

fn hash(password: &SecretString) -> Result<String, AuthError> {
    match Argon2::default().hash_password(password.expose_secret().as_bytes()) {
        Ok(hash) => Ok(hash.to_string()),
        Err(error) => Err(AuthError::Hashing(error.to_string())),
    }
}

/// Length is the only rule (NIST SP 800-63B, section 5.1.1.2).
///
/// # Errors
/// When it is too short or too long.
pub fn check_length(password: &SecretString) -> Result<(), AuthError> {
    let text = password.expose_secret();
    if text.chars().count() < PASSWORD_MIN_CHARS {
        return Err(PasswordError::TooShort.into());
    }
    if text.len() > PASSWORD_MAX_BYTES {
        return Err(PasswordError::TooLong.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::Error;

    use super::*;
    use crate::domain::clock::Timestamp;

    fn passwords() -> Passwords {
        Passwords::new(1, Metrics::new(Timestamp(0)))
    }

    #[tokio::test]
    async fn the_decoy_takes_the_same_work_as_a_real_hash() {
        let real = passwords().hash("correct horse".into()).await.expect("good");

        let shape = |hash: &str| hash.split('$').map(str::len).collect::<Vec<_>>();
        let parameters = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!((shape(DECOY), parameters(DECOY)), (shape(&real), parameters(&real)));
        // It is hashed and compared, and not refused before as something that is no hash.
        assert!(matches!(Argon2::default().verify_password(b"any password", DECOY), Err(Error::PasswordInvalid)));
    }

    #[tokio::test]
    async fn only_the_right_password_matches_and_no_hash_matches_nothing() {
        let passwords = passwords();
        let stored = passwords.hash("correct horse".into()).await.expect("good");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(passwords.matches("correct horse".into(), Some(stored.clone())).await.expect("good"));
        assert!(!passwords.matches("wrong horse".into(), Some(stored)).await.expect("good"));
        assert!(!passwords.matches("decoy password".into(), None).await.expect("good"));
    }

    #[tokio::test]
    async fn seven_characters_are_too_few() {
        assert!(matches!(passwords().hash("1234567".into()).await, Err(AuthError::BadPassword(_))));
    }
}
