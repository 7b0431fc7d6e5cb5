//! Which nonces were sent before. The table `nonces` holds those of older events, sorted by key; those of younger events
//! are kept here in memory and can be read again from the log at any time. Once there are many of them they are moved
//! into the table, a slice with each batch, so that neighbours share their pages.
//!
//! Only whoever holds the connection that writes may use it, so that it always says what the database says.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteArguments;
use sqlx::{Row, SqliteConnection};

use super::values::{Values, add};
use super::{from_sql, to_sql, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::event::{Draft, EventBody, Message};
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::storage::StorageResult;

/// Younger nonces kept in memory, about 64 bytes each, before they are moved.
const YOUNG: usize = if cfg!(test) { 64 } else { 65_536 };
/// Events after which they are moved even so: at a start the log is read back to here.
const EVENTS: i64 = 1_000_000;
/// With each event of a batch so many nonces are moved: faster than new ones can come, and little for a lone message.
const MOVED_PER_EVENT: usize = 2;

const SORTED_TO: &str = "SELECT CAST(value AS INTEGER) FROM settings WHERE key = 'nonces_sorted_to'";
const YOUNGER: &str = "
SELECT author_id, room_id, nonce, seq, at FROM events WHERE id > $1 AND nonce IS NOT NULL ORDER BY id";
// After a crash a part of a move is done twice.
const INSERT: (&str, &str) = (
    "
INSERT INTO nonces (key, seq, at) SELECT column1, column2, column3 FROM (VALUES ",
    ") WHERE column1 IS NOT NULL ON CONFLICT (key) DO NOTHING;",
);
const SET_SORTED_TO: &str = "
INSERT INTO settings (key, value) VALUES ('nonces_sorted_to', CAST(? AS TEXT))
ON CONFLICT (key) DO UPDATE SET value = excluded.value;";
const OLD_OF_RANGE: &str = "DELETE FROM nonces WHERE key >= $1 AND key < $2 AND at < $3";

/// What names a message for its author, in few bytes: no two are the same by chance or by design.
pub(super) type Key = [u8; 16];

/// The message that had the nonce first.
pub(super) type First = (Seq, Timestamp);

/// The nonces of younger events.
#[derive(Debug, Default)]
pub(super) struct Nonces {
    young: HashMap<Key, First>,
    moving: Option<Move>,
    /// The table holds the nonces of events up to this id.
    sorted_to: i64,
}

/// Nonces on their way into the table; until they are there they are known from here.
#[derive(Debug)]
struct Move {
    rows: Vec<(Key, First)>,
    moved: usize,
    /// What the batch that is being written moves.
    slice: usize,
    sorted_to: i64,
}

/// The key of a nonce.
pub(super) fn key(author: UserId, room: RoomId, nonce: &str) -> Key {
    let digest = Sha256::new().chain_update(author.as_bytes()).chain_update(room.0.to_be_bytes()).chain_update(nonce);
    let mut key = Key::default();
    key.copy_from_slice(&digest.finalize()[..16]);
    key
}

/// The key of a draft, if it has a nonce.
pub(super) fn key_of(draft: &Draft) -> Option<Key> {
    match &draft.body {
        EventBody::Message(Message { nonce: Some(nonce), .. }) => Some(key(draft.author.id, draft.room, nonce)),
        _ => None,
    }
}

impl Nonces {
    /// Reads from the log what the table does not hold yet.
    pub(super) async fn load(connection: &mut SqliteConnection) -> StorageResult<Self> {
        let sorted_to: i64 = sqlx::query_scalar(SORTED_TO).fetch_optional(&mut *connection).await?.unwrap_or(0);
        let mut young = HashMap::new();
        for row in sqlx::query(YOUNGER).bind(sorted_to).fetch_all(connection).await? {
            let key = key(user_id(row.try_get(0)?)?, RoomId(row.try_get(1)?), row.try_get(2)?);
            young.insert(key, (from_sql(row.try_get(3)?)?, Timestamp(row.try_get(4)?)));
        }
        Ok(Self { young, moving: None, sorted_to })
    }

    /// The first message with this key, if it is one of the younger ones.
    pub(super) fn find(&self, key: &Key) -> Option<First> {
        let is_moving = || {
            let rows = &self.moving.as_ref()?.rows;
            rows.binary_search_by(|(other, _)| other.cmp(key)).ok().map(|at| rows[at].1)
        };
        self.young.get(key).copied().or_else(is_moving)
    }

    /// A batch has been committed: its nonces, and the highest id of an event. What [`Nonces::next_slice`] gave to it
    /// is in the table.
    pub(super) fn committed(&mut self, new: impl IntoIterator<Item = (Key, First)>, newest_id: i64) {
        if let Some(moving) = &mut self.moving {
            moving.moved += moving.slice;
            if moving.moved >= moving.rows.len() {
                self.sorted_to = moving.sorted_to;
                self.moving = None;
            }
        }
        self.young.extend(new);
        if self.moving.is_none() && (self.young.len() >= YOUNG || newest_id - self.sorted_to >= EVENTS) {
            let mut rows: Vec<(Key, First)> = self.young.drain().collect();
            rows.sort_unstable_by_key(|(key, _)| *key);
            self.moving = Some(Move { rows, moved: 0, slice: 0, sorted_to: newest_id });
        }
    }

    /// Appends to `sql` what moves the next slice into the table, for a batch of so many events.
    pub(super) fn next_slice(
        &mut self,
        events: usize,
        sql: &mut String,
        arguments: &mut SqliteArguments,
    ) -> StorageResult<()> {
        let Some(moving) = &mut self.moving else { return Ok(()) };
        moving.slice = events * MOVED_PER_EVENT;
        let slice = moving.rows.iter().skip(moving.moved).take(moving.slice);
        for rows in slice.collect::<Vec<_>>().chunks(Values::MOST) {
            let mut values = Values::new(arguments, 3);
            for (key, (seq, at)) in rows {
                values.row(|arguments| {
                    add(arguments, key.as_slice())?;
                    add(arguments, to_sql(*seq)?)?;
                    add(arguments, at.0)
                })?;
            }
            *sql += INSERT.0;
            *sql += &values.finish()?;
            *sql += INSERT.1;
        }
        if moving.moved + moving.slice >= moving.rows.len() {
            *sql += SET_SORTED_TO;
            add(arguments, moving.sorted_to)?;
        }
        Ok(())
    }

    /// Forgets what is older, as far as it is not moving; answers how many.
    pub(super) fn prune(&mut self, older_than: Timestamp) -> u64 {
        let before = self.young.len();
        self.young.retain(|_, (_, at)| *at >= older_than);
        (before - self.young.len()) as u64
    }
}

/// Forgets what is older in one of 256 parts of the table, so that the write lock is held for a moment only.
pub(super) async fn prune_part(
    connection: &mut SqliteConnection,
    part: u8,
    older_than: Timestamp,
) -> StorageResult<u64> {
    // A key of seventeen bytes is above every key.
    let end = part.checked_add(1).map_or_else(|| vec![u8::MAX; 17], |next| vec![next]);
    let query = sqlx::query(OLD_OF_RANGE).bind(vec![part]).bind(end).bind(older_than.0);
    Ok(query.execute(connection).await?.rows_affected())
}

#[cfg(test)]
mod tests;
