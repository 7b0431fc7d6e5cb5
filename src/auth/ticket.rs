//! Tickets: between the password and the code of the second factor somebody is nobody yet. A ticket, signed by the server
//! (HMAC-SHA-256, RFC 2104), says for a few minutes whose password was right, and opens nothing by itself.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;

/// How long one may look for one's phone.
const LIFE: Duration = Duration::from_mins(5);

/// Signs and reads tickets.
pub struct Tickets {
    key: Vec<u8>,
}

impl Tickets {
    /// With the server's secret.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        Self { key: format!("parlor login ticket\0{secret}").into_bytes() }
    }

    /// A ticket for this account.
    #[must_use]
    pub fn sign(&self, user: UserId, now: Timestamp) -> String {
        let said = format!("{user}.{}", now.plus(LIFE).0);
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(self.mac(&said).finalize().into_bytes()))
    }

    /// Whose password was right, if this server says so and not too long ago.
    #[must_use]
    pub fn read(&self, ticket: &str, now: Timestamp) -> Option<UserId> {
        let (said, signature) = ticket.rsplit_once('.')?;
        // Compares in constant time.
        self.mac(said).verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        let (user, end) = said.split_once('.')?;
        let is_good = now < Timestamp(end.parse().ok()?);
        UserId::parse(user).filter(|_| is_good)
    }

    fn mac(&self, said: &str) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&self.key)
            .expect("HMAC takes keys of any length (RFC 2104, section 2)")
            .chain_update(said.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::secret;

    #[test]
    fn a_ticket_is_good_for_its_account_and_its_time_only() {
        let (tickets, ann, bob) = (Tickets::new("secret"), secret::new_user(), secret::new_user());
        let ticket = tickets.sign(ann, Timestamp(0));
        assert_eq!(tickets.read(&ticket, Timestamp(1)), Some(ann));

        let end = Timestamp(0).plus(LIFE);
        assert_eq!(tickets.read(&ticket, end), None);
        assert_eq!(tickets.read(&ticket.replace(&ann.to_string(), &bob.to_string()), Timestamp(1)), None);
        assert_eq!(tickets.read(&ticket.replace(&end.0.to_string(), "999999999999"), Timestamp(1)), None);
        assert_eq!(Tickets::new("other").read(&ticket, Timestamp(1)), None);
        assert_eq!(tickets.read("", Timestamp(1)), None);
    }
}
