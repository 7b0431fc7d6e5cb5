//! Reading the logs. They are written in `append`.

use async_trait::async_trait;

use super::log_rows::event;
use super::nonces::prune_part;
use super::{SqliteStore, row_limit};
use crate::domain::clock::Timestamp;
use crate::domain::event::{Draft, Event};
use crate::domain::ids::{RoomId, Seq};
use crate::storage::events::Appended;
use crate::storage::{Events, StorageResult};

const BEFORE: &str = "
SELECT e.room_id, r.name, e.seq, e.kind, e.author_id, e.author_name, e.at, e.text, e.reply_to, e.nonce, e.data
FROM events e JOIN rooms r ON r.id = e.room_id
WHERE e.room_id = $1 AND e.seq < $2 ORDER BY e.seq DESC LIMIT $3";

const AFTER: &str = "
SELECT e.room_id, r.name, e.seq, e.kind, e.author_id, e.author_name, e.at, e.text, e.reply_to, e.nonce, e.data
FROM events e JOIN rooms r ON r.id = e.room_id
WHERE e.room_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3";

#[async_trait]
impl Events for SqliteStore {
    async fn append(&self, drafts: &[Draft]) -> StorageResult<Vec<Appended>> {
        self.append_all(drafts).await
    }

    async fn events_before(&self, room: RoomId, before: Option<Seq>, limit: usize) -> StorageResult<Vec<Event>> {
        let before = before.map_or(i64::MAX, clamped);
        let rows =
            sqlx::query(BEFORE).bind(room.0).bind(before).bind(row_limit(limit)).fetch_all(&self.readers).await?;
        rows.iter().rev().map(event).collect()
    }

    async fn events_after(&self, room: RoomId, after: Seq, limit: usize) -> StorageResult<Vec<Event>> {
        let after = clamped(after);
        let rows = sqlx::query(AFTER).bind(room.0).bind(after).bind(row_limit(limit)).fetch_all(&self.readers).await?;
        rows.iter().map(event).collect()
    }

    async fn prune_nonces(&self, older_than: Timestamp) -> StorageResult<u64> {
        let mut pruned = 0;
        for part in 0..=u8::MAX {
            let mut connection = self.writer.acquire().await?;
            if let Some(mut nonces) = self.nonces.take() {
                pruned += nonces.prune(older_than);
                self.nonces.put(nonces);
            }
            pruned += prune_part(&mut connection, part, older_than).await?;
        }
        Ok(pruned)
    }
}

/// A number somebody asked for; none is stored beyond 63 bits.
pub(super) fn clamped(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
