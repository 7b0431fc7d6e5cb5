//! Invites of everybody.

use serde_json::json;

use super::{Admin, AdminError, By};
use crate::domain::office::Power;
use crate::storage::invites::Invite;

/// Invites that are listed.
const MOST: usize = 500;

impl Admin {
    /// The invites that may still be used, the newest first.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn open_invites(&self, by: &By) -> Result<Vec<Invite>, AdminError> {
        self.allow(by, Power::Invites)?;
        Ok(self.store.open_invites(self.clock.now(), MOST).await?)
    }

    /// Takes an invite back, whoever made it.
    ///
    /// # Errors
    /// When the role is not enough, or there is none.
    pub async fn take_back_invite(&self, by: &By, code: &str) -> Result<(), AdminError> {
        self.allow(by, Power::Invites)?;
        let missing = || AdminError::NotFound { what: "invite", name: code.to_owned() };
        let gone = self.store.take_back_invite(code).await?.ok_or_else(missing)?;
        // The code itself is a key to the house and stays out of the log.
        let details = json!({ "uses": gone.uses, "made_at": gone.created_at.to_string() });
        self.note(by, "invite.revoke", format!("user:{}", gone.made_by.name), details).await
    }
}
