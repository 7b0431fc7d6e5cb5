//! Rooms of others: taking back messages, archiving, owners, deletion, how long messages are kept.

use std::sync::Arc;

use serde_json::json;

use super::{Admin, AdminError, By};
use crate::domain::grant::Grant;
use crate::domain::ids::Seq;
use crate::domain::name::{NameKey, RoomName};
use crate::domain::office::Power;
use crate::domain::permission::{self, LOBBY, Refusal, RoomFacts};
use crate::domain::person::{Person, Standing};
use crate::domain::room::RoomKind;
use crate::protocol::command::{Command, HouseAct};
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::StorageError;
use crate::storage::archive::{ExportError, ExportOptions, Reading};
use crate::storage::order::{WatchedAccount, WatchedRoom};
use crate::storage::rooms::{NamedMember, StoredRoom};

/// Rooms of one page.
pub const PAGE: usize = 50;
/// Longest time messages can be kept before they go, in days.
pub const MOST_DAYS: u32 = 36_500;
/// Messages of one person that are found at a time.
const AT_ONCE: usize = 200;

/// What is to be another way about a room; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct RoomChange {
    /// Whether nobody writes into it any more.
    pub archived: Option<bool>,
    /// A member who is to own it, by name.
    pub owner: Option<String>,
    /// Days for which messages are kept; 0 for ever, `None` as on the whole server.
    pub retention_days: Option<Option<u32>>,
}

