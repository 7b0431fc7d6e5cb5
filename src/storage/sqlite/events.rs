//! The tables `events` and `nonces`. [`Events::append`] is the hot path: the driver sends every statement to another
//! thread and back, so there are few of them, each for many rows.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::fmt::Simple;

use super::error::inconsistent;
use super::log_rows::{EventRow, event};
use super::{SqliteStore, from_sql, row_limit, to_json, to_sql};
use crate::domain::clock::Timestamp;
use crate::domain::event::{Draft, Event, EventBody};
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::storage::events::Appended;
use crate::storage::{Events, StorageResult};

const LAST_SEQS: &str = "SELECT id, last_seq FROM rooms WHERE id IN (SELECT value FROM json_each($1))";

const KNOWN_NONCES: &str = "
SELECT wanted.key, n.seq, n.at
FROM json_each($1) AS wanted CROSS JOIN nonces n
    ON n.author_id = unhex(wanted.value->>0) AND n.room_id = wanted.value->>1 AND n.nonce = wanted.value->>2";

// No ON CONFLICT here: a number that is taken means that somebody else wrote, and must be an error.
pub(super) const INSERT_EVENTS: &str = "
INSERT INTO events (room_id, seq, kind, author_id, author_name, at, text, reply_to, nonce, data)
SELECT value->>0, value->>1, value->>2, unhex(value->>3), value->>4, value->>5, value->>6, value->>7, value->>8,
    value->>9
FROM json_each($1)";

const INSERT_NONCES: &str = "
INSERT INTO nonces (author_id, room_id, nonce, seq, at)
SELECT unhex(value->>0), value->>1, value->>2, value->>3, value->>4 FROM json_each($1)";

/// The user first: in this order the planner finds each row by its key instead of reading all members of the room.
const DELETE_MEMBERSHIPS: &str = "
DELETE FROM memberships
WHERE banned = 0 AND (user_id, room_id) IN (SELECT unhex(value->>1), value->>0 FROM json_each($1))";

/// Guests have no row: their visit is an event, not a membership. Whoever is banned stays banned.
pub(super) const UPSERT_MEMBERSHIPS: &str = "
INSERT INTO memberships (room_id, user_id, role, read_seq, joined_at)
SELECT value->>0, u.id, value->>2, value->>3, value->>4
FROM json_each($1) CROSS JOIN users u ON u.id = unhex(value->>1)
WHERE true
ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role, read_seq = excluded.read_seq
WHERE memberships.banned = 0";

const SET_LAST_SEQS: &str = "
UPDATE rooms SET last_seq = moved.value->>1 FROM json_each($1) AS moved WHERE rooms.id = moved.value->>0";

const BEFORE: &str = "
SELECT e.room_id, r.name, e.seq, e.kind, e.author_id, e.author_name, e.at, e.text, e.reply_to, e.nonce, e.data
FROM events e JOIN rooms r ON r.id = e.room_id
WHERE e.room_id = $1 AND e.seq < $2 ORDER BY e.seq DESC LIMIT $3";

const AFTER: &str = "
SELECT e.room_id, r.name, e.seq, e.kind, e.author_id, e.author_name, e.at, e.text, e.reply_to, e.nonce, e.data
FROM events e JOIN rooms r ON r.id = e.room_id
WHERE e.room_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3";

/// The oldest rows come first, so that the write lock is held for a moment only, however much there is to prune.
const PRUNE_NONCES: &str = "
DELETE FROM nonces WHERE at < $1 AND id IN (SELECT id FROM nonces ORDER BY id LIMIT 5000)";

type NonceKey<'a> = (UserId, RoomId, &'a str);

/// Room, user, role, `read_seq`, `joined_at`: a JSON array for [`UPSERT_MEMBERSHIPS`].
type JoinedRow = (i64, Simple, &'static str, i64, i64);

/// What a batch of drafts does, before anything is written.
#[derive(Default)]
struct Batch<'a> {
    outcomes: Vec<Appended>,
    events: Vec<EventRow<'a>>,
    nonces: Vec<(Simple, i64, &'a str, i64, i64)>,
    left: Vec<(i64, Simple)>,
    /// By room and user; only the last word of a batch counts.
    joined: BTreeMap<(RoomId, UserId), JoinedRow>,
}

#[async_trait]
impl Events for SqliteStore {
    async fn append(&self, drafts: &[Draft]) -> StorageResult<Vec<Appended>> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        // Dropped on any error, and then rolled back.
        let mut tx = self.begin().await?;
        let mut last_seqs = read_last_seqs(&mut tx, drafts).await?;
        let known = read_nonces(&mut tx, drafts).await?;
        let batch = plan(drafts, &mut last_seqs, known)?;
        if batch.events.is_empty() {
            tx.rollback().await?;
            return Ok(batch.outcomes);
        }
        run_for(&mut tx, INSERT_EVENTS, &batch.events).await?;
        run_for(&mut tx, INSERT_NONCES, &batch.nonces).await?;
        run_for(&mut tx, DELETE_MEMBERSHIPS, &batch.left).await?;
        run_for(&mut tx, UPSERT_MEMBERSHIPS, &batch.joined.into_values().collect::<Vec<_>>()).await?;
        let moved =
            last_seqs.iter().map(|(room, &seq)| Ok((room.0, to_sql(seq)?))).collect::<StorageResult<Vec<_>>>()?;
        run_for(&mut tx, SET_LAST_SEQS, &moved).await?;
        tx.commit().await?;
        Ok(batch.outcomes)
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
        loop {
            let done = sqlx::query(PRUNE_NONCES).bind(older_than.0).execute(&self.writer).await?.rows_affected();
            pruned += done;
            if done == 0 {
                return Ok(pruned);
            }
        }
    }
}

