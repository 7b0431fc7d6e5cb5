//! What a browser carries while its owner is at the provider: a cookie, signed by this server (HMAC-SHA-256, RFC 2104), that
//! says what the errand is for. `state`, `nonce` and the verifier of PKCE are made of its seed with the server's secret, so
//! that the cookie gives none of them away and the server keeps nothing.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::auth::secret;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;

/// How long somebody may be at the provider.
pub const LIFE: Duration = Duration::from_mins(10);

/// What somebody went to the provider for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand {
    seed: String,
    /// The account to connect; without one it is a login.
    pub connects: Option<UserId>,
    /// The page to go on to; a path of ours.
    pub next: String,
}

/// Makes and reads errands.
pub(super) struct Errands {
    key: Vec<u8>,
}

impl Errands {
    pub(super) fn new(secret: &str) -> Self {
        Self { key: format!("parlor openid errand\0{secret}").into_bytes() }
    }

    /// A new errand, and the cookie that holds it.
    pub(super) fn begin(&self, connects: Option<UserId>, next: &str, now: Timestamp) -> (Errand, String) {
        let errand = Errand { seed: secret::random_text(), connects, next: next.to_owned() };
        let user = connects.map(|user| user.to_string()).unwrap_or_default();
        let said =
            format!("{}.{}.{user}.{}", errand.seed, now.plus(LIFE).0, URL_SAFE_NO_PAD.encode(errand.next.as_bytes()));
        let signature = self.made_of("cookie", &said);
        (errand, format!("{said}.{signature}"))
    }

    /// The errand of a cookie, if this server made it and not too long ago.
    pub(super) fn read(&self, cookie: &str, now: Timestamp) -> Option<Errand> {
        let (said, signature) = cookie.rsplit_once('.')?;
        if !secret::same(signature, &self.made_of("cookie", said)) {
            return None;
        }
        let [seed, end, user, next] = said.split('.').collect::<Vec<_>>().try_into().ok()?;
        let connects = if user.is_empty() { None } else { Some(UserId::parse(user)?) };
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(next).ok()?).ok()?;
        let is_good = now < Timestamp(end.parse().ok()?);
        is_good.then(|| Errand { seed: seed.to_owned(), connects, next })
    }

    /// What comes back with the answer of the provider (RFC 6749, section 10.12).
    pub(super) fn state(&self, errand: &Errand) -> String {
        self.made_of("state", &errand.seed)
    }

    /// What the provider writes into the token (OpenID Connect Core 1.0, section 15.5.2).
    pub(super) fn nonce(&self, errand: &Errand) -> String {
        self.made_of("nonce", &errand.seed)
    }

    /// What shows that whoever has the code is who asked for it: 43 signs (RFC 7636, section 4.1).
    pub(super) fn verifier(&self, errand: &Errand) -> String {
        self.made_of("verifier", &errand.seed)
    }

    fn made_of(&self, purpose: &str, text: &str) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(&self.key)
            .expect("HMAC takes keys of any length (RFC 2104, section 2)")
            .chain_update(purpose.as_bytes())
            .chain_update(b"\0")
            .chain_update(text.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_errand_is_read_back_in_its_time_and_not_when_it_was_changed() {
        let (errands, ann) = (Errands::new("secret"), secret::new_user());
        let (errand, cookie) = errands.begin(Some(ann), "/rooms/lobby?x=é", Timestamp(0));
        assert_eq!(errands.read(&cookie, Timestamp(1)), Some(errand.clone()));

        assert_eq!(errands.read(&cookie, Timestamp(0).plus(LIFE)), None);
        assert_eq!(errands.read(&cookie.replace(&ann.to_string(), ""), Timestamp(1)), None);
        assert_eq!(Errands::new("other").read(&cookie, Timestamp(1)), None);
        assert_eq!(errands.read("", Timestamp(1)), None);
        let parts = [errands.state(&errand), errands.nonce(&errand), errands.verifier(&errand)];
        for part in &parts {
            assert_eq!((part.len(), cookie.contains(part.as_str())), (43, false), "the cookie gives none of them away");
        }
        assert!(parts[0] != parts[1] && parts[1] != parts[2]);
        assert_ne!(errands.state(&errands.begin(None, "/", Timestamp(0)).0), parts[0], "each is another one");
    }
}
