//! Accounts: roles, suspension, silence, trust, logins, deletion.

use serde_json::json;

use super::{Admin, AdminError, By};
use crate::auth::reset::ResetLink;
use crate::chat::messages::Cut;
use crate::domain::limits::REASON_CHARS;
use crate::domain::name::NameKey;
use crate::domain::office::{self, Power};
use crate::domain::person::{Author, SiteRole};
use crate::storage::audit::Act;
use crate::storage::order::{AccountFilter, Decisions, WatchedAccount};
use crate::storage::users::Account;

/// Accounts of one page.
pub const PAGE: usize = 50;

/// What is to be another way about an account; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct PersonChange {
    /// Another site role.
    pub role: Option<SiteRole>,
    /// Whether its logins work.
    pub suspended: Option<bool>,
    /// Why they do not.
    pub reason: String,
    /// Whether it only reads.
    pub silenced: Option<bool>,
    /// Whether it is trusted although it is new.
    pub trusted: Option<bool>,
}

impl Admin {
    /// One page of accounts, from after the name `after` on, and whether there are more.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn people(
        &self,
        by: &By,
        filter: &AccountFilter,
        after: &str,
    ) -> Result<(Vec<WatchedAccount>, bool), AdminError> {
        self.allow(by, Power::SeePeople)?;
        let folded = AccountFilter { name: NameKey::of(filter.name.trim()).as_str().to_owned(), ..filter.clone() };
        let mut found = self.store.watched_accounts(&folded, NameKey::of(after).as_str(), PAGE + 1).await?;
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        Ok((found, more))
    }

    /// One account, by name.
    ///
    /// # Errors
    /// When the role is not enough, or there is none.
    pub async fn person(&self, by: &By, name: &str) -> Result<WatchedAccount, AdminError> {
        self.allow(by, Power::SeePeople)?;
        self.find(name).await
    }

    async fn find(&self, name: &str) -> Result<WatchedAccount, AdminError> {
        let account = self.store.user_by_name(&NameKey::of(name.trim())).await?;
        let account = account.ok_or_else(|| AdminError::no_account(name))?;
        self.store.watched_account(account.id).await?.ok_or_else(|| AdminError::no_account(name))
    }

    /// The account of this name, if its role is below that of whoever acts.
    pub(super) async fn find_below(&self, by: &By, power: Power, name: &str) -> Result<WatchedAccount, AdminError> {
        self.allow(by, power)?;
        let found = self.find(name).await?;
        if found.account.id == by.who.id {
            return Err(AdminError::Oneself);
        }
        office::may_touch(by.role, found.account.site_role)?;
        Ok(found)
    }

    /// Gives an account another site role: one below one's own, and only to those below.
    ///
    /// # Errors
    /// When the role is not enough, or the account is the only owner.
    pub async fn set_role(&self, by: &By, name: &str, role: SiteRole) -> Result<(), AdminError> {
        self.allow(by, Power::Roles)?;
        let found = self.find(name).await?;
        let before = found.account.site_role;
        self.may_give(by, &found, role)?;
        if !self.store.set_site_role(found.account.id, role).await? {
            return Err(AdminError::LastOwner);
        }
        if let Some(chat) = &self.chat {
            chat.promote(found.account.id, role);
        }
        let details = json!({ "from": before.as_str(), "to": role.as_str() });
        self.note(by, "user.role", user(&found), details).await
    }

    /// Decides several things about an account at once: all of it is looked at first, and then done in one transaction with
    /// the entries in the audit log, so that a refusal changes nothing.
    ///
    /// # Errors
    /// When the role is not enough for any of it, a value cannot be, or the account is the only owner.
    pub async fn change_person(&self, by: &By, name: &str, change: &PersonChange) -> Result<(), AdminError> {
        let (found, decisions, acts) = self.weigh(by, name, change).await?;
        if acts.is_empty() {
            return Ok(());
        }
        for act in &acts {
            log::info!("{} by {} ({}): {}", act.action, by.who.name, by.origin, act.target);
        }
        if !self.store.decide(found.account.id, &decisions, &acts).await? {
            return Err(AdminError::LastOwner);
        }
        if let (Some(chat), Some(role)) = (&self.chat, decisions.role) {
            chat.promote(found.account.id, role);
        }
        self.enforce().await
    }

    /// Everything that is asked before anything is done.
    async fn weigh(
        &self,
        by: &By,
        name: &str,
        change: &PersonChange,
    ) -> Result<(WatchedAccount, Decisions, Vec<Act>), AdminError> {
        let (mut decisions, mut done) = (Decisions::default(), Vec::new());
        let found = self.person(by, name).await?;
        if let Some(role) = change.role {
            self.may_give(by, &found, role)?;
            decisions.role = Some(role);
            let details = json!({ "from": found.account.site_role.as_str(), "to": role.as_str() });
            done.push(("user.role", details));
        }
        for (power, is_asked) in [
            (Power::Suspend, change.suspended.is_some()),
            (Power::Silence, change.silenced.is_some()),
            (Power::Trust, change.trusted.is_some()),
        ] {
            if is_asked {
                self.find_below(by, power, name).await?;
            }
        }
        let (now, reason) = (self.clock.now(), checked_reason(&change.reason)?);
        if let Some(suspended) = change.suspended {
            decisions.suspended = Some(suspended.then(|| (now, reason.clone())));
            let details = if suspended { json!({ "reason": reason }) } else { json!({}) };
            done.push((if suspended { "user.suspend" } else { "user.unsuspend" }, details));
        }
        if let Some(silenced) = change.silenced {
            decisions.silenced = Some(silenced);
            done.push((if silenced { "user.silence" } else { "user.unsilence" }, json!({})));
        }
        if let Some(trusted) = change.trusted {
            decisions.trusted = Some(trusted.then_some(now));
            done.push((if trusted { "user.trust" } else { "user.distrust" }, json!({})));
        }
        let act = |(action, details): (&str, serde_json::Value)| self.act_of(by, action, user(&found), &details);
        let acts = done.into_iter().map(act).collect();
        Ok((found, decisions, acts))
    }

    /// A role below one's own, and only to those below; an owner may step down, if another one is left.
    fn may_give(&self, by: &By, found: &WatchedAccount, role: SiteRole) -> Result<(), AdminError> {
        self.allow(by, Power::Roles)?;
        let before = found.account.site_role;
        if found.account.id != by.who.id {
            office::may_touch(by.role, before)?;
        }
        if office::may_give(by.role, role).is_err() || before == SiteRole::Bot {
            let message = "give a role that is below your own; bots are made as such and stay bots".to_owned();
            return Err(AdminError::Bad { field: "role", message });
        }
        Ok(())
    }

    /// Suspends an account: no login of it works, and live ones end at once.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn suspend(&self, by: &By, name: &str, reason: &str) -> Result<(), AdminError> {
        let reason = checked_reason(reason)?;
        let found = self.find_below(by, Power::Suspend, name).await?;
        self.store.suspend(found.account.id, Some((self.clock.now(), &reason))).await?;
        self.enforce().await?;
        self.note(by, "user.suspend", user(&found), json!({ "reason": reason })).await
    }

    /// Ends a suspension.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn unsuspend(&self, by: &By, name: &str) -> Result<(), AdminError> {
        let found = self.find_below(by, Power::Suspend, name).await?;
        self.store.suspend(found.account.id, None).await?;
        self.enforce().await?;
        self.note(by, "user.unsuspend", user(&found), json!({})).await
    }

    /// Lets an account read and not write, or write again.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn silence(&self, by: &By, name: &str, silenced: bool) -> Result<(), AdminError> {
        let found = self.find_below(by, Power::Silence, name).await?;
        self.store.silence(found.account.id, silenced).await?;
        self.enforce().await?;
        let action = if silenced { "user.silence" } else { "user.unsilence" };
        self.note(by, action, user(&found), json!({})).await
    }

    /// Ends the quarantine of a new account before its time.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn trust(&self, by: &By, name: &str, trusted: bool) -> Result<(), AdminError> {
        let found = self.find_below(by, Power::Trust, name).await?;
        self.store.trust(found.account.id, trusted.then(|| self.clock.now())).await?;
        self.enforce().await?;
        let action = if trusted { "user.trust" } else { "user.distrust" };
        self.note(by, action, user(&found), json!({})).await
    }

    /// Ends every login of an account, cookies and tokens; answers how many there were.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn end_logins(&self, by: &By, name: &str) -> Result<usize, AdminError> {
        let found = self.find_below(by, Power::Logins, name).await?;
        let ended = self.auth.end_all_logins(found.account.id).await?;
        if let Some(chat) = &self.chat {
            for device in &ended {
                chat.end_device(*device);
            }
            // Those who came by a signed token or a proxy have no login that could end.
            chat.cut(Cut::Person(found.account.id)).await;
        }
        self.note(by, "user.end_logins", user(&found), json!({ "logins": ended.len() })).await?;
        Ok(ended.len())
    }

    /// Makes a link by which somebody chooses a new password; those made before are good no more.
    ///
    /// # Errors
    /// When the role is not enough, or the account is a bot.
    pub async fn make_reset_link(&self, by: &By, name: &str) -> Result<ResetLink, AdminError> {
        let found = self.find_below(by, Power::Logins, name).await?;
        let link = self.auth.make_reset_link(found.account.id).await?;
        self.note(by, "user.reset_link", user(&found), json!({ "expires_at": link.expires_at })).await?;
        Ok(link)
    }

    /// Somebody has chosen a new password by a link that one of those who run the server had made for them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn note_reset(&self, account: &Account, origin: String) -> Result<(), AdminError> {
        let who = Author { id: account.id, name: account.name.clone() };
        let by = By { who, role: account.site_role, origin };
        self.note(&by, "user.reset", format!("user:{}", account.name), json!({})).await
    }

    /// Deletes an account. What it wrote stays under its name; with `messages` it is deleted, room by room.
    ///
    /// # Errors
    /// When the role is not enough, or the account owns the server.
    pub async fn delete_person(&self, by: &By, name: &str, messages: bool) -> Result<u64, AdminError> {
        let found = self.find_below(by, Power::DeletePeople, name).await?;
        if found.account.site_role == SiteRole::Owner {
            return Err(AdminError::Bad { field: "name", message: "take the role of an owner away first".to_owned() });
        }
        // Out first: whoever is still in would go on writing behind what is being deleted.
        let reason = "this account is being deleted";
        self.store.suspend(found.account.id, Some((self.clock.now(), reason))).await?;
        self.enforce().await?;
        let deleted = match self.messages_gone(by, &found, messages).await {
            Ok(deleted) => deleted,
            Err(error) => {
                self.note(by, "user.delete_failed", user(&found), json!({ "error": error.to_string() })).await?;
                return Err(error);
            }
        };
        if let Some(chat) = &self.chat {
            chat.cut(Cut::Account(found.account.id)).await;
        }
        if !self.store.delete_account(found.account.id).await? {
            return Err(AdminError::no_account(name));
        }
        self.auth.forget_account(&found.account.name);
        self.enforce().await?;
        self.note(by, "user.delete", user(&found), json!({ "messages": deleted })).await?;
        Ok(deleted)
    }

    async fn messages_gone(&self, by: &By, found: &WatchedAccount, wanted: bool) -> Result<u64, AdminError> {
        if wanted { self.delete_messages_of(by, found).await } else { Ok(0) }
    }
}

/// How an account is named in the audit log.
fn user(found: &WatchedAccount) -> String {
    format!("user:{}", found.account.name)
}

/// A reason that was typed: one line, and not too long.
pub(crate) fn checked_reason(text: &str) -> Result<String, AdminError> {
    let text = text.trim();
    if text.chars().count() > REASON_CHARS || text.chars().any(char::is_control) {
        let message = format!("a reason is one line of at most {REASON_CHARS} characters");
        return Err(AdminError::Bad { field: "reason", message });
    }
    Ok(text.to_owned())
}
