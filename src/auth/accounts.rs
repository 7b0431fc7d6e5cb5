//! Accounts: set-up, registration, login, name and password.

use std::net::IpAddr;

use secrecy::SecretString;

use super::devices::NewLogin;
use super::second_factor::Entry;
use super::{Auth, AuthError, secret};
use crate::domain::access::Registration;
use crate::domain::grant::Scope;
use crate::domain::ids::DeviceId;
use crate::domain::limits::USER_NAME_CHARS;
use crate::domain::name::{NameKey, UserName};
use crate::domain::permission::Refusal;
use crate::domain::person::{Person, SiteRole};
use crate::storage::settings::SERVER_NAME;
use crate::storage::users::{Account, NewAccount, Registered};

/// Who wants to be the owner.
pub struct SetUp {
    /// The name of the server, if it is to have another.
    pub server_name: Option<String>,
    /// The owner's name.
    pub name: String,
    /// The owner's password.
    pub password: SecretString,
    /// What was typed as the code of the console; needed from another machine.
    pub code: String,
    /// Where the request came from.
    pub address: IpAddr,
}

impl Auth {
    /// True when the set-up code has to be typed: from everywhere but this machine.
    #[must_use]
    pub fn needs_setup_code(&self, address: IpAddr) -> bool {
        !address.to_canonical().is_loopback()
    }

    /// Makes the first account, which becomes the owner; from then on guests are off, unless a setting says otherwise.
    ///
    /// # Errors
    /// When somebody was first, the code is wrong, or name or password are bad.
    pub async fn set_up(&self, wish: SetUp, label: &str) -> Result<NewLogin, AuthError> {
        if !self.access().demo {
            return Err(AuthError::AlreadySetUp);
        }
        if self.needs_setup_code(wish.address) {
            // Counted by address alone: nobody can keep the right code out by typing wrong ones elsewhere.
            let name = NameKey::of(&format!("set-up {}", wish.address));
            self.throttle.try_login(&name, wish.address, self.clock.now())?;
            if !secret::same(wish.code.trim(), &self.setup_code) {
                return Err(AuthError::BadSetupCode);
            }
        }
        let account = self.make_owner(&wish.name, wish.password).await?;
        if let Some(name) = wish.server_name {
            self.store.set_setting(SERVER_NAME, &name).await?;
            self.reload_house().await?;
        }
        self.log_in_account(account, label).await
    }

