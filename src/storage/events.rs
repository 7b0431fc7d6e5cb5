//! The logs of the rooms. [`Events::append`] is the only way in; the journal calls it with many drafts at a time.

use async_trait::async_trait;

use super::StorageResult;
use crate::domain::clock::Timestamp;
use crate::domain::event::{Draft, Event};
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::membership::Mark;
use crate::domain::permission::Refusal;

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
    /// It is about a message that is not there, or not theirs to change. Nothing was written for it.
    Refused(Refusal),
}

/// A text that a message has, or had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// As it was written.
    pub text: String,
    /// When.
    pub at: Timestamp,
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

    /// One event.
    async fn event(&self, room: RoomId, seq: Seq) -> StorageResult<Option<Event>>;

    /// At most `limit` answers of the thread that begins with `root`, with `seq` above `after`, ascending.
    async fn thread(&self, room: RoomId, root: Seq, after: Seq, limit: usize) -> StorageResult<Vec<Event>>;

    /// At most `limit` pinned messages, the last one pinned first.
    async fn pins(&self, room: RoomId, limit: usize) -> StorageResult<Vec<Event>>;

    /// The texts a message has had: as it was written, and its first `limit` edits.
    async fn versions(&self, room: RoomId, seq: Seq, limit: usize) -> StorageResult<Vec<Version>>;

    /// What one person has put on the messages from `first` to `last`.
    async fn own_reactions(
        &self,
        room: RoomId,
        first: Seq,
        last: Seq,
        user: UserId,
    ) -> StorageResult<Vec<(Seq, String)>>;

    /// The last event up to `seq` and how many messages there are up to it; zero for the place before the log.
    async fn place(&self, room: RoomId, seq: Seq) -> StorageResult<Mark>;

    /// The number of the first event at `time` or later; the one after `last`, the end of the log, if there is none.
    async fn first_since(&self, room: RoomId, last: Seq, time: Timestamp) -> StorageResult<Seq>;

    /// Forgets nonces of messages older than `older_than`; answers how many.
    async fn prune_nonces(&self, older_than: Timestamp) -> StorageResult<u64>;
}
