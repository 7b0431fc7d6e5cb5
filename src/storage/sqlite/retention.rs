//! Messages that have had their time. How far each log has been gone through stands in `settings`, so that nothing is
//! looked at twice.

use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};

use super::{SqliteStore, from_sql, row_limit, to_json};
use crate::domain::clock::Timestamp;
use crate::domain::ids::RoomId;
use crate::storage::retention::Expired;
use crate::storage::{Retention, StorageResult};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Pages given back at a time: whoever writes waits as long.
const PAGES: &str = "PRAGMA incremental_vacuum(256)";
/// Of `PRAGMA auto_vacuum`: space is given back when it is asked for.
const INCREMENTAL: i64 = 2;

const ROOMS: &str = "
SELECT r.id, coalesce(r.retention_days, $1), coalesce((SELECT CAST(s.value AS INTEGER) FROM settings s
    WHERE s.key = 'retention:' || r.id), 0)
FROM rooms r WHERE coalesce(r.retention_days, $1) > 0 ORDER BY r.id";

const PROGRESS: &str = "SELECT CAST(value AS INTEGER) FROM settings WHERE key = 'retention:' || $1";

const EXPIRED: &str = "
SELECT count(*), coalesce(sum(octet_length(coalesce(s.text, e.text))), 0)
FROM events e LEFT JOIN message_states s ON s.room_id = e.room_id AND s.seq = e.seq
WHERE e.room_id = $1 AND e.seq > $2 AND e.kind = 'message' AND e.at < $3 AND s.deleted_at IS NULL";

const NEXT: &str = "
SELECT e.seq, e.at, e.id, e.kind = 'message' AND s.deleted_at IS NULL
FROM events e LEFT JOIN message_states s ON s.room_id = e.room_id AND s.seq = e.seq
WHERE e.room_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3";

/// In each `$1` is the room, `$2` the numbers of the messages, `$3` the time, `$4` their ids. As in `state_rows::delete`, for
/// many at once; the author stands for whoever took it back.
const GO: [&str; 8] = [
    "INSERT INTO message_states (room_id, seq, deleted_at, deleted_id, deleted_name)
    SELECT e.room_id, e.seq, $3, e.author_id, e.author_name
    FROM json_each($2) AS wanted CROSS JOIN events e ON e.room_id = $1 AND e.seq = wanted.value
    WHERE $4 IS NOT NULL
    ON CONFLICT (room_id, seq) DO UPDATE SET text = NULL, edited_at = NULL, pinned_at = NULL, reactions = 0,
        deleted_at = excluded.deleted_at, deleted_id = excluded.deleted_id, deleted_name = excluded.deleted_name",
    "UPDATE events SET text = '', data = NULL
    WHERE room_id = $1 AND seq IN (SELECT value FROM json_each($2)) AND $3 > 0 AND $4 IS NOT NULL",
    "UPDATE events SET text = ''
    WHERE room_id = $1 AND reply_to IN (SELECT value FROM json_each($2)) AND kind = 'edited' AND $3 > 0 AND $4 IS NOT NULL",
    "DELETE FROM reactions
    WHERE room_id = $1 AND seq IN (SELECT value FROM json_each($2)) AND $3 > 0 AND $4 IS NOT NULL",
    "UPDATE message_states SET replies = max(replies - (SELECT count(*)
        FROM json_each($2) AS wanted CROSS JOIN events e ON e.room_id = $1 AND e.seq = wanted.value
        WHERE e.thread = message_states.seq), 0)
    WHERE room_id = $1 AND seq IN (SELECT e.thread
        FROM json_each($2) AS wanted CROSS JOIN events e ON e.room_id = $1 AND e.seq = wanted.value
        WHERE e.thread IS NOT NULL) AND $3 > 0 AND $4 IS NOT NULL",
    "DELETE FROM mentions WHERE room_id = $1 AND seq IN (SELECT value FROM json_each($2)) AND user_id IN
        (SELECT user_id FROM memberships WHERE room_id = $1 UNION ALL SELECT zeroblob(16))
        AND $3 > 0 AND $4 IS NOT NULL",
    "DELETE FROM search_index WHERE rowid IN (SELECT value FROM json_each($4))
        AND $1 > 0 AND $2 IS NOT NULL AND $3 > 0",
    "DELETE FROM search_marks WHERE event_id IN (SELECT value FROM json_each($4))
        AND $1 > 0 AND $2 IS NOT NULL AND $3 > 0",
];

