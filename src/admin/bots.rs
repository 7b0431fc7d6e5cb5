//! Bots and their tokens, as those who run the server make them.

use serde_json::json;

use super::{Admin, AdminError, By};
use crate::auth::devices::{NewLogin, TokenWish};
use crate::domain::ids::DeviceId;
use crate::domain::name::RoomName;
use crate::domain::office::Power;
use crate::domain::person::{Person, SiteRole};
use crate::storage::users::Account;

impl Admin {
    /// Makes a bot.
    ///
    /// # Errors
    /// When the role is not enough, or the name is bad or taken.
    pub async fn make_bot(&self, by: &By, name: &str) -> Result<Account, AdminError> {
        self.allow(by, Power::Tokens)?;
        let bot = self.auth.add_bot(name).await?;
        self.note(by, "bot.make", format!("user:{}", bot.name), json!({})).await?;
        Ok(bot)
    }

    /// Makes a token for a bot.
    ///
    /// # Errors
    /// When the role is not enough, or the token would be good for nothing.
    pub async fn make_bot_token(
        &self,
        by: &By,
        person: &Person,
        bot: Account,
        wish: TokenWish,
    ) -> Result<NewLogin, AdminError> {
        self.allow(by, Power::Tokens)?;
        let (target, details) = (format!("user:{}", bot.name), json!({ "label": wish.label }));
        let login = self.auth.make_bot_token(person, bot, wish).await?;
        self.note(by, "bot.token", target, details).await?;
        Ok(login)
    }

    /// Makes a token for a bot at the console, where nobody is logged in.
    ///
    /// # Errors
    /// When there is no such bot or no such room, or the token would be good for nothing.
    pub async fn make_token_at_console(
        &self,
        by: &By,
        bot: &str,
        wish: TokenWish,
        rooms: &[String],
    ) -> Result<NewLogin, AdminError> {
        self.allow(by, Power::Tokens)?;
        let missing = |what, name: &str| AdminError::NotFound { what, name: name.to_owned() };
        let found = self.person(by, bot).await?.account;
        if found.site_role != SiteRole::Bot {
            return Err(missing("bot", bot));
        }
        let mut ids = Vec::with_capacity(rooms.len());
        for name in rooms {
            let parsed = RoomName::parse_existing(name).map_err(|_| missing("room", name))?;
            ids.push(self.store.room_by_name(&parsed.key()).await?.ok_or_else(|| missing("room", name))?.info.id);
        }
        let wish = TokenWish { rooms: (!ids.is_empty()).then_some(ids), ..wish };
        let (target, details) = (format!("user:{}", found.name), json!({ "label": wish.label }));
        let login = self.auth.make_token_for(found, wish).await?;
        self.note(by, "bot.token", target, details).await?;
        Ok(login)
    }

    /// Ends a token of a bot; `false` when it has no such token.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn revoke_bot_token(
        &self,
        by: &By,
        person: &Person,
        bot: &Account,
        token: DeviceId,
    ) -> Result<bool, AdminError> {
        self.allow(by, Power::Tokens)?;
        let is_gone = self.auth.revoke_bot_token(person, bot, token).await?;
        if is_gone {
            let details = json!({ "token": token.to_string() });
            self.note(by, "bot.revoke_token", format!("user:{}", bot.name), details).await?;
        }
        Ok(is_gone)
    }

    /// Takes the second factor off an account whose owner has lost it.
    ///
    /// # Errors
    /// When the role is not enough, or there is no such account.
    pub async fn remove_factor(&self, by: &By, name: &str) -> Result<bool, AdminError> {
        let found = self.find_below(by, Power::Logins, name).await?;
        let had_one = self.auth.remove_factor_of(found.account.id).await?;
        if had_one {
            self.note(by, "user.remove_factor", format!("user:{}", found.account.name), json!({})).await?;
        }
        Ok(had_one)
    }
}
