//! Guests: a name for one visit, without a row in the database. A browser keeps it in a cookie that the server has
//! signed (HMAC-SHA-256, RFC 2104), so that a reload is still the same guest and nobody can take another's place.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Auth, AuthError, secret};
use crate::domain::access::GuestAccess;
use crate::domain::grant::Grant;
use crate::domain::ids::UserId;
use crate::domain::name::UserName;
use crate::domain::person::{Person, Standing};

/// Tells the tokens of guests from those of accounts.
pub const PREFIX: &str = "guest.";

/// Signs and reads guests' tokens.
pub struct GuestTokens {
    key: Vec<u8>,
}

impl GuestTokens {
    /// With the server's secret.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        Self { key: format!("parlor guest token\0{secret}").into_bytes() }
    }

    /// A token that says who this guest is.
    #[must_use]
    pub fn sign(&self, person: &Person) -> String {
        let said = format!("{}.{}", person.id, URL_SAFE_NO_PAD.encode(person.name.as_str()));
        format!("{PREFIX}{said}.{}", URL_SAFE_NO_PAD.encode(self.mac(&said).finalize().into_bytes()))
    }

    /// The guest of a token, if this server signed it.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<Person> {
        let (said, signature) = token.strip_prefix(PREFIX)?.rsplit_once('.')?;
        // Compares in constant time.
        self.mac(said).verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        let (id, name) = said.split_once('.')?;
        let name = String::from_utf8(URL_SAFE_NO_PAD.decode(name).ok()?).ok()?;
        Some(guest(UserId::parse(id)?, UserName::parse(&name).ok()?))
    }

    fn mac(&self, said: &str) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&self.key)
            .expect("HMAC takes keys of any length (RFC 2104, section 2)")
            .chain_update(said.as_bytes())
    }
}

fn guest(id: UserId, name: UserName) -> Person {
    Person { id, name, standing: Standing::Guest, device: None, grant: Grant::ALL }
}

impl Auth {
    /// Lets a guest in under a name that no account has.
    ///
    /// # Errors
    /// When guests are off, the name is bad, or an account has it.
    pub fn new_guest(&self, name: &str) -> Result<Person, AuthError> {
        if self.access().guests == GuestAccess::Off {
            return Err(AuthError::GuestsOff);
        }
        let name = UserName::parse(name)?;
        if self.names.has(&name.key()) {
            return Err(AuthError::NameTaken);
        }
        Ok(guest(secret::new_user(), name))
    }

    /// What a guest's browser keeps.
    #[must_use]
    pub fn guest_token(&self, person: &Person) -> String {
        self.guests.sign(person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_only_as_it_was_signed() {
        let tokens = GuestTokens::new("secret");
        let ann = guest(secret::new_user(), UserName::parse("änn").expect("good"));
        let token = tokens.sign(&ann);
        assert_eq!(tokens.read(&token), Some(ann.clone()));

        let eve = guest(ann.id, UserName::parse("eve").expect("good"));
        let (_, signature) = token.rsplit_once('.').expect("good");
        let (said, _) = tokens.sign(&eve).rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("good");
        assert_eq!(tokens.read(&format!("{said}.{signature}")), None);
        assert_eq!(GuestTokens::new("other").read(&token), None);
        assert_eq!(tokens.read("guest."), None);
        assert_eq!(tokens.read(""), None);
    }
}