const PASSED: &str = "
INSERT INTO settings (key, value) VALUES ('retention:' || $1, CAST($2 AS TEXT))
ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// A room with a time: its id, up to when messages go, and the last event that was looked at.
type Kept = (i64, i64, i64);

#[async_trait]
impl Retention for SqliteStore {
    async fn expired(&self, days: u32, now: Timestamp) -> StorageResult<Expired> {
        let mut reader = self.readers.acquire().await?;
        let mut all = Expired::default();
        for kept in rooms(&mut reader, days, now).await? {
            let of_room = count(&mut reader, kept).await?;
            all.messages += of_room.messages;
            all.bytes += of_room.bytes;
        }
        Ok(all)
    }

    async fn would_expire(&self, room: RoomId, days: u32, now: Timestamp) -> StorageResult<Expired> {
        if days == 0 {
            return Ok(Expired::default());
        }
        let mut reader = self.readers.acquire().await?;
        let passed: Option<i64> = sqlx::query_scalar(PROGRESS).bind(room.0).fetch_optional(&mut *reader).await?;
        count(&mut reader, (room.0, before(days.into(), now), passed.unwrap_or(0))).await
    }

    async fn expire(&self, days: u32, now: Timestamp, limit: usize) -> StorageResult<u64> {
        let mut reader = self.readers.acquire().await?;
        let kept = rooms(&mut reader, days, now).await?;
        drop(reader);
        for room in kept {
            let passed = self.expire_in(room, now, limit).await?;
            if passed > 0 {
                return Ok(passed);
            }
        }
        Ok(0)
    }

    async fn set_retention(&self, room: RoomId, days: Option<u32>) -> StorageResult<()> {
        let query = sqlx::query("UPDATE rooms SET retention_days = $2 WHERE id = $1");
        query.bind(room.0).bind(days).execute(&self.writer).await?;
        Ok(())
    }

    async fn give_back(&self) -> StorageResult<u64> {
        let mut writer = self.writer.acquire().await?;
        let mode: i64 = sqlx::query_scalar("PRAGMA auto_vacuum").fetch_one(&mut *writer).await?;
        // Made by a version before; what is free is used again, and a restored backup is of the other kind.
        if mode != INCREMENTAL {
            return Ok(0);
        }
        sqlx::query(PAGES).fetch_all(&mut *writer).await?;
        let pages: i64 = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&mut *writer).await?;
        let size: i64 = sqlx::query_scalar("PRAGMA page_size").fetch_one(&mut *writer).await?;
        from_sql(pages * size)
    }
}

async fn rooms(connection: &mut SqliteConnection, days: u32, now: Timestamp) -> StorageResult<Vec<Kept>> {
    let rows: Vec<(i64, i64, i64)> = sqlx::query_as(ROOMS).bind(days).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(room, days, passed)| (room, before(days, now), passed)).collect())
}

/// What is older than this goes.
fn before(days: i64, now: Timestamp) -> i64 {
    now.0.saturating_sub(days.saturating_mul(DAY))
}

async fn count(connection: &mut SqliteConnection, (room, before, passed): Kept) -> StorageResult<Expired> {
    let query = sqlx::query_as(EXPIRED).bind(room).bind(passed).bind(before);
    let (messages, bytes): (i64, i64) = query.fetch_one(connection).await?;
    Ok(Expired { messages: from_sql(messages)?, bytes: from_sql(bytes)? })
}

impl SqliteStore {
    async fn expire_in(&self, (room, before, passed): Kept, now: Timestamp, limit: usize) -> StorageResult<u64> {
        let mut tx = self.begin().await?;
        let query = sqlx::query(NEXT).bind(room).bind(passed).bind(row_limit(limit));
        let (mut count, mut last) = (0, passed);
        let (mut seqs, mut ids): (Vec<i64>, Vec<i64>) = (Vec::new(), Vec::new());
        for row in query.fetch_all(&mut *tx).await? {
            if row.try_get::<i64, _>(1)? >= before {
                break;
            }
            (count, last) = (count + 1, row.try_get(0)?);
            if row.try_get(3)? {
                seqs.push(last);
                ids.push(row.try_get(2)?);
            }
        }
        if count == 0 {
            tx.rollback().await?;
            return Ok(0);
        }
        if !seqs.is_empty() {
            let (seqs, ids) = (to_json(&seqs)?, to_json(&ids)?);
            for sql in GO {
                sqlx::query(sql).bind(room).bind(&seqs).bind(now.0).bind(&ids).execute(&mut *tx).await?;
            }
        }
        sqlx::query(PASSED).bind(room).bind(last).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(count)
    }
}
