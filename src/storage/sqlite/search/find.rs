//! Asks the index.
//!
//! The index goes through the log backwards, so the newest messages come first and it stops when there are enough. Few
//! rooms are part of what it is asked for. With more rooms it costs less to look what room each message is in: the first
//! thousand are looked at, and only when too few of them were in the right rooms, the rooms become part of the question.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use sqlx::{AssertSqlSafe, Row};

use super::super::events::EVENTS;
use super::super::log_rows::event;
use super::super::{SqliteStore, from_sql, row_limit, to_json};
use super::expression;
use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, EventBody};
use crate::domain::ids::{RoomId, Seq};
use crate::storage::StorageResult;
use crate::storage::search::{Found, LogPlace, Wanted};

/// So many rooms are part of the question.
const FEW_ROOMS: usize = 4;
/// So many messages are looked at one by one for those in the right rooms.
const LOOKED_AT: usize = 1000;
/// So many rooms are part of one question, when they have to be.
const MOST_ROOMS: usize = 200;
/// Milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// CROSS JOIN: the index leads. In any other order the planner reads whole rooms.
const MATCHING: &str = "
SELECT e.id, e.room_id, e.seq FROM search_index CROSS JOIN events e ON e.id = search_index.rowid
WHERE search_index MATCH $1 AND search_index.rowid < $2 AND search_index.rowid >= $3 AND e.at >= $4 AND e.at < $5
ORDER BY search_index.rowid DESC LIMIT $6";

/// Where in the log a day begins at the earliest. Times may lie in another order than events, but not by days.
const FIRST_OF: &str = "SELECT min(first_id) FROM search_days WHERE day >= $1";
const BEHIND: &str = "SELECT max(last_id) + 1 FROM search_days WHERE day <= $1";

const BY_ID: &str = "WHERE e.id IN (SELECT value FROM json_each($1))";

/// A message that matches: where it stands in the log of all rooms, and in which room under which number.
type Match = (i64, RoomId, Seq);

/// Where in the log, and when.
#[derive(Debug, Clone, Copy)]
struct Range {
    first_id: i64,
    below_id: i64,
    first: i64,
    end: i64,
}

impl SqliteStore {
    /// See [`Search::find_messages`](crate::storage::Search::find_messages).
    pub(super) async fn find(&self, wanted: &Wanted) -> StorageResult<Vec<Found>> {
        let mut range = self.range(wanted).await?;
        let mut found: Vec<Match> = Vec::new();
        let is_question = wanted.rooms.len() <= FEW_ROOMS;
        if let Some(expression) = expression::of(wanted, &[]).filter(|_| !is_question) {
            let rooms: HashSet<RoomId> = wanted.rooms.iter().copied().collect();
            let looked_at = self.matching(&expression, range, LOOKED_AT.max(wanted.limit)).await?;
            let is_all = looked_at.len() < LOOKED_AT.max(wanted.limit);
            range.below_id = looked_at.last().filter(|_| !is_all).map_or(0, |last| last.0);
            found.extend(looked_at.into_iter().filter(|(_, room, _)| rooms.contains(room)));
        }
        if found.len() < wanted.limit && range.below_id > range.first_id {
            found.extend(self.in_rooms(wanted, range, wanted.limit - found.len()).await?);
        }
        found.truncate(wanted.limit);
        self.messages(&found).await
    }

    /// The newest of all these rooms.
    async fn in_rooms(&self, wanted: &Wanted, range: Range, limit: usize) -> StorageResult<Vec<Match>> {
        let mut found = Vec::new();
        for rooms in wanted.rooms.chunks(MOST_ROOMS) {
            if let Some(expression) = expression::of(wanted, rooms) {
                found.extend(self.matching(&expression, range, limit).await?);
            }
        }
        found.sort_unstable_by_key(|found| Reverse(found.0));
        found.truncate(limit);
        Ok(found)
    }

    async fn matching(&self, expression: &str, range: Range, limit: usize) -> StorageResult<Vec<Match>> {
        let query = sqlx::query(MATCHING).bind(expression).bind(range.below_id).bind(range.first_id);
        let query = query.bind(range.first).bind(range.end).bind(row_limit(limit));
        let rows = query.fetch_all(&self.readers).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, RoomId(row.try_get(1)?), from_sql(row.try_get(2)?)?))).collect()
    }

    async fn range(&self, wanted: &Wanted) -> StorageResult<Range> {
        let below = wanted.below.map_or(i64::MAX, |place| place.0);
        let mut range = Range { first_id: 0, below_id: below, first: i64::MIN, end: i64::MAX };
        if let Some(Timestamp(first)) = wanted.first {
            range.first = first;
            range.first_id = self.place(FIRST_OF, first.div_euclid(DAY)).await?.unwrap_or(i64::MAX);
        }
        if let Some(Timestamp(end)) = wanted.end {
            range.end = end;
            range.below_id = below.min(self.place(BEHIND, end.div_euclid(DAY)).await?.unwrap_or(0));
        }
        Ok(range)
    }

    async fn place(&self, sql: &'static str, day: i64) -> StorageResult<Option<i64>> {
        Ok(sqlx::query_scalar(sql).bind(day).fetch_one(&self.readers).await?)
    }

    /// The messages as they are now, in the same order. One that was deleted a moment ago is left out.
    async fn messages(&self, found: &[Match]) -> StorageResult<Vec<Found>> {
        let ids: Vec<i64> = found.iter().map(|found| found.0).collect();
        let events = self.events_by_id(&ids).await?;
        let mut events: HashMap<(RoomId, Seq), Event> =
            events.into_iter().map(|event| ((event.room, event.seq), event)).collect();
        let mut message = |(id, room, seq): &Match| {
            let event = events.remove(&(*room, *seq)).filter(is_there)?;
            Some(Found { place: LogPlace(*id), event })
        };
        Ok(found.iter().filter_map(&mut message).collect())
    }

    /// The events of these rows, in any order.
    pub(super) async fn events_by_id(&self, ids: &[i64]) -> StorageResult<Vec<Event>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        // Two constants.
        let query = sqlx::query(AssertSqlSafe(format!("{EVENTS}{BY_ID}"))).bind(to_json(ids)?);
        query.fetch_all(&self.readers).await?.iter().map(event).collect()
    }
}

/// True for a message that has a text.
pub(super) fn is_there(event: &Event) -> bool {
    let EventBody::Message(message) = &event.body else { return false };
    message.state.as_ref().is_none_or(|state| state.deleted.is_none())
}
