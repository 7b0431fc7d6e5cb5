//! Bans from the whole server.

use serde_json::json;

use super::people::checked_reason;
use super::{Admin, AdminError, By};
use crate::domain::clock::Timestamp;
use crate::domain::conduct::{Ban, Banned, Network};
use crate::domain::office::{self, Power};
use crate::domain::permission::Refusal;
use crate::domain::person::{Author, SiteRole};
use crate::storage::order::NewBan;

impl Admin {
    /// All bans, the newest first, the ended ones too.
    ///
    /// # Errors
    /// When the role is not enough.
    pub fn bans(&self, by: &By) -> Result<Vec<Ban>, AdminError> {
        self.allow(by, Power::Ban)?;
        Ok(self.auth.conduct().bans.clone())
    }

    /// Shuts somebody out: `whom` is the name of an account, an address, or a network in CIDR notation.
    ///
    /// # Errors
    /// When the role is not enough, or `whom` is nobody.
    pub async fn ban(&self, by: &By, whom: &str, reason: &str, ends_at: Option<Timestamp>) -> Result<Ban, AdminError> {
        self.allow(by, Power::Ban)?;
        let reason = checked_reason(reason)?;
        if ends_at.is_some_and(|end| end <= self.clock.now()) {
            return Err(AdminError::Bad { field: "ends_at", message: "choose a time to come, or none".to_owned() });
        }
        let who = if looks_like_a_network(whom) {
            let network: Network = whom.parse().map_err(|error: crate::domain::conduct::BadNetwork| {
                AdminError::Bad { field: "whom", message: error.to_string() }
            })?;
            // A moderator who shuts out half of the Internet needs somebody above to do it.
            if by.role < SiteRole::Admin && !whom_is_one(whom) {
                self.allow(by, Power::Settings)?;
            }
            // Nobody is shut out by way of their address who could not be by name.
            if let Some(chat) = &self.chat {
                for session in chat.sessions().await {
                    let is_hit = network.contains(session.origin.address);
                    if let Some(role) = session.person.site_role().filter(|_| is_hit) {
                        office::may_touch(by.role, role)?;
                    }
                }
            }
            Banned::Network(network)
        } else {
            let found = self.find_below(by, Power::Ban, whom).await?;
            Banned::Account(Author { id: found.account.id, name: found.account.name })
        };
        let new = NewBan { who, reason, made_by: by.who.clone(), made_at: self.clock.now(), ends_at };
        let ban = self.store.add_ban(&new).await?;
        self.enforce().await?;
        let details = json!({ "reason": ban.reason, "ends_at": ban.ends_at.map(|at| at.to_string()) });
        self.note(by, "ban.add", target(&ban.who), details).await?;
        Ok(ban)
    }

    /// Takes a ban back.
    ///
    /// # Errors
    /// When the role is not enough, or there is no such ban.
    pub async fn lift_ban(&self, by: &By, id: i64) -> Result<(), AdminError> {
        self.allow(by, Power::Ban)?;
        let found = self.auth.conduct().bans.iter().find(|ban| ban.id == id).cloned();
        let ban = found.ok_or_else(|| AdminError::NotFound { what: "ban", name: id.to_string() })?;
        // What somebody above has decided stays decided.
        if let Some(maker) = self.store.user(ban.made_by.id).await? {
            let is_own = maker.id == by.who.id;
            if !is_own && maker.site_role > by.role {
                return Err(AdminError::Refused(Refusal::NotBelow));
            }
        }
        self.store.lift_ban(id).await?;
        self.enforce().await?;
        self.note(by, "ban.lift", target(&ban.who), json!({ "reason": ban.reason })).await
    }
}

fn target(who: &Banned) -> String {
    match who {
        Banned::Account(account) => format!("user:{}", account.name),
        Banned::Network(network) => format!("network:{network}"),
    }
}

/// Names have neither `/` nor `:`, and none is an address: `10.0.0.1` is refused as a name.
fn looks_like_a_network(whom: &str) -> bool {
    whom.contains(['/', ':']) || whom.trim().parse::<std::net::IpAddr>().is_ok()
}

fn whom_is_one(whom: &str) -> bool {
    !whom.contains('/')
}
