//! Bots: accounts with tokens only, for programs. Nobody logs in as one by a password.

use super::devices::{NewLogin, TokenWish};
use super::{Auth, AuthError, secret};
use crate::domain::device::{Device, DeviceKind};
use crate::domain::ids::DeviceId;
use crate::domain::name::{NameKey, UserName};
use crate::domain::permission::{Refusal, may_invite};
use crate::domain::person::{Person, SiteRole};
use crate::storage::users::{Account, NewAccount, Registered};

/// Accounts read at a time.
const PAGE: usize = 1000;

impl Auth {
    /// Makes a bot. Whoever calls has checked that it may be.
    ///
    /// # Errors
    /// When there is no owner yet, or the name is bad or taken.
    pub async fn add_bot(&self, name: &str) -> Result<Account, AuthError> {
        // The first account has to be the owner's.
        if self.access().demo {
            return Err(AuthError::RegistrationClosed);
        }
        let now = self.clock.now();
        let name = UserName::parse(name)?;
        let account = Account { id: secret::new_user(), name, site_role: SiteRole::Bot, created_at: now };
        let new = NewAccount { account, password_hash: String::new(), invite: None };
        match self.store.add_user(&new, false, now).await? {
            Registered::Done => {
                self.names.add(new.account.name.key());
                Ok(new.account)
            }
            _ => Err(AuthError::NameTaken),
        }
    }

    /// Every bot, by name.
    ///
    /// # Errors
    /// When the caller is no admin.
    pub async fn bots(&self, caller: &Person) -> Result<Vec<Account>, AuthError> {
        check(caller)?;
        let (mut bots, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.users(after.as_ref(), PAGE).await?;
            after = page.last().map(|account| account.name.key());
            bots.extend(page.into_iter().filter(|account| account.site_role == SiteRole::Bot));
            if after.is_none() {
                return Ok(bots);
            }
        }
    }

    /// The bot of this name.
    ///
    /// # Errors
    /// When the caller is no admin.
    pub async fn bot(&self, caller: &Person, name: &str) -> Result<Option<Account>, AuthError> {
        check(caller)?;
        let found = self.store.user_by_name(&NameKey::of(name)).await?;
        Ok(found.filter(|account| account.site_role == SiteRole::Bot))
    }

    /// Makes a token for a bot; the secret is shown this once.
    ///
    /// # Errors
    /// When the caller is no admin, or the wish makes no sense.
    pub async fn make_bot_token(&self, caller: &Person, bot: Account, wish: TokenWish) -> Result<NewLogin, AuthError> {
        check(caller)?;
        self.make_token_of(bot, wish).await
    }

    /// Makes a token for an account. Whoever calls has checked that it may be made.
    ///
    /// # Errors
    /// When the token would be good for nothing.
    pub async fn make_token_for(&self, account: Account, wish: TokenWish) -> Result<NewLogin, AuthError> {
        self.make_token_of(account, wish).await
    }

    /// The tokens of a bot.
    ///
    /// # Errors
    /// When the caller is no admin.
    pub async fn bot_tokens(&self, caller: &Person, bot: &Account) -> Result<Vec<Device>, AuthError> {
        check(caller)?;
        Ok(self.store.devices(bot.id, DeviceKind::Token, self.clock.now()).await?)
    }

    /// Ends a token of a bot; `false` when it has no such token.
    ///
    /// # Errors
    /// When the caller is no admin.
    pub async fn revoke_bot_token(&self, caller: &Person, bot: &Account, token: DeviceId) -> Result<bool, AuthError> {
        check(caller)?;
        Ok(self.store.revoke_device(bot.id, token).await?)
    }
}

/// Whoever lets people in also lets programs in.
fn check(caller: &Person) -> Result<(), Refusal> {
    may_invite(caller.standing)
}