    /// Makes the first account without a browser. `false` when there is one already.
    ///
    /// # Errors
    /// When name or password are bad.
    pub async fn set_up_from_settings(&self) -> Result<bool, AuthError> {
        let Some(admin) = self.settings.admin.clone() else { return Ok(false) };
        if !self.access().demo {
            return Ok(false);
        }
        match self.make_owner(admin.name.as_str(), admin.password).await {
            Ok(_) => Ok(true),
            Err(AuthError::AlreadySetUp) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn make_owner(&self, name: &str, password: SecretString) -> Result<Account, AuthError> {
        let account = self.new_account(name, SiteRole::Owner)?;
        let new = NewAccount { account, password_hash: self.passwords.hash(password).await?, invite: None };
        match self.store.add_user(&new, true, self.clock.now()).await? {
            Registered::Done => {
                self.names.add(new.account.name.key());
                self.reload_house().await?;
                Ok(new.account)
            }
            Registered::NameTaken => Err(AuthError::NameTaken),
            Registered::NotFirst | Registered::InviteUsedUp => Err(AuthError::AlreadySetUp),
        }
    }

    /// Makes an account, by invite or where registration is open.
    ///
    /// # Errors
    /// When registration is closed, the invite is not good, or name or password are bad.
    pub async fn register(
        &self,
        invite: Option<&str>,
        name: &str,
        password: SecretString,
        label: &str,
    ) -> Result<NewLogin, AuthError> {
        if self.passwords_off {
            return Err(AuthError::PasswordsOff);
        }
        let invite = self.entry_ticket(invite).await?;
        let account = self.new_account(name, SiteRole::Member)?;
        let new = NewAccount { account, password_hash: self.passwords.hash(password).await?, invite };
        match self.store.add_user(&new, false, self.clock.now()).await? {
            Registered::Done => {
                self.names.add(new.account.name.key());
                self.log_in_account(new.account, label).await
            }
            Registered::NameTaken => Err(AuthError::NameTaken),
            Registered::InviteUsedUp | Registered::NotFirst => Err(AuthError::BadInvite),
        }
    }

    /// What lets somebody register: an open invite, or nothing where everybody may.
    async fn entry_ticket(&self, invite: Option<&str>) -> Result<Option<String>, AuthError> {
        let access = self.access();
        // Before set-up the first account has to be the owner's.
        if access.demo || access.registration == Registration::Closed {
            return Err(AuthError::RegistrationClosed);
        }
        match (invite.filter(|code| !code.is_empty()), access.registration) {
            (Some(code), _) => match self.open_invite(code).await? {
                Some(invite) => Ok(Some(invite.code)),
                None => Err(AuthError::BadInvite),
            },
            (None, Registration::Open) => Ok(None),
            (None, _) => Err(AuthError::BadInvite),
        }
    }

    /// Checks name and password; one answer for a wrong name and a wrong password, after the same time. Whoever has a
    /// second factor is asked for a code.
    ///
    /// # Errors
    /// When they are wrong, there were too many tries, or the account is suspended.
    pub async fn log_in(
        &self,
        name: &str,
        password: SecretString,
        address: IpAddr,
        label: &str,
    ) -> Result<Entry, AuthError> {
        // No account has a longer name; cut, it cannot fill the memory of the throttle.
        let key = NameKey::of(&name.trim().chars().take(4 * USER_NAME_CHARS).collect::<String>());
        self.throttle.try_login(&key, address, self.clock.now())?;
        // Bots, and those whom another system vouches for, have no password; it must take as long to find out.
        let found = self.store.credentials(&key).await?.filter(|(_, stored)| !stored.is_empty());
        let (account, stored) = found.map_or((None, None), |(account, stored)| (Some(account), Some(stored)));
        let matches = self.passwords.matches(password, stored).await?;
        if let Some(account) = account.filter(|_| matches) {
            self.throttle.forgive(&key, address);
            // Only now: before, the answer would tell who has an account here.
            self.let_in(Some(account.id), Some(address))?;
            // Those who run the server have to come in when the provider does not answer.
            if self.passwords_off && account.site_role < SiteRole::Admin {
                return Err(AuthError::PasswordsOff);
            }
            return self.enter(account, label).await;
        }
        self.metrics.login_failed();
        Err(AuthError::WrongCredentials)
    }

    /// The account with this name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_named(&self, name: &UserName) -> Result<Option<Account>, AuthError> {
        Ok(self.store.user_by_name(&name.key()).await?)
    }

    /// Gives an account another name.
    ///
    /// # Errors
    /// When the name is bad or taken.
    pub async fn rename(&self, person: &Person, name: &str) -> Result<UserName, AuthError> {
        person.grant.allows_outside_rooms(Scope::Admin)?;
        // Everybody in all rooms is told of another name.
        if self.conduct().silenced.contains(&person.id) {
            return Err(Refusal::Silenced.into());
        }
        let name = UserName::parse(name)?;
        if !self.store.rename_user(person.id, &name).await? {
            return Err(AuthError::NameTaken);
        }
        self.names.remove(&person.name.key());
        self.names.add(name.key());
        Ok(name)
    }

    /// Gives an account another password and ends its other logins by cookie, and by token if that is asked for; answers
    /// with those.
    ///
    /// # Errors
    /// When the present password is wrong or the new one is bad.
    pub async fn change_password(
        &self,
        person: &Person,
        current: SecretString,
        new: SecretString,
        end_tokens: bool,
        address: IpAddr,
    ) -> Result<Vec<DeviceId>, AuthError> {
        self.check_password(person, current, address).await?;
        let hash = self.passwords.hash(new).await?;
        self.store.set_password(person.id, &hash).await?;
        let mut ended = self.store.revoke_other_devices(person.id, person.device).await?;
        if end_tokens {
            ended.extend(self.store.revoke_other_tokens(person.id, person.device).await?);
        }
        Ok(ended)
    }

    /// Asks for the password of somebody who is logged in, before something that a found browser must not do.
    ///
    /// # Errors
    /// When it is wrong, there were too many tries, or the caller came with a token that may not ask.
    pub(super) async fn check_password(
        &self,
        person: &Person,
        password: SecretString,
        address: IpAddr,
    ) -> Result<(), AuthError> {
        person.grant.allows_outside_rooms(Scope::Admin)?;
        let key = person.name.key();
        self.throttle.try_login(&key, address, self.clock.now())?;
        let stored = self.store.credentials(&key).await?.map(|(_, stored)| stored).filter(|stored| !stored.is_empty());
        if !self.passwords.matches(password, stored).await? {
            return Err(AuthError::WrongCredentials);
        }
        self.throttle.forgive(&key, address);
        Ok(())
    }

    /// The same where there is one. Without a password there is nothing to ask for but the login itself.
    #[cfg(any(feature = "oidc", feature = "passkeys"))]
    pub(super) async fn check_password_if_any(
        &self,
        person: &Person,
        password: SecretString,
        address: IpAddr,
    ) -> Result<(), AuthError> {
        if self.has_password(person).await? {
            return self.check_password(person, password, address).await;
        }
        Ok(person.grant.allows_outside_rooms(Scope::Admin)?)
    }

    /// Whether the account has a password.
    ///
    /// # Errors
    /// When the database does not answer.
    #[cfg(any(feature = "oidc", feature = "passkeys"))]
    pub async fn has_password(&self, person: &Person) -> Result<bool, AuthError> {
        let stored = self.store.credentials(&person.name.key()).await?;
        Ok(stored.is_some_and(|(_, stored)| !stored.is_empty()))
    }

    /// Whether the account has a passkey by which somebody could log in.
    #[cfg(feature = "oidc")]
    pub(super) async fn has_passkey(&self, person: &Person) -> Result<bool, AuthError> {
        Ok(self.passkeys_on() && !self.store.passkeys(person.id).await?.is_empty())
    }

    /// An account is gone: its name is free again.
    pub fn forget_account(&self, name: &UserName) {
        self.names.remove(&name.key());
    }

    fn new_account(&self, name: &str, site_role: SiteRole) -> Result<Account, AuthError> {
        Ok(Account { id: secret::new_user(), name: UserName::parse(name)?, site_role, created_at: self.clock.now() })
    }
}
