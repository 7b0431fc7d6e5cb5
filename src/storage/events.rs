//! The logs of the rooms. [`Events::append`] is the only way in; the journal calls it with many drafts at a time.

use async_trait::async_trait;

use super::StorageResult;
use crate::domain::clock::Timestamp;
use crate::domain::event::{Draft, Event};
use crate::domain::ids::{RoomId, Seq};

/// What became of one draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It has its number and is committed.
    Stored(Event),
    /// Its author had sent this nonce into this room before: here is the first one.
    Duplicate {
        /// The number of the first one.
        seq: Seq,
        /// When the first one was taken.
        at: Timestamp,
    },
}

/// Logs.
#[async_trait]
pub trait Events {
    /// Writes the drafts in one transaction, in order, each room gapless from its last number; joins and leaves change
    /// the memberships in the same transaction. Answers with one [`Appended`] per draft, in the same order.
    ///
    /// # Errors
    /// Then nothing at all was written.
    async fn append(&self, drafts: &[Draft]) -> StorageResult<Vec<Appended>>;

    /// At most `limit` events with `seq` below `before` (from the newest if `None`), ascending.
    async fn events_before(&self, room: RoomId, before: Option<Seq>, limit: usize) -> StorageResult<Vec<Event>>;

    /// At most `limit` events with `seq` above `after`, ascending.
    async fn events_after(&self, room: RoomId, after: Seq, limit: usize) -> StorageResult<Vec<Event>>;

    /// Forgets nonces of messages older than `older_than`; answers how many.
    async fn prune_nonces(&self, older_than: Timestamp) -> StorageResult<u64>;
}
