//! The hot path: a batch of drafts in one transaction.
//!
//! The driver sends every statement to another thread and back, and each trip costs as much as storing thirty messages.
//! So a batch makes two: one begins the transaction and reads what has to be known, one writes and commits.

use std::collections::{BTreeSet, HashMap};

use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Row, Sqlite, SqliteConnection};

use super::batch::{Batch, Known};
use super::error::inconsistent;
use super::log_rows::EventRow;
use super::nonces::{First, Key, Nonces, key_of};
use super::read_targets::read_targets;
use super::targets::Targets;
use super::values::{Values, add};
use super::{SqliteStore, from_sql, to_json, to_sql};
use crate::domain::clock::Timestamp;
use crate::domain::event::Draft;
use crate::domain::ids::RoomId;
use crate::domain::membership::Mark;
use crate::storage::StorageResult;
use crate::storage::events::Appended;

/// The write lock is taken at once: a read that turns into a write later would fail instead of waiting.
const READ: &str = "
BEGIN IMMEDIATE;
SELECT (SELECT coalesce(max(id), 0) FROM events),
    (SELECT json_group_array(json_array(id, last_seq, messages)) FROM rooms WHERE id IN (SELECT value FROM json_each(?)))";

/// One more column for [`READ`]: those nonces that the table holds.
const KNOWN_NONCES: (&str, &str) = (
    ",
    (SELECT json_group_array(json_array(wanted.column2, n.seq, n.at)) FROM (VALUES ",
    ") AS wanted CROSS JOIN nonces n ON n.key = wanted.column1)",
);

const EVENT_COLUMNS: usize = 12;

// No ON CONFLICT here: a number that is taken means that somebody else wrote, and must be an error.
const INSERT_EVENTS: &str = "
INSERT INTO events (room_id, seq, kind, author_id, author_name, at, text, reply_to, nonce, data, n, thread)
SELECT column1, column2, coalesce(column3, 'message'), column4, column5, column6, column7, column8, column9, column10,
    column11, column12
FROM (VALUES ";

const SET_ENDS: &str = "
UPDATE rooms SET last_seq = moved.value->>1, messages = moved.value->>2
FROM json_each(?) AS moved WHERE rooms.id = moved.value->>0;";

/// The user first: in this order the planner finds each row by its key instead of reading all members of the room.
const DELETE_MEMBERSHIPS: &str = "
DELETE FROM memberships
WHERE banned = 0 AND (user_id, room_id) IN (SELECT unhex(value->>1), value->>0 FROM json_each($1))";

/// Guests have no row: their visit is an event, not a membership. Whoever is banned stays banned.
pub(super) const UPSERT_MEMBERSHIPS: &str = "
INSERT INTO memberships (room_id, user_id, role, read_seq, read_n, joined_at)
SELECT value->>0, u.id, value->>2, value->>3, value->>4, value->>5
FROM json_each($1) CROSS JOIN users u ON u.id = unhex(value->>1)
WHERE true
ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role,
    read_seq = excluded.read_seq, read_n = excluded.read_n
WHERE memberships.banned = 0";

impl SqliteStore {
    /// See [`Events::append`](crate::storage::Events::append).
    pub(super) async fn append_all(&self, drafts: &[Draft]) -> StorageResult<Vec<Appended>> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let mut writing = Writing { connection: Some(self.writer.acquire().await?) };
        let connection = writing.connection()?;
        // Taken out until the end: after an error they are read again from what is committed.
        let mut nonces = match self.nonces.take() {
            Some(nonces) => nonces,
            None => Nonces::load(connection).await?,
        };
        let (newest_id, mut known) = begin_and_read(connection, drafts, &nonces).await?;
        known.targets = read_targets(connection, drafts).await?;
        let batch = Batch::plan(drafts, known)?;
        if batch.events.is_empty() {
            sqlx::query("ROLLBACK").execute(connection).await?;
        } else {
            write_memberships(connection, &batch).await?;
            for change in &batch.changes {
                change.write(connection).await?;
            }
            write_and_commit(connection, &batch, &mut nonces).await?;
            nonces.committed(batch.nonces, newest_id + to_sql(batch.events.len() as u64)?);
            self.growth.tell();
        }
        self.nonces.put(nonces);
        writing.finish();
        Ok(batch.outcomes)
    }
}

/// A connection with a transaction that the driver does not know about, because its beginning and its end travel with
/// other statements. Unless it has come to its end, the connection is closed, which rolls it back.
struct Writing {
    connection: Option<PoolConnection<Sqlite>>,
}

impl Writing {
    fn connection(&mut self) -> StorageResult<&mut SqliteConnection> {
        self.connection.as_deref_mut().ok_or_else(|| inconsistent("a transaction after its end"))
    }

    /// The transaction has ended; others may use the connection.
    fn finish(mut self) {
        self.connection = None;
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.close_on_drop();
        }
    }
}

/// Runs a statement for many rows, unless there are none.
pub(super) async fn run_for<T: serde::Serialize>(
    connection: &mut SqliteConnection,
    statement: &'static str,
    rows: &[T],
) -> StorageResult<()> {
    if !rows.is_empty() {
        sqlx::query(statement).bind(to_json(rows)?).execute(connection).await?;
    }
    Ok(())
}

/// Inserts events inside a transaction that somebody else ends.
pub(super) async fn insert_events(connection: &mut SqliteConnection, rows: &[EventRow]) -> StorageResult<()> {
    for rows in rows.chunks(Values::MOST) {
        let mut arguments = SqliteArguments::default();
        let sql = insertion(rows, &mut arguments)?;
        sqlx::query_with(AssertSqlSafe(sql), arguments).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The first trip: the highest id of an event, and what is known of the rooms and nonces of the drafts.
async fn begin_and_read(
    connection: &mut SqliteConnection,
    drafts: &[Draft],
    nonces: &Nonces,
) -> StorageResult<(i64, Known)> {
    let rooms: BTreeSet<i64> = drafts.iter().map(|draft| draft.room.0).collect();
    let keys: Vec<Key> = drafts.iter().filter_map(key_of).collect();
    let (mut sql, mut arguments) = (READ.to_owned(), SqliteArguments::default());
    add(&mut arguments, to_json(&Vec::from_iter(rooms))?)?;
    let mut known: HashMap<Key, First> = HashMap::new();
    known.extend(keys.iter().filter_map(|key| Some((*key, nonces.find(key)?))));
    let unknown: Vec<Key> = keys.into_iter().filter(|key| !known.contains_key(key)).collect();
    for (chunk, keys) in unknown.chunks(Values::MOST).enumerate() {
        ask_for_nonces(chunk * Values::MOST, keys, &mut sql, &mut arguments)?;
    }
    let row = sqlx::query_with(AssertSqlSafe(sql), arguments).fetch_one(connection).await?;
    let ends: Vec<(i64, i64, i64)> = from_json(row.try_get(1)?)?;
    let end = |(room, seq, n)| Ok((RoomId(room), Mark { seq: from_sql(seq)?, n: from_sql(n)? }));
    let ends = ends.into_iter().map(end).collect::<StorageResult<_>>()?;
    for column in 2..row.len() {
        let found: Vec<(usize, i64, i64)> = from_json(row.try_get(column)?)?;
        for (at, seq, time) in found {
            let key = unknown.get(at).ok_or_else(|| inconsistent("a nonce nobody asked for"))?;
            known.insert(*key, (from_sql(seq)?, Timestamp(time)));
        }
    }
    Ok((row.try_get(0)?, Known { ends, nonces: known, targets: Targets::default() }))
}

/// Everything else in one trip.
async fn write_and_commit(connection: &mut SqliteConnection, batch: &Batch, nonces: &mut Nonces) -> StorageResult<()> {
    // What does not fit into one statement goes before, in statements of full length.
    let (before, last) = batch.events.split_at((batch.events.len() - 1) / Values::MOST * Values::MOST);
    insert_events(connection, before).await?;
    let mut arguments = SqliteArguments::default();
    let mut sql = insertion(last, &mut arguments)?;
    let moved = batch.moved.iter().map(|(room, end)| Ok((room.0, to_sql(end.seq)?, to_sql(end.n)?)));
    let moved: Vec<(i64, i64, i64)> = moved.collect::<StorageResult<_>>()?;
    sql += SET_ENDS;
    add(&mut arguments, to_json(&moved)?)?;
    nonces.next_slice(batch.events.len(), &mut sql, &mut arguments)?;
    sql += "COMMIT";
    sqlx::query_with(AssertSqlSafe(sql), arguments).execute(connection).await?;
    Ok(())
}

/// Joins and leaves are rare enough to have trips of their own.
async fn write_memberships(connection: &mut SqliteConnection, batch: &Batch) -> StorageResult<()> {
    run_for(connection, DELETE_MEMBERSHIPS, &batch.left).await?;
    run_for(connection, UPSERT_MEMBERSHIPS, &batch.joined.values().collect::<Vec<_>>()).await
}

/// `INSERT INTO events …` for as many rows as one statement has.
fn insertion(rows: &[EventRow], arguments: &mut SqliteArguments) -> StorageResult<String> {
    let mut values = Values::new(arguments, EVENT_COLUMNS);
    for row in rows {
        values.row(|arguments| row.add_to(arguments).map_err(inconsistent))?;
    }
    Ok(format!("{INSERT_EVENTS}{}) WHERE column1 IS NOT NULL;", values.finish()?))
}

/// One more column for [`READ`]; the rows of the answer name a key by its place, from `first` on.
fn ask_for_nonces(first: usize, keys: &[Key], sql: &mut String, arguments: &mut SqliteArguments) -> StorageResult<()> {
    let mut values = Values::new(arguments, 2);
    for (place, key) in (first..).zip(keys) {
        values.row(|arguments| {
            add(arguments, key.as_slice())?;
            add(arguments, to_sql(place as u64)?)
        })?;
    }
    *sql += KNOWN_NONCES.0;
    *sql += &values.finish()?;
    *sql += KNOWN_NONCES.1;
    Ok(())
}

pub(super) fn from_json<T: serde::de::DeserializeOwned>(json: &str) -> StorageResult<T> {
    serde_json::from_str(json).map_err(inconsistent)
}
