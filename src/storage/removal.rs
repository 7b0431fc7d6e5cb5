//! Deleting rooms with everything in them.
//!
//! A room goes in one short transaction; from then on nobody finds it, and its name is free. Its log, which may be long, is
//! cleared away afterwards and a little at a time, so that whoever writes never waits for it.

use async_trait::async_trait;

use super::StorageResult;
use crate::domain::ids::RoomId;

/// Rooms that go.
#[async_trait]
pub trait Removal {
    /// Takes a room out, with its memberships, its invites and the reports of its messages; `false` when there is none.
    /// Its id is never given to another room. Nobody may be writing into it any more: an event for it fails with its batch.
    async fn remove_room(&self, room: RoomId) -> StorageResult<bool>;

    /// Clears away at most about `limit` rows of what removed rooms have left behind; answers how many it was. Once that is
    /// 0, nothing can be done now: of a log that holds the newest event of all, one empty row stays until there is a newer
    /// one, because its number must not be given out again.
    async fn clear_removed(&self, limit: usize) -> StorageResult<u64>;
}
