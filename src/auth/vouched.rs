//! People for whom another system vouches: by a signed token (`jwt`), or by a header of a proxy that is believed.
//!
//! Each gets an account of their own, bound to who vouches and to what they are called there. Never an account that is
//! there already: whoever vouches says who somebody is at their place, not who they are here.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::devices::NewLogin;
use super::jwt::{self, Verifier};
use super::{Auth, AuthError, secret};
use crate::config::Config;
use crate::domain::address_range::AddressRange;
use crate::domain::grant::{Grant, Scope};
use crate::domain::limits::USER_NAME_CHARS;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::{Person, SiteRole, Standing};
use crate::storage::credentials::AddedIdentity;
use crate::storage::devices::SecretHash;
use crate::storage::users::Account;

pub use super::jwks::JwksError;

/// Names that are tried before a random one is made.
const TRIES: u32 = 20;
/// The issuer in the database, for the word of a proxy.
const PROXY: &str = "header";

/// Tokens whose rooms are remembered; above that all are forgotten, and their rooms are looked at once more.
const REMEMBERED: usize = 10_000;

/// Who may vouch for people.
#[derive(Default)]
pub(super) struct Vouching {
    /// Hashes of tokens that have come before: their rooms have been taken care of.
    seen: Mutex<HashSet<SecretHash>>,
    tokens: Option<Verifier>,
    /// How long a browser stays logged in by a token, if not as long as the token holds.
    login: Option<Duration>,
    header: Option<String>,
    from: Vec<AddressRange>,
}

/// Somebody for whom a token vouches.
#[derive(Debug, Clone)]
pub struct Vouched {
    /// Who they are here. As long as the token holds, and no longer.
    pub person: Person,
    /// Rooms to be a member of; only when this token comes for the first time.
    pub rooms: Vec<RoomName>,
}

impl Vouching {
    fn is_new(&self, token: &str) -> bool {
        // A panic between lock and unlock leaves hashes behind, nothing that could be wrong.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(secret::hash(token))
    }
}

impl Auth {
    /// The same, believing whom the settings name.
    ///
    /// # Errors
    /// When the file with the keys is of no use.
    pub fn believing(mut self, config: &Config) -> Result<Self, JwksError> {
        let (header, from) = (config.identity.auth_header.clone(), config.listen.trusted_proxies.clone());
        let (tokens, login) = (Verifier::open(&config.identity)?, config.identity.jwt_login);
        self.vouching = Vouching { tokens, login, header, from, ..Vouching::default() };
        Ok(self)
    }

    /// The person for whom this token vouches; `None` when it is a token of another kind.
    ///
    /// # Errors
    /// When it is not believed.
    pub async fn vouched(&self, token: &str) -> Result<Option<Vouched>, AuthError> {
        let Some((account, grant, rooms)) = self.account_of_token(token).await? else { return Ok(None) };
        let rooms = if self.vouching.is_new(token) { rooms } else { Vec::new() };
        // A program that embeds us lets people talk. What is the account's own is for those who log in here.
        let grant = Grant { scope: Scope::Write, ..grant };
        let standing = Standing::Account(grant.bound(account.site_role));
        let person = Person { id: account.id, name: account.name, standing, device: None, grant };
        Ok(Some(Vouched { person, rooms }))
    }

    /// Logs a browser in by a token that vouches for somebody.
    ///
    /// # Errors
    /// When it is not believed.
    pub async fn log_in_vouched(
        &self,
        token: &str,
        address: IpAddr,
        label: &str,
    ) -> Result<(NewLogin, Vec<RoomName>), AuthError> {
        let found = self.account_of_token(token).await?;
        let (account, grant, rooms) = found.ok_or(AuthError::BadJwt(jwt::JwtError::Malformed))?;
        self.let_in(Some(account.id), Some(address))?;
        let now = self.clock.now();
        // Whoever vouches for somebody says until when. Longer is for the settings to say.
        let until = match self.vouching.login {
            Some(life) => now.plus(life),
            None => grant.until.unwrap_or(now),
        };
        Ok((self.log_in_until(account, label, until).await?, rooms))
    }

    /// The name of the header in which a proxy names people, if this one is believed.
    #[must_use]
    pub fn header_believed_from(&self, peer: IpAddr) -> Option<&str> {
        let header = self.vouching.header.as_deref()?;
        self.vouching.from.iter().any(|range| range.contains(peer.to_canonical())).then_some(header)
    }

