//! A log-in that ends in a token: for programs that people type their password into.

use std::net::IpAddr;

use secrecy::SecretString;

use super::devices::{NewLogin, TokenWish, check_label};
use super::second_factor::Entry;
use super::{Auth, AuthError};

impl Auth {
    /// As [`Auth::log_in`], but with a token instead of a browser's cookie.
    ///
    /// # Errors
    /// When the label is bad, name or password are wrong, or there were too many tries.
    pub async fn log_in_program(
        &self,
        name: &str,
        password: SecretString,
        address: IpAddr,
        wish: TokenWish,
    ) -> Result<Entry, AuthError> {
        // Before anything is made that would have to be taken back.
        check_label(wish.label.trim())?;
        match self.log_in(name, password, address, &wish.label).await? {
            Entry::In(login) => Ok(Entry::In(self.token_instead(login, wish).await?)),
            asked @ Entry::CodeNeeded { .. } => Ok(asked),
        }
    }

    /// As [`Auth::log_in_with_code`], but with a token instead of a browser's cookie.
    ///
    /// # Errors
    /// When the label is bad, the ticket is too old, the code is wrong, or there were too many tries.
    pub async fn log_in_program_with_code(
        &self,
        ticket: &str,
        code: &str,
        address: IpAddr,
        wish: TokenWish,
    ) -> Result<NewLogin, AuthError> {
        check_label(wish.label.trim())?;
        let login = self.log_in_with_code(ticket, code, address, &wish.label).await?;
        self.token_instead(login, wish).await
    }

    /// The browser's login that a right password makes is ended at once: nobody has seen its secret.
    async fn token_instead(&self, login: NewLogin, wish: TokenWish) -> Result<NewLogin, AuthError> {
        let made = self.make_token(&login.person, wish).await;
        if let Some(device) = login.person.device {
            self.revoke(&login.person, device).await?;
        }
        made
    }
}
