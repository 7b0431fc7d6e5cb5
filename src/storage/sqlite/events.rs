//! Reading the logs. They are written in `append`.

use async_trait::async_trait;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

use super::log_rows::event;
use super::nonces::prune_part;
use super::state_rows::add_reactions;
use super::values::add;
use super::{SqliteStore, from_sql, row_limit};
use crate::domain::clock::Timestamp;
use crate::domain::event::{Draft, Event, EventBody};
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::membership::Mark;
use crate::storage::events::{Appended, Version};
use crate::storage::{Events, StorageResult};

/// The columns that `log_rows::event` reads, and where they come from.
pub(super) const EVENTS: &str = "
SELECT e.room_id, r.name, e.seq, e.kind, e.author_id, e.author_name, e.at, coalesce(s.text, e.text), e.reply_to, e.nonce,
    e.data, e.n, e.thread, s.edits, s.edited_at, s.deleted_at, s.deleted_id, s.deleted_name, s.pinned_at, s.pinned_id,
    s.pinned_name, s.replies, s.last_reply, s.last_reply_at, s.reactions, p.author_id, p.author_name,
    substr(coalesce(ps.text, p.text), 1, 200)
FROM events e JOIN rooms r ON r.id = e.room_id
LEFT JOIN message_states s ON s.room_id = e.room_id AND s.seq = e.seq
LEFT JOIN events p ON e.kind = 'message' AND p.room_id = e.room_id AND p.seq = e.reply_to
LEFT JOIN message_states ps ON ps.room_id = p.room_id AND ps.seq = p.seq
";

const BEFORE: &str = "WHERE e.room_id = $1 AND e.seq < $2 ORDER BY e.seq DESC LIMIT $3";
const AFTER: &str = "WHERE e.room_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3";
const THREAD: &str = "WHERE e.room_id = $1 AND e.thread = $2 AND e.seq > $3 ORDER BY e.seq LIMIT $4";
const PINS: &str = "WHERE s.room_id = $1 AND s.pinned_at IS NOT NULL ORDER BY s.pinned_at DESC, s.seq DESC LIMIT $2";

const VERSIONS: &str = "
SELECT text, at FROM events WHERE room_id = $1 AND seq = $2 AND kind = 'message'
UNION ALL
SELECT text, at FROM (
    SELECT text, at FROM events WHERE room_id = $1 AND reply_to = $2 AND kind = 'edited' ORDER BY seq LIMIT $3
)";

const OWN_REACTIONS: &str = "
SELECT seq, emoji FROM reactions WHERE room_id = $1 AND seq BETWEEN $2 AND $3 AND user_id = $4";

const PLACE: &str = "SELECT seq, n FROM events WHERE room_id = $1 AND seq <= $2 ORDER BY seq DESC LIMIT 1";

const SEQ_AND_TIME: &str = "SELECT at FROM events WHERE room_id = $1 AND seq = $2";

#[async_trait]
impl Events for SqliteStore {
    async fn append(&self, drafts: &[Draft]) -> StorageResult<Vec<Appended>> {
        self.append_all(drafts).await
    }

    async fn events_before(&self, room: RoomId, before: Option<Seq>, limit: usize) -> StorageResult<Vec<Event>> {
        let before = before.map_or(i64::MAX, clamped);
        let mut events = self.select(BEFORE, &[room.0, before, row_limit(limit)]).await?;
        events.reverse();
        self.with_reactions(events).await
    }

    async fn events_after(&self, room: RoomId, after: Seq, limit: usize) -> StorageResult<Vec<Event>> {
        let events = self.select(AFTER, &[room.0, clamped(after), row_limit(limit)]).await?;
        self.with_reactions(events).await
    }

    async fn event(&self, room: RoomId, seq: Seq) -> StorageResult<Option<Event>> {
        let found = self.events_after(room, seq.saturating_sub(1), 1).await?;
        Ok(found.into_iter().find(|event| event.seq == seq))
    }

