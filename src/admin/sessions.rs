//! Who is connected, and ending it.

use serde_json::json;

use super::{Admin, AdminError, By};
use crate::chat::messages::{Cut, SeenSession};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::office::{self, Power};

impl Admin {
    /// Everybody who is connected, the longest first.
    ///
    /// # Errors
    /// When the role is not enough, or no server runs.
    pub async fn sessions(&self, by: &By) -> Result<Vec<SeenSession>, AdminError> {
        self.allow(by, Power::Sessions)?;
        let chat = self.chat.as_ref().ok_or(AdminError::NeedsServer)?;
        let mut seen = chat.sessions().await;
        seen.sort_by_key(|session| (session.since, session.id));
        Ok(seen)
    }

    /// Ends all connections of a person, a guest too. Their clients may come back: a ban keeps somebody out.
    ///
    /// # Errors
    /// When the role is not enough, or they have none.
    pub async fn cut_person(&self, by: &By, user: UserId, name: &str, reason: &str) -> Result<(), AdminError> {
        self.allow(by, Power::Sessions)?;
        let chat = self.chat.as_ref().ok_or(AdminError::NeedsServer)?;
        let missing = || AdminError::NotFound { what: "connection", name: name.to_owned() };
        let session =
            chat.sessions().await.into_iter().find(|session| session.person.id == user).ok_or_else(missing)?;
        if let Some(role) = session.person.site_role() {
            office::may_touch(by.role, role)?;
        }
        let count = chat.cut(Cut::Person(user)).await;
        let details = json!({ "connections": count, "reason": reason });
        self.note(by, "session.cut", format!("user:{name}"), details).await
    }

    /// Ends one connection. Its client may come back: a ban keeps somebody out.
    ///
    /// # Errors
    /// When the role is not enough, or there is no such connection.
    pub async fn cut(&self, by: &By, id: SessionId) -> Result<(), AdminError> {
        self.allow(by, Power::Sessions)?;
        let chat = self.chat.as_ref().ok_or(AdminError::NeedsServer)?;
        let missing = || AdminError::NotFound { what: "connection", name: id.0.to_string() };
        let session = chat.sessions().await.into_iter().find(|session| session.id == id).ok_or_else(missing)?;
        if let Some(role) = session.person.site_role()
            && session.person.id != by.who.id
        {
            office::may_touch(by.role, role)?;
        }
        if chat.cut(Cut::Session(id)).await == 0 {
            return Err(missing());
        }
        let details = json!({ "door": session.origin.door.as_str(), "address": session.origin.address.to_string() });
        self.note(by, "session.cut", format!("user:{}", session.person.name), details).await
    }
}
