//! The search index: `fill` takes the log into it, `expression` writes what is asked for in the language of FTS5, `find`
//! asks, and `around` reads what is shown beside the answer. `tags` is what the first two agree on.

mod around;
mod expression;
mod fill;
mod find;
mod tags;

use async_trait::async_trait;

use super::SqliteStore;
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::name::NameKey;
use crate::storage::search::{Found, Indexed, KnownRoom, Neighbours, Wanted};
use crate::storage::users::Account;
use crate::storage::{Search, StorageResult};

/// Tells whoever fills the index that there is more in the log.
#[derive(Debug, Default)]
pub(super) struct Growth(tokio::sync::Notify);

impl Growth {
    /// Something was committed.
    pub(super) fn tell(&self) {
        self.0.notify_one();
    }
}

#[async_trait]
impl Search for SqliteStore {
    async fn index_log(&self, limit: usize) -> StorageResult<Indexed> {
        self.fill(limit).await
    }

    async fn log_grown(&self) {
        self.growth.0.notified().await;
    }

    async fn forget_index(&self) -> StorageResult<()> {
        self.empty().await
    }

    async fn find_messages(&self, wanted: &Wanted) -> StorageResult<Vec<Found>> {
        self.find(wanted).await
    }

    async fn neighbours(&self, messages: &[(RoomId, Seq)]) -> StorageResult<Vec<Neighbours>> {
        self.around(messages).await
    }

    async fn known_rooms(&self, user: Option<UserId>) -> StorageResult<Vec<KnownRoom>> {
        self.rooms_known_to(user).await
    }

    async fn accounts_beginning(&self, key: &NameKey, limit: usize) -> StorageResult<Vec<Account>> {
        self.accounts_from(key, limit).await
    }
}
