//! Memberships: what somebody is in one room.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{Seq, UserId};

/// What a member may do in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads and writes.
    Member,
    /// Keeps order.
    Moderator,
    /// Made the room, or was given it.
    Owner,
}

impl Role {
    /// The role as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Owner => "owner",
        }
    }

    /// The role written as text, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Member, Self::Moderator, Self::Owner].into_iter().find(|role| role.as_str() == text)
    }
}

/// One account in one room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// Who.
    pub user: UserId,
    /// As what.
    pub role: Role,
    /// Until when this person may not write; `None` when not muted.
    pub muted_until: Option<Timestamp>,
    /// True for somebody who was shut out. Kept as a row, so that it outlives leaving.
    pub banned: bool,
    /// The highest sequence number read; what is above it is unread.
    pub read_seq: Seq,
}

impl Membership {
    /// A fresh membership that has read up to `read_seq`.
    #[must_use]
    pub fn new(user: UserId, role: Role, read_seq: Seq) -> Self {
        Self { user, role, muted_until: None, banned: false, read_seq }
    }
}
