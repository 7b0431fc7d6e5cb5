//! Invites of everybody.

use serde_json::json;

use super::{Admin, AdminError, By};
use crate::auth::invites::MOST_DAYS;
use crate::domain::office::Power;
use crate::domain::person::{Author, SiteRole};
use crate::storage::invites::Invite;
use crate::storage::order::AccountFilter;

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

    /// Makes an invite. An invite belongs to an account: one made at the console to an owner.
    ///
    /// # Errors
    /// When the role is not enough, the days are none, or there is no account yet.
    pub async fn make_invite(&self, by: &By, max_uses: Option<u32>, days: u32) -> Result<Invite, AdminError> {
        self.allow(by, Power::Invites)?;
        let message = format!("an invite is good for 1 to {MOST_DAYS} days");
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(AdminError::Bad { field: "days", message });
        }
        let owners = AccountFilter { name: String::new(), role: Some(SiteRole::Owner), only_in_trouble: false };
        let (owners, _) = self.people(by, &owners, "").await?;
        let missing = || AdminError::NotFound { what: "account", name: "owner".to_owned() };
        let owner = owners.into_iter().next().ok_or_else(missing)?.account;
        let made_by = if by.who.id.0.is_nil() { Author { id: owner.id, name: owner.name } } else { by.who.clone() };
        let invite = self.auth.new_invite(made_by, None, max_uses, days);
        self.store.add_invite(&invite).await?;
        let details = json!({ "max_uses": max_uses, "days": days });
        self.note(by, "invite.make", format!("user:{}", invite.made_by.name), details).await?;
        Ok(invite)
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
