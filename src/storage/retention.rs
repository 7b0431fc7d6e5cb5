//! Letting go of messages that are older than a room, or the whole server, wants to keep them.
//!
//! The log stays as it is, gapless, with who wrote when: what goes is the words, and everything people put on them. A
//! message that has gone is read like one that its author took back.

use async_trait::async_trait;

use super::StorageResult;
use crate::domain::clock::Timestamp;
use crate::domain::ids::RoomId;

/// What would go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expired {
    /// Messages.
    pub messages: u64,
    /// Bytes of their texts, as they are now.
    pub bytes: u64,
}

/// Messages that have their time. In every method `days` is how long the server keeps those of rooms that say nothing else;
/// 0 for ever.
#[async_trait]
pub trait Retention {
    /// What [`Retention::expire`] would let go of now. It reads whole logs: for people who are about to decide.
    async fn expired(&self, days: u32, now: Timestamp) -> StorageResult<Expired>;

    /// What would go of one room that kept messages for so many days. As above.
    async fn would_expire(&self, room: RoomId, days: u32, now: Timestamp) -> StorageResult<Expired>;

    /// Goes on through the logs, at most `limit` events in one short transaction; answers how many it has passed. Once that
    /// is 0, nothing is left that is too old.
    async fn expire(&self, days: u32, now: Timestamp, limit: usize) -> StorageResult<u64>;

    /// How long this room keeps messages: days, 0 for ever, `None` as the server.
    async fn set_retention(&self, room: RoomId, days: Option<u32>) -> StorageResult<()>;

    /// Gives a little of what is free in the file back to the disk; answers how many bytes are left to give.
    async fn give_back(&self) -> StorageResult<u64>;
}
