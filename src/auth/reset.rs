//! Links by which somebody who has forgotten their password chooses a new one. Who runs the server makes them and hands
//! them over; each works once and not for long. The second factor stays as it is.

use std::time::Duration;

use secrecy::SecretString;

use super::{Auth, AuthError, secret};
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::person::SiteRole;
use crate::storage::credentials::Reset;
use crate::storage::users::Account;

/// How long a link is good.
const LIFE: Duration = Duration::from_hours(24);

/// A link that has just been made.
#[derive(Debug, Clone)]
pub struct ResetLink {
    /// The path, with the secret, which is shown this once: `/reset/…`.
    pub path: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Auth {
    /// Makes a link for this account; links before it are good no more. Whoever calls has checked that the caller may.
    ///
    /// # Errors
    /// For a bot, which has no password.
    pub async fn make_reset_link(&self, user: UserId) -> Result<ResetLink, AuthError> {
        let account = self.store.user(user).await?.ok_or(AuthError::BadResetLink)?;
        if account.site_role == SiteRole::Bot {
            return Err(AuthError::BotPassword);
        }
        let (secret, expires_at) = (secret::random_text(), self.clock.now().plus(LIFE));
        self.store.add_reset_link(user, &secret::hash(&secret), expires_at).await?;
        Ok(ResetLink { path: format!("/reset/{secret}"), expires_at })
    }

    /// The account of a link that may still be used.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reset_account(&self, secret: &str) -> Result<Option<Account>, AuthError> {
        Ok(self.store.reset_link(&secret::hash(secret), self.clock.now()).await?)
    }

    /// Sets the password by a link, and ends every login of the account.
    ///
    /// # Errors
    /// When the link is good no more, or the password is bad.
    pub async fn reset_password(&self, secret: &str, password: SecretString) -> Result<Reset, AuthError> {
        // Before the dear part: whoever has no link makes nobody hash.
        self.reset_account(secret).await?.ok_or(AuthError::BadResetLink)?;
        let hash = self.passwords.hash(password).await?;
        let used = self.store.use_reset_link(&secret::hash(secret), &hash, self.clock.now()).await?;
        used.ok_or(AuthError::BadResetLink)
    }
}
