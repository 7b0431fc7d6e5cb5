//! What people say of themselves, what they keep to themselves, and how they like their pages.

use async_trait::async_trait;

use super::StorageResult;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::preferences::Preferences;
use crate::domain::profile::{PresenceNote, Privacy, Profile};
use crate::domain::status_line::StatusLine;

/// Profiles and preferences. Whoever has said nothing has the ones that hold for everybody.
#[async_trait]
pub trait Profiles {
    /// What this account says and keeps to itself; a status whose time is over counts as none.
    async fn profile(&self, user: UserId, now: Timestamp) -> StorageResult<Profile>;

    /// Everybody with a status, who is busy, or who keeps something to themselves.
    async fn profiles(&self, now: Timestamp) -> StorageResult<Vec<(UserId, Profile)>>;

    /// Says another status, or none.
    async fn set_status_line(&self, user: UserId, line: &StatusLine) -> StorageResult<()>;

    /// Keeps other things to oneself. When somebody was last seen is forgotten of those who hide it.
    async fn set_privacy(&self, user: UserId, privacy: Privacy) -> StorageResult<()>;

    /// Writes down who is busy and who was last seen when, many at a time. Who is no account is passed over.
    async fn note_presence(&self, notes: &[(UserId, PresenceNote)]) -> StorageResult<()>;

    /// When these were last seen, of those of whom it is known.
    async fn last_seen(&self, users: &[UserId]) -> StorageResult<Vec<(UserId, Timestamp)>>;

    /// How this account likes its pages.
    async fn preferences(&self, user: UserId) -> StorageResult<Preferences>;

    /// Likes them differently.
    async fn set_preferences(&self, user: UserId, preferences: &Preferences) -> StorageResult<()>;
}