/// A number somebody asked for; none is stored beyond 63 bits.
pub(super) fn clamped(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
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

async fn read_last_seqs(connection: &mut SqliteConnection, drafts: &[Draft]) -> StorageResult<BTreeMap<RoomId, Seq>> {
    let mut rooms: Vec<i64> = drafts.iter().map(|draft| draft.room.0).collect();
    rooms.sort_unstable();
    rooms.dedup();
    let rows: Vec<(i64, i64)> = sqlx::query_as(LAST_SEQS).bind(to_json(&rooms)?).fetch_all(connection).await?;
    rows.into_iter().map(|(room, seq)| Ok((RoomId(room), from_sql(seq)?))).collect()
}

async fn read_nonces<'a>(
    connection: &mut SqliteConnection,
    drafts: &'a [Draft],
) -> StorageResult<HashMap<NonceKey<'a>, (Seq, Timestamp)>> {
    let wanted: Vec<NonceKey<'a>> = drafts.iter().filter_map(nonce_key).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let keys: Vec<_> = wanted.iter().map(|(author, room, nonce)| (author.0.simple(), room.0, nonce)).collect();
    let rows: Vec<(i64, i64, i64)> = sqlx::query_as(KNOWN_NONCES).bind(to_json(&keys)?).fetch_all(connection).await?;
    rows.into_iter()
        .map(|(index, seq, at)| {
            let key = usize::try_from(index).ok().and_then(|index| wanted.get(index).copied());
            Ok((key.ok_or_else(|| inconsistent("a nonce nobody asked for"))?, (from_sql(seq)?, Timestamp(at))))
        })
        .collect()
}

fn nonce_key(draft: &Draft) -> Option<NonceKey<'_>> {
    match &draft.body {
        EventBody::Message { nonce: Some(nonce), .. } => Some((draft.author.id, draft.room, nonce)),
        _ => None,
    }
}

/// Gives every draft its number, or finds the message that it repeats.
fn plan<'a>(
    drafts: &'a [Draft],
    last_seqs: &mut BTreeMap<RoomId, Seq>,
    mut known: HashMap<NonceKey<'a>, (Seq, Timestamp)>,
) -> StorageResult<Batch<'a>> {
    let mut batch = Batch::default();
    for draft in drafts {
        let key = nonce_key(draft);
        if let Some(&(seq, at)) = key.and_then(|key| known.get(&key)) {
            batch.outcomes.push(Appended::Duplicate { seq, at });
            continue;
        }
        let last_seq =
            last_seqs.get_mut(&draft.room).ok_or_else(|| inconsistent("an event for a room that is gone"))?;
        *last_seq += 1;
        if let Some(key) = key {
            known.insert(key, (*last_seq, draft.at));
        }
        batch.add(draft, *last_seq)?;
    }
    Ok(batch)
}

impl<'a> Batch<'a> {
    fn add(&mut self, draft: &'a Draft, seq: Seq) -> StorageResult<()> {
        let (room, user, number) = (draft.room, draft.author.id, to_sql(seq)?);
        match &draft.body {
            EventBody::Message { nonce: Some(nonce), .. } => {
                self.nonces.push((user.0.simple(), room.0, nonce, number, draft.at.0));
            }
            EventBody::Message { nonce: None, .. } => {}
            EventBody::Joined { role, .. } => {
                self.joined.insert((room, user), (room.0, user.0.simple(), role.as_str(), number, draft.at.0));
            }
            EventBody::Left { .. } => {
                self.joined.remove(&(room, user));
                self.left.push((room.0, user.0.simple()));
            }
        }
        self.events.push(EventRow::new(draft, seq)?);
        self.outcomes.push(Appended::Stored(Event {
            room,
            room_name: draft.room_name.clone(),
            seq,
            author: draft.author.clone(),
            at: draft.at,
            body: draft.body.clone(),
        }));
        Ok(())
    }
}
