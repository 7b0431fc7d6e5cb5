//! Rooms that are deleted. What holds a room together goes at once; its log goes in steps that another crash or another
//! start may come between: `removed_rooms` says what is left to do.

use async_trait::async_trait;
use sqlx::{Row, Sqlite, SqliteConnection, Transaction};
use uuid::Uuid;

use super::nonces::key;
use super::{SqliteStore, row_limit, to_json, user_id};
use crate::domain::ids::RoomId;
use crate::storage::{Removal, StorageResult};

/// How many events have been removed so far: with it, the number of events never falls, and a copy can be compared with
/// what it was made from.
pub(super) const EVENTS_REMOVED: &str = "events_removed";

/// Memberships, invites and reports go with their room.
const REMOVE: &str = "DELETE FROM rooms WHERE id = $1";
const REMEMBER: &str = "INSERT INTO removed_rooms (room_id) VALUES ($1)";
const FORGET_PROGRESS: &str = "DELETE FROM settings WHERE key = 'retention:' || $1";

const WAITING: &str = "SELECT room_id FROM removed_rooms ORDER BY room_id";

/// Not the newest of all: the next event would get its id, and the search index and the nonces go by ids.
const NEXT: &str = "
SELECT id, seq, author_id, nonce FROM events
WHERE room_id = $1 AND id < (SELECT max(id) FROM events) ORDER BY seq LIMIT $2";

/// In each `$1` is the room, `$2` the numbers of its events, `$3` their ids.
const CLEAR: [&str; 5] = [
    "DELETE FROM message_states WHERE room_id = $1 AND seq IN (SELECT value FROM json_each($2)) AND $3 IS NOT NULL",
    "DELETE FROM reactions WHERE room_id = $1 AND seq IN (SELECT value FROM json_each($2)) AND $3 IS NOT NULL",
    "DELETE FROM search_index WHERE rowid IN (SELECT value FROM json_each($3)) AND $1 > 0 AND $2 IS NOT NULL",
    "DELETE FROM search_marks WHERE event_id IN (SELECT value FROM json_each($3)) AND $1 > 0 AND $2 IS NOT NULL",
    "DELETE FROM events WHERE id IN (SELECT value FROM json_each($3)) AND room_id = $1 AND $2 IS NOT NULL",
];

const CLEAR_NONCES: &str = "DELETE FROM nonces WHERE key IN (SELECT unhex(value) FROM json_each($1))";

const COUNT: &str = "
INSERT INTO settings (key, value) VALUES ($1, CAST($2 AS TEXT))
ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + $2 AS TEXT)";

/// By people, as the key of the table has it.
const CLEAR_MENTIONS: &str = "
DELETE FROM mentions WHERE room_id = $1 AND (user_id, seq) IN (
    SELECT m.user_id, m.seq FROM (SELECT id FROM users UNION ALL SELECT zeroblob(16)) AS who
    CROSS JOIN mentions m ON m.user_id = who.id AND m.room_id = $1 LIMIT $2)";

/// What the newest event of all keeps is its number, its place and its time.
const BLANK: &str = "
UPDATE events SET text = NULL, data = NULL, nonce = NULL, author_name = '', author_id = zeroblob(16)
WHERE room_id = $1 AND (author_name <> '' OR text IS NOT NULL OR data IS NOT NULL OR nonce IS NOT NULL)";

const REST: [&str; 2] = ["DELETE FROM message_states WHERE room_id = $1", "DELETE FROM reactions WHERE room_id = $1"];

const FINISH: &str = "
DELETE FROM removed_rooms WHERE room_id = $1 AND NOT EXISTS (SELECT 1 FROM events WHERE room_id = $1)";

#[async_trait]
impl Removal for SqliteStore {
    async fn remove_room(&self, room: RoomId) -> StorageResult<bool> {
        let mut tx = self.begin().await?;
        if sqlx::query(REMOVE).bind(room.0).execute(&mut *tx).await?.rows_affected() == 0 {
            tx.rollback().await?;
            return Ok(false);
        }
        for sql in [REMEMBER, FORGET_PROGRESS] {
            sqlx::query(sql).bind(room.0).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn clear_removed(&self, limit: usize) -> StorageResult<u64> {
        let waiting: Vec<i64> = sqlx::query_scalar(WAITING).fetch_all(&self.readers).await?;
        for room in waiting {
            let mut tx = self.begin().await?;
            let cleared = clear(&mut tx, room, limit).await?;
            tx.commit().await?;
            if cleared > 0 {
                return Ok(cleared);
            }
        }
        Ok(0)
    }
}

async fn clear(tx: &mut Transaction<'static, Sqlite>, room: i64, limit: usize) -> StorageResult<u64> {
    let events = clear_events(tx, room, limit).await?;
    if events > 0 {
        return Ok(events);
    }
    let mentions = sqlx::query(CLEAR_MENTIONS).bind(room).bind(row_limit(limit)).execute(&mut **tx).await?;
    if mentions.rows_affected() > 0 {
        return Ok(mentions.rows_affected());
    }
    let mut rest = 0;
    for sql in [BLANK, REST[0], REST[1]] {
        rest += sqlx::query(sql).bind(room).execute(&mut **tx).await?.rows_affected();
    }
    sqlx::query(FINISH).bind(room).execute(&mut **tx).await?;
    Ok(rest)
}

async fn clear_events(connection: &mut SqliteConnection, room: i64, limit: usize) -> StorageResult<u64> {
    let rows = sqlx::query(NEXT).bind(room).bind(row_limit(limit)).fetch_all(&mut *connection).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let (mut ids, mut seqs, mut keys): (Vec<i64>, Vec<i64>, Vec<String>) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        ids.push(row.try_get(0)?);
        seqs.push(row.try_get(1)?);
        if let Some(nonce) = row.try_get::<Option<&str>, _>(3)? {
            let key = key(user_id(row.try_get(2)?)?, RoomId(room), nonce);
            keys.push(Uuid::from_bytes(key).simple().to_string());
        }
    }
    let count = ids.len();
    let (ids, seqs) = (to_json(&ids)?, to_json(&seqs)?);
    for sql in CLEAR {
        sqlx::query(sql).bind(room).bind(&seqs).bind(&ids).execute(&mut *connection).await?;
    }
    if !keys.is_empty() {
        sqlx::query(CLEAR_NONCES).bind(to_json(&keys)?).execute(&mut *connection).await?;
    }
    sqlx::query(COUNT).bind(EVENTS_REMOVED).bind(row_limit(count)).execute(connection).await?;
    Ok(count as u64)
}
