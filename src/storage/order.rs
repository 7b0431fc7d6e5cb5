//! What those who run the server decide about accounts: roles, suspensions, bans. All of it is read at the start and held
//! in memory by `auth`.

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::StorageResult;
use super::audit::Act;
use super::users::Account;
use crate::domain::clock::Timestamp;
use crate::domain::conduct::{Ban, Banned, Conduct};
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::moderation::Measure;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::{Author, SiteRole};
use crate::domain::room::{RoomInfo, RoomKind};

/// A ban that is to be.
#[derive(Debug, Clone)]
pub struct NewBan {
    /// Whom.
    pub who: Banned,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub made_by: Author,
    /// When.
    pub made_at: Timestamp,
    /// Until when; `None` for ever.
    pub ends_at: Option<Timestamp>,
}

/// An account as those who run the server see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedAccount {
    /// The account.
    pub account: Account,
    /// Since when it is suspended, and why.
    pub suspended: Option<(Timestamp, String)>,
    /// It reads and does not write.
    pub silenced: bool,
    /// Since when it is trusted in spite of being new.
    pub trusted_at: Option<Timestamp>,
    /// It asks for a code besides the password.
    pub has_second_factor: bool,
    /// When one of its logins was last used.
    pub used_at: Option<Timestamp>,
    /// How many rooms it is a member of.
    pub rooms: u64,
}

/// An account and what was decided about it, as programs read it.
#[derive(Serialize, ToSchema)]
#[schema(as = WatchedAccount)]
pub struct ShownAccount<'a> {
    id: UserId,
    name: &'a UserName,
    role: SiteRole,
    created_at: Timestamp,
    /// When one of its logins was last used.
    used_at: Option<Timestamp>,
    suspended_at: Option<Timestamp>,
    suspended_reason: Option<&'a str>,
    /// It reads and does not write.
    silenced: bool,
    /// Since when it is trusted in spite of being new.
    trusted_at: Option<Timestamp>,
    has_second_factor: bool,
    /// How many rooms it is a member of.
    rooms: u64,
}

impl WatchedAccount {
    /// The account as programs read it.
    #[must_use]
    pub fn shown(&self) -> ShownAccount<'_> {
        ShownAccount {
            id: self.account.id,
            name: &self.account.name,
            role: self.account.site_role,
            created_at: self.account.created_at,
            used_at: self.used_at,
            suspended_at: self.suspended.as_ref().map(|(at, _)| *at),
            suspended_reason: self.suspended.as_ref().map(|(_, reason)| reason.as_str()),
            silenced: self.silenced,
            trusted_at: self.trusted_at,
            has_second_factor: self.has_second_factor,
            rooms: self.rooms,
        }
    }

    /// The same as a value.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!(self.shown())
    }
}

/// Which accounts to list.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Part of the name, folded as names are; empty for all.
    pub name: String,
    /// Only this role.
    pub role: Option<SiteRole>,
    /// Only those who are suspended, silenced or banned.
    pub only_in_trouble: bool,
}

/// A room as those who run the server see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedRoom {
    /// The room.
    pub info: RoomInfo,
    /// How many members it has.
    pub members: u64,
    /// Who owns it, by name.
    pub owners: Vec<String>,
    /// Days after which messages go; `None` as on the whole server, 0 never.
    pub retention_days: Option<u32>,
}

/// A room of a list, as programs read it.
#[derive(Serialize, ToSchema)]
#[schema(as = WatchedRoom)]
pub struct ShownRoom<'a> {
    name: &'a RoomName,
    kind: RoomKind,
    archived: bool,
    members: u64,
    owners: &'a [String],
    messages: u64,
    /// Days after which messages go; `null` as on the whole server, 0 never.
    retention_days: Option<u32>,
}

impl WatchedRoom {
    /// The room as programs read it.
    #[must_use]
    pub fn shown(&self) -> ShownRoom<'_> {
        ShownRoom {
            name: &self.info.name,
            kind: self.info.kind,
            archived: self.info.archived,
            members: self.members,
            owners: &self.owners,
            messages: self.info.messages,
            retention_days: self.retention_days,
        }
    }

    /// The same as a value.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!(self.shown())
    }
}

/// What is to be another way about an account; `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// Another site role.
    pub role: Option<SiteRole>,
    /// Suspended since when and why, or no longer.
    pub suspended: Option<Option<(Timestamp, String)>>,
    /// Whether it only reads.
    pub silenced: Option<bool>,
    /// Since when it is trusted, or no longer.
    pub trusted: Option<Option<Timestamp>>,
}

/// Decisions about people.
#[async_trait]
pub trait Order {
    /// Everything that is in force, for the memory of the doors.
    async fn conduct(&self) -> StorageResult<Conduct>;

    /// Accounts by name, from after the name key `after` on, at most `limit`.
    async fn watched_accounts(
        &self,
        filter: &AccountFilter,
        after: &str,
        limit: usize,
    ) -> StorageResult<Vec<WatchedAccount>>;

    /// One account.
    async fn watched_account(&self, user: UserId) -> StorageResult<Option<WatchedAccount>>;

    /// Another site role; `false` when there is no such account, or when it is the last owner.
    async fn set_site_role(&self, user: UserId, role: SiteRole) -> StorageResult<bool>;

    /// Ends (or, with `None`, lets work again) all logins of an account.
    async fn suspend(&self, user: UserId, since: Option<(Timestamp, &str)>) -> StorageResult<()>;

    /// Whether an account may write.
    async fn silence(&self, user: UserId, silenced: bool) -> StorageResult<()>;

    /// A new account is trusted from now on; `None` takes it back.
    async fn trust(&self, user: UserId, since: Option<Timestamp>) -> StorageResult<()>;

    /// Carries out several decisions about an account, and writes them down, all in one transaction; `false`, and nothing
    /// was done, when there is no such account, or when it is the last owner.
    async fn decide(&self, user: UserId, decisions: &Decisions, acts: &[Act]) -> StorageResult<bool>;

    /// Adds a ban.
    async fn add_ban(&self, ban: &NewBan) -> StorageResult<Ban>;

    /// Takes a ban back; `false` when there is none of this number.
    async fn lift_ban(&self, id: i64) -> StorageResult<bool>;

    /// Who is shut out of a room, by name.
    async fn banned_from(&self, room: RoomId) -> StorageResult<Vec<Author>>;

    /// Stores what is done to keep order in a room.
    async fn moderate(&self, room: RoomId, measure: Measure) -> StorageResult<()>;

    /// Rooms that are not direct, by name, with `name` in it, from after the name key `after` on, at most `limit`.
    async fn watched_rooms(&self, name: &str, after: &str, limit: usize) -> StorageResult<Vec<WatchedRoom>>;

    /// How many days messages of a room are kept; `None` as on the whole server.
    async fn retention_of(&self, room: RoomId) -> StorageResult<Option<u32>>;

    /// At most `limit` messages of this author that are not deleted, in any room, in the order they were written in, from
    /// after a place of the log on; each with its own place.
    async fn messages_of(&self, user: UserId, after: i64, limit: usize) -> StorageResult<Vec<(i64, RoomName, Seq)>>;

    /// Deletes an account with everything that belongs to it alone: logins, memberships, profile. What it wrote stays, under
    /// its name; `false` when there is no such account.
    async fn delete_account(&self, user: UserId) -> StorageResult<bool>;
}
