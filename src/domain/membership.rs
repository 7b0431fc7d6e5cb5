//! Memberships: what somebody is in one room.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clock::Timestamp;
use super::ids::{Seq, UserId};

/// What a member may do in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
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
    /// Up to where this person has read; what is above it is unread.
    pub read: Mark,
    /// What this person wants to be told of.
    pub level: Level,
}

/// A place in a log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark {
    /// The number of an event; 0 for the place before the first one.
    pub seq: Seq,
    /// How many messages there are up to it.
    pub n: u64,
}

/// What a member wants to be told of in one room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Every message.
    #[default]
    All,
    /// Messages that call this person, or everybody.
    Mentions,
    /// Nothing.
    Nothing,
}

impl Level {
    /// Every level there is.
    pub const ALL: [Self; 3] = [Self::All, Self::Mentions, Self::Nothing];

    /// The level as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mentions => "mentions",
            Self::Nothing => "nothing",
        }
    }

    /// The level written as text, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

impl Membership {
    /// A fresh membership that has read up to `read`.
    #[must_use]
    pub fn new(user: UserId, role: Role, read: Mark) -> Self {
        Self { user, role, muted_until: None, banned: false, read, level: Level::default() }
    }
}
