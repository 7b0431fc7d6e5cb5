//! Tokens of everybody: who has which, for what, and taking them back. Their secrets are nowhere.

use serde_json::json;

use super::{Admin, AdminError, By};
use crate::domain::device::Device;
use crate::domain::ids::DeviceId;
use crate::domain::office::{self, Power};
use crate::storage::users::Account;

/// Tokens of one page.
pub const PAGE: usize = 50;

impl Admin {
    /// One page of the tokens of everybody, the newest first, from after this one on, and whether there are more.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn tokens(&self, by: &By, after: Option<DeviceId>) -> Result<(Vec<(Device, Account)>, bool), AdminError> {
        self.allow(by, Power::Tokens)?;
        let mut found = self.store.tokens(self.clock.now(), after, PAGE + 1).await?;
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        Ok((found, more))
    }

    /// Takes a token back; the sessions it opened end.
    ///
    /// # Errors
    /// When the role is not enough or not above that of its owner, or there is no such token.
    pub async fn revoke_token(&self, by: &By, id: DeviceId) -> Result<(), AdminError> {
        self.allow(by, Power::Tokens)?;
        let missing = || AdminError::NotFound { what: "token", name: id.to_string() };
        let (token, owner) = self.store.token(id).await?.ok_or_else(missing)?;
        if owner.id != by.who.id {
            office::may_touch(by.role, owner.site_role)?;
        }
        if !self.store.revoke_device(owner.id, id).await? {
            return Err(missing());
        }
        if let Some(chat) = &self.chat {
            chat.end_device(id);
        }
        let details = json!({ "token": id.to_string(), "label": token.label });
        self.note(by, "token.revoke", format!("user:{}", owner.name), details).await
    }
}