impl Admin {
    /// One page of rooms by name, from after the name `after` on, and whether there are more. Direct rooms are not listed:
    /// who talks to whom is nobody's business.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn rooms(&self, by: &By, name: &str, after: &str) -> Result<(Vec<WatchedRoom>, bool), AdminError> {
        self.allow(by, Power::SeeRooms)?;
        let (name, after) = (NameKey::of(name.trim()), NameKey::of(after));
        let mut found = self.store.watched_rooms(name.as_str(), after.as_str(), PAGE + 1).await?;
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        Ok((found, more))
    }

    /// One room with its people. Looking at a private one is written down.
    ///
    /// # Errors
    /// When the role is not enough, or there is none.
    pub async fn room(&self, by: &By, name: &str) -> Result<StoredRoom, AdminError> {
        self.allow(by, Power::SeeRooms)?;
        let found = self.find_room(name).await?;
        if found.info.kind != RoomKind::Public {
            self.note(by, "room.look", target(&found), json!({})).await?;
        }
        Ok(found)
    }

    /// How many days messages of this room are kept; 0 for ever, `None` as on the whole server.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn retention(&self, by: &By, room: &StoredRoom) -> Result<Option<u32>, AdminError> {
        self.allow(by, Power::SeeRooms)?;
        Ok(self.store.retention_of(room.info.id).await?)
    }

    /// The people of a room by name, from after the name `after` on, and whether there are more.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn room_members(
        &self,
        by: &By,
        room: &StoredRoom,
        after: &str,
    ) -> Result<(Vec<NamedMember>, bool), AdminError> {
        self.allow(by, Power::SeeRooms)?;
        let after = NameKey::of(after);
        let mut found = self.store.members(room.info.id, Some(&after), PAGE + 1).await?;
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        Ok((found, more))
    }

    pub(super) async fn find_room(&self, name: &str) -> Result<StoredRoom, AdminError> {
        let found = self.store.room_by_name(&NameKey::of(name.trim())).await?;
        let found = found.filter(|room| room.info.kind != RoomKind::Direct);
        found.ok_or_else(|| AdminError::NotFound { what: "room", name: name.to_owned() })
    }

    /// Decides several things about a room. All of it is looked at before anything is done: what the chat then still refuses,
    /// it refuses because something has changed in between.
    ///
    /// # Errors
    /// When the role is not enough, a value cannot be, the new owner is no member, or it is the lobby that is archived.
    pub async fn change_room(&self, by: &By, name: &str, change: &RoomChange) -> Result<(), AdminError> {
        self.allow(by, Power::Rooms)?;
        let found = self.find_room(name).await?;
        if let Some(days) = change.retention_days {
            check_days(days)?;
        }
        if let Some(owner) = &change.owner {
            let account = self.store.user_by_name(&NameKey::of(owner.trim())).await?;
            let account = account.ok_or_else(|| AdminError::no_account(owner))?;
            let is_in = found.memberships.iter().any(|member| member.user == account.id && !member.banned);
            if !is_in {
                let missing = Problem::new(ErrorCode::NotFound, "this person is not a member of the room");
                return Err(AdminError::Chat(Box::new(Problem { field: Some("owner"), ..missing })));
            }
        }
        if change.archived.is_some() && found.info.name.as_str() == LOBBY {
            return Err(AdminError::Chat(Box::new(Refusal::CannotArchive.into())));
        }
        if self.chat.is_none() && (change.owner.is_some() || change.archived.is_some()) {
            return Err(AdminError::NeedsServer);
        }
        if let Some(days) = change.retention_days {
            self.keep_messages(by, name, days).await?;
        }
        if let Some(owner) = &change.owner {
            self.give_room(by, name, owner).await?;
        }
        if let Some(archived) = change.archived {
            self.archive(by, name, archived).await?;
        }
        Ok(())
    }

    /// Archives a room, or opens it again.
    ///
    /// # Errors
    /// When the role is not enough, or it is the lobby.
    pub async fn archive(&self, by: &By, name: &str, archived: bool) -> Result<(), AdminError> {
        self.allow(by, Power::Rooms)?;
        let found = self.find_room(name).await?;
        self.act(by, &found.info.name, HouseAct::Archive(archived)).await?;
        let action = if archived { "room.archive" } else { "room.unarchive" };
        self.note(by, action, target(&found), json!({})).await
    }

    /// Gives a room to somebody who is a member of it.
    ///
    /// # Errors
    /// When the role is not enough, or the new owner is no member.
    pub async fn give_room(&self, by: &By, name: &str, owner: &str) -> Result<(), AdminError> {
        self.allow(by, Power::Rooms)?;
        let found = self.find_room(name).await?;
        let account = self.store.user_by_name(&NameKey::of(owner.trim())).await?;
        let account = account.ok_or_else(|| AdminError::no_account(owner))?;
        let who = crate::domain::person::Author { id: account.id, name: account.name };
        self.act(by, &found.info.name, HouseAct::Owner(who)).await?;
        self.note(by, "room.owner", target(&found), json!({ "owner": owner.trim() })).await
    }

    /// How many days messages of a room are kept; 0 for ever, `None` as on the whole server.
    ///
    /// # Errors
    /// When the role is not enough, or it is too long.
    pub async fn keep_messages(&self, by: &By, name: &str, days: Option<u32>) -> Result<(), AdminError> {
        self.allow(by, Power::Rooms)?;
        check_days(days)?;
        let found = self.find_room(name).await?;
        self.store.set_retention(found.info.id, days).await?;
        // Whoever lets go of messages looks anew.
        self.auth.reload_house().await?;
        self.note(by, "room.retention", target(&found), json!({ "days": days })).await
    }

    /// Deletes a room with everything in it. It is gone for everybody at once, and its name is free; the rows of its log are
    /// cleared away afterwards.
    ///
    /// # Errors
    /// When the role is not enough, or it is the lobby.
    pub async fn delete_room(&self, by: &By, name: &str) -> Result<(), AdminError> {
        self.allow(by, Power::Rooms)?;
        let found = self.find_room(name).await?;
        if self.chat.is_some() {
            self.act(by, &found.info.name, HouseAct::Delete).await?;
        } else {
            self.delete_unheld(&found).await?;
        }
        let members = found.memberships.iter().filter(|member| !member.banned).count();
        let details = json!({
            "id": found.info.id, "kind": found.info.kind, "messages": found.info.messages, "members": members,
        });
        self.note(by, "room.delete", target(&found), details).await
    }

    /// Nobody has the room in memory, and nobody else writes: everything goes now.
    async fn delete_unheld(&self, found: &StoredRoom) -> Result<(), AdminError> {
        let facts = RoomFacts {
            kind: found.info.kind,
            is_lobby: found.info.name.as_str() == LOBBY,
            archived: found.info.archived,
        };
        permission::may_be_deleted(facts).map_err(|refusal| AdminError::Chat(Box::new(refusal.into())))?;
        self.store.remove_room(found.info.id).await?;
        while self.store.clear_removed(AT_ONCE).await? > 0 {}
        Ok(())
    }

    /// Begins to export a room with the people in it, in the lines that an import takes in. It is written down, whatever kind
    /// of room it is.
    ///
    /// # Errors
    /// When the role is not enough, or there is none.
    pub async fn export_room(&self, by: &By, name: &str) -> Result<Box<dyn Reading>, AdminError> {
        self.allow(by, Power::SeeRooms)?;
        let found = self.find_room(name).await?;
        let options = ExportOptions { room: Some(found.info.name.to_string()), secrets: false };
        let reading = self.store.export(&options, self.clock.now()).await.map_err(|error| match error {
            ExportError::NoRoom { name } => AdminError::NotFound { what: "room", name },
            ExportError::Storage(error) => AdminError::Storage(error),
            other => AdminError::Storage(StorageError::Unavailable { reason: other.to_string() }),
        })?;
        self.note(by, "room.export", target(&found), json!({ "kind": found.info.kind })).await?;
        Ok(reading)
    }

    /// Takes a message back, in whatever room it stands.
    ///
    /// # Errors
    /// When the role is not enough, or there is no such message.
    pub async fn delete_message(&self, by: &By, room: &RoomName, seq: Seq) -> Result<(), AdminError> {
        self.allow(by, Power::Reports)?;
        self.act(by, room, HouseAct::TakeBack(seq)).await?;
        self.note(by, "message.delete", format!("message:{room}/{seq}"), json!({})).await
    }

    /// Takes back everything that somebody wrote; answers how much it was.
    pub(super) async fn delete_messages_of(&self, by: &By, whose: &WatchedAccount) -> Result<u64, AdminError> {
        let (mut deleted, mut last) = (0, 0);
        loop {
            let found = self.store.messages_of(whose.account.id, last, AT_ONCE).await?;
            if found.is_empty() {
                return Ok(deleted);
            }
            for (place, room, seq) in found {
                self.act(by, &room, HouseAct::TakeBack(seq)).await?;
                (deleted, last) = (deleted + 1, place);
            }
        }
    }

    /// Does something in a room without being a member of it.
    async fn act(&self, by: &By, room: &RoomName, act: HouseAct) -> Result<(), AdminError> {
        let chat = self.chat.as_ref().ok_or(AdminError::NeedsServer)?;
        let (id, name, standing) = (by.who.id, by.who.name.clone(), Standing::Account(by.role));
        let person = Arc::new(Person { id, name, standing, device: None, grant: Grant::ALL });
        let command = Command::House { room: room.clone(), act };
        chat.ask(person, command).await.map_err(|problem| AdminError::Chat(Box::new(problem)))?;
        Ok(())
    }
}

fn check_days(days: Option<u32>) -> Result<(), AdminError> {
    if days.is_some_and(|days| days > MOST_DAYS) {
        let message = format!("write a number of days up to {MOST_DAYS}, 0 for ever, or nothing");
        return Err(AdminError::Bad { field: "days", message });
    }
    Ok(())
}

/// How a room is named in the audit log.
fn target(found: &StoredRoom) -> String {
    format!("room:{}", found.info.name)
}
