//! Logging in at a provider of OpenID Connect (Core 1.0): the code flow with PKCE (RFC 7636), bound to one browser.
//!
//! Who somebody is there is bound to an account here by issuer and subject, as for others who vouch. Names and addresses
//! of theirs bind nothing: whoever may choose them there must not become somebody else here. What the provider asks for,
//! a second factor say, is the provider's to decide.

pub mod errand;
mod provider;

use std::net::IpAddr;

use secrecy::SecretString;

use super::devices::NewLogin;
use super::error::OidcError;
use super::{Auth, AuthError, secret};
use crate::config::OidcConfig;
use crate::domain::access::Registration;
use crate::domain::clock::Clock;
use crate::domain::grant::Scope;
use crate::domain::person::Person;

use errand::{Errand, Errands};
use provider::{Bonds, Provider};

/// The provider, and what browsers carry to it.
pub(super) struct Oidc {
    errands: Errands,
    provider: Provider,
    /// How it is called in the database.
    issuer: String,
    /// How people call it.
    name: String,
    /// Its address.
    address: String,
}

/// Somebody on the way to the provider.
pub struct Departure {
    /// Where the browser goes.
    pub url: String,
    /// What it carries.
    pub cookie: String,
}

/// What came back from the provider, beside the cookie.
pub struct Answer<'a> {
    /// Stands for whoever logged in.
    pub code: &'a str,
    /// What was sent along.
    pub state: &'a str,
    /// Why nobody did, or nothing.
    pub error: &'a str,
    /// Who answers, if they say so (RFC 9207).
    pub issuer: &'a str,
}

/// Who asks with it.
pub struct Arriving<'a> {
    /// The cookie.
    pub cookie: &'a str,
    /// Who is logged in already.
    pub person: Option<&'a Person>,
    /// Where the request came from.
    pub address: IpAddr,
    /// What the browser is called.
    pub label: &'a str,
    /// The address that the provider has sent the browser to.
    pub redirect: &'a str,
}

/// What came of an errand.
pub enum Arrival {
    /// A login.
    In {
        /// It.
        login: NewLogin,
        /// The account was made for it.
        is_new: bool,
        /// The page to go on to.
        next: String,
    },
    /// Who is logged in may come by the provider from now on.
    Connected,
}

impl Oidc {
    pub(super) fn new(config: &OidcConfig, secret: &str, clock: Clock) -> Self {
        Self {
            errands: Errands::new(secret),
            issuer: format!("oidc {}", config.issuer),
            name: config.name.clone(),
            address: config.issuer.clone(),
            provider: Provider::new(config.clone(), clock),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn bonds(&self, errand: &Errand) -> Bonds {
        let Self { errands, .. } = self;
        Bonds { state: errands.state(errand), nonce: errands.nonce(errand), verifier: errands.verifier(errand) }
    }
}

impl Auth {
    /// Sends somebody to the provider to log in. `next` is the page to go on to, a path that was checked.
    ///
    /// # Errors
    /// When the provider does not answer.
    pub async fn leave_for_provider(&self, next: &str, redirect: &str) -> Result<Departure, AuthError> {
        self.depart(None, next, redirect).await
    }

    /// Sends somebody to the provider to connect their account with who they are there.
    ///
    /// # Errors
    /// When the password is wrong, or the provider does not answer.
    pub async fn connect_at_provider(
        &self,
        person: &Person,
        password: SecretString,
        address: IpAddr,
        redirect: &str,
    ) -> Result<Departure, AuthError> {
        // Whoever finds an open browser must not make a way in for themselves.
        self.check_password_if_any(person, password, address).await?;
        self.depart(Some(person), "/settings/sign-in", redirect).await
    }

    async fn depart(&self, person: Option<&Person>, next: &str, redirect: &str) -> Result<Departure, AuthError> {
        let oidc = self.oidc.as_ref().ok_or(OidcError::Off)?;
        let (errand, cookie) = oidc.errands.begin(person.map(|person| person.id), next, self.clock.now());
        Ok(Departure { url: oidc.provider.login_page(oidc.bonds(&errand), redirect).await?, cookie })
    }

    /// Takes somebody in who comes back from the provider.
    ///
    /// # Errors
    /// When the browser was not sent there by us, the provider does not vouch for them, or they may not come in.
    pub async fn arrive(&self, answer: Answer<'_>, arriving: Arriving<'_>) -> Result<Arrival, AuthError> {
        let oidc = self.oidc.as_ref().ok_or(OidcError::Off)?;
        let errand = oidc.errands.read(arriving.cookie, self.clock.now()).ok_or(OidcError::NotBegun)?;
        let bonds = oidc.bonds(&errand);
        if !secret::same(answer.state, &bonds.state) {
            return Err(OidcError::NotBegun.into());
        }
        if !answer.issuer.is_empty() && answer.issuer != oidc.address {
            return Err(OidcError::NotBelieved.into());
        }
        if !answer.error.is_empty() {
            log::info!("the OpenID Connect provider did not let somebody in: {:?}", answer.error);
            return Err(OidcError::Declined.into());
        }
        let somebody = oidc.provider.whose(answer.code, bonds, arriving.redirect).await?;
        let (issuer, subject) = (oidc.issuer.as_str(), somebody.subject.as_str());
        if let Some(user) = errand.connects {
            let person = arriving.person.filter(|person| person.id == user).ok_or(OidcError::NotBegun)?;
            if self.store.connect_identity(person.id, issuer, subject, self.clock.now()).await? {
                return Ok(Arrival::Connected);
            }
            return Err(OidcError::Taken.into());
        }
        let known = self.store.identity(issuer, subject).await?;
        let is_new = known.is_none();
        let account = if let Some(account) = known {
            account
        } else {
            // Shut out by address: no account is made for them first.
            self.let_in(None, Some(arriving.address))?;
            if !self.access().demo && self.access().registration != Registration::Open {
                return Err(OidcError::Stranger.into());
            }
            self.account_of(issuer, subject, somebody.name.as_deref()).await?
        };
        self.let_in(Some(account.id), Some(arriving.address))?;
        let login = self.log_in_account(account, arriving.label).await?;
        Ok(Arrival::In { login, is_new, next: errand.next })
    }

    /// Whether this account may come by the provider.
    ///
    /// # Errors
    /// When the caller came with a token that may not know.
    pub async fn is_connected(&self, person: &Person) -> Result<bool, AuthError> {
        person.grant.allows_outside_rooms(Scope::Admin)?;
        let Some(oidc) = &self.oidc else { return Ok(false) };
        Ok(self.store.issuers(person.id).await?.contains(&oidc.issuer))
    }

    /// Takes the way by the provider away from an account; `false` when it had none.
    ///
    /// # Errors
    /// When it is the last way in.
    pub async fn disconnect(&self, person: &Person) -> Result<bool, AuthError> {
        let oidc = self.oidc.as_ref().ok_or(OidcError::Off)?;
        person.grant.allows_outside_rooms(Scope::Admin)?;
        let others = self.store.issuers(person.id).await?.iter().any(|issuer| *issuer != oidc.issuer);
        if !others && !self.has_password(person).await? && !self.has_passkey(person).await? {
            return Err(AuthError::LastWayIn);
        }
        Ok(self.store.disconnect_identity(person.id, &oidc.issuer).await?)
    }
}