    /// The person whom a proxy names. Whoever calls has asked [`Auth::header_believed_from`].
    ///
    /// # Errors
    /// When it names nobody, or they are shut out.
    pub async fn named_by_proxy(&self, name: &str) -> Result<Person, AuthError> {
        let account = self.account_of(PROXY, name, Some(name)).await?;
        self.let_in(Some(account.id), None)?;
        let standing = Standing::Account(account.site_role);
        Ok(Person { id: account.id, name: account.name, standing, device: None, grant: Grant::ALL })
    }

    async fn account_of_token(&self, token: &str) -> Result<Option<(Account, Grant, Vec<RoomName>)>, AuthError> {
        let Some(verifier) = self.vouching.tokens.as_ref().filter(|_| jwt::looks_like_one(token)) else {
            return Ok(None);
        };
        let claims = verifier.read(token, self.clock.now())?;
        let account = self.account_of(&claims.issuer, &claims.subject, claims.name.as_deref()).await?;
        self.let_in(Some(account.id), None)?;
        Ok(Some((account, Grant { until: Some(claims.until), ..Grant::ALL }, claims.rooms)))
    }

    /// The account of whom this issuer calls so; it is made when they come for the first time.
    pub(super) async fn account_of(
        &self,
        issuer: &str,
        subject: &str,
        name: Option<&str>,
    ) -> Result<Account, AuthError> {
        if let Some(account) = self.store.identity(issuer, subject).await? {
            return Ok(account);
        }
        // The first account has to be the owner's.
        if self.access().demo {
            return Err(AuthError::RegistrationClosed);
        }
        let wanted = clean(name.unwrap_or(subject));
        for number in 1..=TRIES {
            let name = numbered(&wanted, number);
            let (id, site_role) = (secret::new_user(), SiteRole::Member);
            let account = Account { id, name, site_role, created_at: self.clock.now() };
            match self.store.add_identity(&account, issuer, subject).await? {
                AddedIdentity::Done => {
                    self.names.add(account.name.key());
                    return Ok(account);
                }
                AddedIdentity::NameTaken => {}
                AddedIdentity::KnownAlready => {
                    return self.store.identity(issuer, subject).await?.ok_or(AuthError::UnknownToken);
                }
            }
        }
        Err(AuthError::NameTaken)
    }
}

/// What others call somebody, as a name that is possible here.
fn clean(name: &str) -> String {
    let kept: String = name
        .trim()
        .chars()
        .map(|sign| if UserName::parse(&format!("a{sign}a")).is_ok() { sign } else { '-' })
        .collect();
    let words = kept.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    let mut short: String = words.chars().take(USER_NAME_CHARS).collect();
    while !short.is_empty() && UserName::parse(&short).is_err() {
        short.remove(0);
    }
    if short.is_empty() { "user".to_owned() } else { short }
}

/// The name, with a number behind it from the second try on, and something random at last.
fn numbered(name: &str, number: u32) -> UserName {
    let suffix = match number {
        1 => return UserName::parse(name).unwrap_or_else(|_| UserName::trusted("user".to_owned())),
        TRIES => format!("-{}", &secret::random_code()[..4]),
        number => format!("-{number}"),
    };
    let room = USER_NAME_CHARS - suffix.len();
    let name: String = name.chars().take(room).collect();
    UserName::parse(&format!("{name}{suffix}")).unwrap_or_else(|_| UserName::trusted(format!("user{suffix}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_become_names_that_are_possible_here() {
        for (theirs, ours) in [
            ("ann", "ann"),
            ("  Ann Lee ", "Ann-Lee"),
            ("ann@example.org", "ann-example.org"),
            ("<b>änn</b>", "b-änn-b"),
            ("room", "oom"),
            ("@@@", "user"),
            ("", "user"),
        ] {
            assert_eq!(clean(theirs), ours, "{theirs}");
            assert!(UserName::parse(&clean(theirs)).is_ok());
        }
        let long = clean(&"x".repeat(100));
        for number in [1, 2, TRIES] {
            assert!(UserName::parse(numbered(&long, number).as_str()).is_ok());
        }
        assert_eq!(numbered("ann", 2).as_str(), "ann-2");
    }
}
