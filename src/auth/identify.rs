//! Who is at the door: one check for every door.

use super::{Auth, AuthError, guest};
use crate::domain::access::GuestAccess;
use crate::domain::person::Person;

/// What somebody shows at a door.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// The cookie of a browser, an account's or a guest's.
    Cookie(&'a str),
    /// A bearer token, from a header or from the query.
    Token(&'a str),
}

/// The token of an `Authorization` header (RFC 6750, section 2.1); `None` when it is of another scheme, or empty.
#[must_use]
pub fn bearer_token(header: &[u8]) -> Option<&str> {
    let (scheme, token) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
}

impl Auth {
    /// The guest of a token. A name that an account has taken since is not theirs any more: they choose another.
    fn guest_of(&self, token: &str) -> Option<Person> {
        if self.access().guests == GuestAccess::Off {
            return None;
        }
        let guest = self.guests.read(token)?;
        let is_taken = self.names.has(&guest.name.key());
        (!is_taken).then_some(guest)
    }

    /// The person with this credential; `None` when it is not known, or has ended.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn identify(&self, credential: Credential<'_>) -> Result<Option<Person>, AuthError> {
        match credential {
            Credential::Cookie(text) | Credential::Token(text) if text.starts_with(guest::PREFIX) => {
                Ok(self.guest_of(text))
            }
            Credential::Cookie(text) | Credential::Token(text) => self.by_secret(text).await,
        }
    }
}