    async fn thread(&self, room: RoomId, first: Seq, after: Seq, limit: usize) -> StorageResult<Vec<Event>> {
        let events = self.select(THREAD, &[room.0, clamped(first), clamped(after), row_limit(limit)]).await?;
        self.with_reactions(events).await
    }

    async fn pins(&self, room: RoomId, limit: usize) -> StorageResult<Vec<Event>> {
        let mut events = self.select(PINS, &[room.0, row_limit(limit)]).await?;
        events.sort_unstable_by_key(|event| event.seq);
        let mut events = self.with_reactions(events).await?;
        events.sort_by_key(|event| std::cmp::Reverse((pinned_at(event), event.seq)));
        Ok(events)
    }

    async fn versions(&self, room: RoomId, seq: Seq, limit: usize) -> StorageResult<Vec<Version>> {
        let query = sqlx::query(VERSIONS).bind(room.0).bind(clamped(seq)).bind(row_limit(limit));
        let rows = query.fetch_all(&self.readers).await?;
        let version = |row: &SqliteRow| {
            Ok(Version { text: row.try_get::<Option<_>, _>(0)?.unwrap_or_default(), at: Timestamp(row.try_get(1)?) })
        };
        rows.iter().map(version).collect()
    }

    async fn own_reactions(
        &self,
        room: RoomId,
        first: Seq,
        last: Seq,
        user: UserId,
    ) -> StorageResult<Vec<(Seq, String)>> {
        let query = sqlx::query(OWN_REACTIONS).bind(room.0).bind(clamped(first)).bind(clamped(last));
        let rows = query.bind(user.as_bytes().as_slice()).fetch_all(&self.readers).await?;
        rows.iter().map(|row| Ok((from_sql(row.try_get(0)?)?, row.try_get(1)?))).collect()
    }

    async fn place(&self, room: RoomId, seq: Seq) -> StorageResult<Mark> {
        let query = sqlx::query(PLACE).bind(room.0).bind(clamped(seq));
        let Some(row) = query.fetch_optional(&self.readers).await? else { return Ok(Mark::default()) };
        Ok(Mark { seq: from_sql(row.try_get(0)?)?, n: from_sql(row.try_get(1)?)? })
    }

    async fn first_since(&self, room: RoomId, last: Seq, time: Timestamp) -> StorageResult<Seq> {
        // Times do not run backwards in a log, or hardly: halving the log finds the place without an index of times.
        let (mut low, mut high) = (1, clamped(last).saturating_add(1));
        while low < high {
            let middle = low + (high - low) / 2;
            let at: Option<i64> =
                sqlx::query_scalar(SEQ_AND_TIME).bind(room.0).bind(middle).fetch_optional(&self.readers).await?;
            if at.is_some_and(|at| at < time.0) { low = middle + 1 } else { high = middle }
        }
        from_sql(low)
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

impl SqliteStore {
    /// Events by one of the conditions above.
    async fn select(&self, condition: &'static str, parameters: &[i64]) -> StorageResult<Vec<Event>> {
        let mut arguments = SqliteArguments::default();
        for parameter in parameters {
            add(&mut arguments, *parameter)?;
        }
        // Both halves are constants of this file.
        let query = sqlx::query_with(AssertSqlSafe(format!("{EVENTS}{condition}")), arguments);
        query.fetch_all(&self.readers).await?.iter().map(event).collect()
    }

    /// Adds what people put on messages. `events` are of one room, ascending.
    async fn with_reactions(&self, mut events: Vec<Event>) -> StorageResult<Vec<Event>> {
        let has_state = |event: &&Event| matches!(&event.body, EventBody::Message(m) if m.state.is_some());
        let with: Vec<Seq> = events.iter().filter(has_state).map(|event| event.seq).collect();
        add_reactions(&self.readers, &mut events, &with).await?;
        Ok(events)
    }
}

fn pinned_at(event: &Event) -> Option<Timestamp> {
    let EventBody::Message(message) = &event.body else { return None };
    Some(message.state.as_ref()?.pinned.as_ref()?.at)
}

/// A number somebody asked for; none is stored beyond 63 bits.
pub(super) fn clamped(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
