//! Invites: links by which somebody registers, and perhaps lands in a room.

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::StorageResult;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RoomId, UserId};
use crate::domain::name::UserName;
use crate::domain::person::Author;

/// One invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// The secret part of the link.
    pub code: String,
    /// Who made it.
    pub made_by: Author,
    /// The room it leads into, if any.
    pub room: Option<RoomId>,
    /// How many accounts it has made.
    pub uses: u32,
    /// How many it may make; `None` for any number.
    pub max_uses: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; `None` for never.
    pub expires_at: Option<Timestamp>,
}

/// An invite of anybody that may still be used.
#[derive(Serialize, ToSchema)]
pub struct OpenInvite<'a> {
    code: &'a str,
    made_by: &'a UserName,
    uses: u32,
    /// `null` for any number.
    max_uses: Option<u32>,
    created_at: Timestamp,
    /// `null` for never.
    expires_at: Option<Timestamp>,
}

impl Invite {
    /// The invite as programs read it.
    #[must_use]
    pub fn shown(&self) -> OpenInvite<'_> {
        OpenInvite {
            code: &self.code,
            made_by: &self.made_by.name,
            uses: self.uses,
            max_uses: self.max_uses,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }

    /// The same as a value.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!(self.shown())
    }

    /// True while it may still be used.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.max_uses.is_none_or(|max| self.uses < max) && self.expires_at.is_none_or(|end| end > now)
    }
}

/// Invites.
#[async_trait]
pub trait Invites {
    /// Adds one.
    async fn add_invite(&self, invite: &Invite) -> StorageResult<()>;

    /// The invite with this code, open or not.
    async fn invite(&self, code: &str) -> StorageResult<Option<Invite>>;

    /// Counts one use of an open invite; `false` when it is not open (any more). Of two people with the last use, one
    /// gets it.
    async fn use_invite(&self, code: &str, now: Timestamp) -> StorageResult<bool>;

    /// The invites made by this account, newest first.
    async fn invites_of(&self, user: UserId) -> StorageResult<Vec<Invite>>;

    /// The invites of everybody that may still be used, newest first, at most `limit`.
    async fn open_invites(&self, now: Timestamp, limit: usize) -> StorageResult<Vec<Invite>>;

    /// Takes one back, whoever made it; answers with what it was.
    async fn take_back_invite(&self, code: &str) -> StorageResult<Option<Invite>>;

    /// Takes one back; `false` when this account made no such invite.
    async fn revoke_invite(&self, user: UserId, code: &str) -> StorageResult<bool>;
}
