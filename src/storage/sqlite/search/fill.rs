//! Takes the log into the index, in the order of commits. What it reads is committed and what it writes says how far it
//! has come, in the same transaction: after a crash it goes on where it was.
//!
//! An event that changes a message makes it be looked at anew, as it is now. The change that made it so may lie further
//! on in the log, and then it is looked at once more: in the end the index is as the messages are.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::super::error::inconsistent;
use super::super::values::{Values, add};
use super::super::{SqliteStore, row_limit, to_json, user_id};
use super::tags;
use crate::domain::event::EventKind;
use crate::domain::ids::RoomId;
use crate::domain::name::NameKey;
use crate::domain::search::{Marks, words};
use crate::storage::StorageResult;
use crate::storage::search::Indexed;

/// What the index holds, and how. Another number makes it be filled anew.
const VERSION: u32 = 1;
/// Bytes of texts in one transaction, or one event: while it lasts, the journal waits.
const BATCH_BYTES: i64 = 128 * 1024;
/// Pages that are merged after each batch. More than a batch makes, so that merging keeps up; a few milliseconds.
const MERGE_PAGES: i64 = 64;
/// Milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

const PROGRESS: &str = "SELECT value FROM settings WHERE key = 'search_indexed_to'";

/// Only by whoever knows how far it was: of two at once one has done nothing.
const ADVANCE: &str = "UPDATE settings SET value = $2 WHERE key = 'search_indexed_to' AND value = $1";

const LOG: &str = "
SELECT id, room_id, seq, kind, reply_to, at, coalesce(octet_length(text), 0)
FROM events WHERE id > $1 ORDER BY id LIMIT $2";

/// Messages as they are now.
const MESSAGES: &str = "
SELECT e.id, e.room_id, e.author_id, e.author_name, coalesce(s.text, e.text), s.deleted_at IS NOT NULL,
    s.pinned_at IS NOT NULL, coalesce(s.reactions, 0) > 0, coalesce(m.marks, 0),
    EXISTS (SELECT 1 FROM users u WHERE u.id = e.author_id), e.seq
FROM json_each($1) AS wanted
CROSS JOIN events e ON e.room_id = wanted.value->>0 AND e.seq = wanted.value->>1 AND e.kind = 'message'
LEFT JOIN message_states s ON s.room_id = e.room_id AND s.seq = e.seq
LEFT JOIN search_marks m ON m.event_id = e.id";

const INSERT: (&str, &str) = (
    "INSERT INTO search_index (rowid, text, tags) SELECT column1, column2, column3 FROM (VALUES ",
    // A room may have been removed with its log since this was read.
    ") WHERE EXISTS (SELECT 1 FROM events WHERE id = column1)",
);

const DELETE: &str = "DELETE FROM search_index WHERE rowid IN (SELECT value FROM json_each($1))";

const SET_MARKS: &str = "
INSERT INTO search_marks (event_id, marks) SELECT value->>0, value->>1 FROM json_each($1) WHERE true
ON CONFLICT (event_id) DO UPDATE SET marks = excluded.marks";

const CLEAR_MARKS: &str = "
DELETE FROM search_marks WHERE event_id IN (SELECT value->>0 FROM json_each($1) WHERE value->>1 = 0)";

const SET_DAYS: &str = "
INSERT INTO search_days (day, first_id, last_id) SELECT value->>0, value->>1, value->>2 FROM json_each($1) WHERE true
ON CONFLICT (day) DO UPDATE SET first_id = min(first_id, excluded.first_id), last_id = max(last_id, excluded.last_id)";

const MERGE: &str = "INSERT INTO search_index (search_index, rank) VALUES ('merge', $1)";

const EMPTY: [&str; 3] = [
    "INSERT INTO search_index (search_index) VALUES ('delete-all')",
    "DELETE FROM search_marks",
    "DELETE FROM search_days",
];

const BEGIN_ANEW: &str = "
INSERT INTO settings (key, value) VALUES ('search_indexed_to', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// What an event of the log means for the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum News {
    /// What a message has may be another: it is written again if so.
    Marks,
    /// Its text is another, or gone.
    Text,
    /// It is new.
    Message,
}

/// A part of the log, and what it says of messages.
#[derive(Debug, Default)]
struct Part {
    /// How many events.
    events: usize,
    /// The last of them.
    last: i64,
    /// By room and number.
    messages: BTreeMap<(i64, i64), News>,
    /// First and last event of each day.
    days: BTreeMap<i64, (i64, i64)>,
}

/// What is to be written.
#[derive(Debug, Default)]
struct Plan {
    /// Events that are in the index and have to leave it.
    stale: BTreeSet<i64>,
    /// Event, words, tags.
    entries: Vec<(i64, String, String)>,
    /// Event, marks that come and go.
    marks: Vec<(i64, i64)>,
}

impl SqliteStore {
    /// See [`Search::index_log`](crate::storage::Search::index_log).
    pub(super) async fn fill(&self, limit: usize) -> StorageResult<Indexed> {
        let Some((progress, from)) = self.progress().await? else {
            self.empty().await?;
            return Box::pin(self.fill(limit)).await;
        };
        let part = self.read_part(from, limit).await?;
        if part.events == 0 {
            return Ok(Indexed::default());
        }
        let plan = self.plan(&part).await?;
        let asked = Instant::now();
        let mut tx = self.begin().await?;
        let waited = asked.elapsed();
        let advanced = sqlx::query(ADVANCE).bind(&progress).bind(written(part.last)).execute(&mut *tx).await?;
        if advanced.rows_affected() == 1 {
            write(&mut tx, &part, &plan).await?;
            tx.commit().await?;
            // In a transaction of its own: whoever waits for the database has it in between.
            sqlx::query(MERGE).bind(MERGE_PAGES).execute(&self.writer).await?;
        } else {
            tx.rollback().await?;
        }
        Ok(Indexed { events: part.events, waited })
    }

    /// See [`Search::forget_index`](crate::storage::Search::forget_index).
    pub(super) async fn empty(&self) -> StorageResult<()> {
        let mut tx = self.begin().await?;
        for sql in EMPTY {
            sqlx::query(sql).execute(&mut *tx).await?;
        }
        sqlx::query(BEGIN_ANEW).bind(written(0)).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// How far it has come, as it is written and as a number; `None` when the index is of no use.
    async fn progress(&self) -> StorageResult<Option<(String, i64)>> {
        let found: Option<String> = sqlx::query_scalar(PROGRESS).fetch_optional(&self.readers).await?;
        Ok(found.and_then(|text| {
            let (version, last) = text.split_once(':')?;
            let last = last.parse().ok().filter(|_| version == VERSION.to_string())?;
            Some((text, last))
        }))
    }

    async fn read_part(&self, from: i64, limit: usize) -> StorageResult<Part> {
        let rows = sqlx::query(LOG).bind(from).bind(row_limit(limit)).fetch_all(&self.readers).await?;
        let (mut part, mut bytes) = (Part::default(), 0);
        for row in rows {
            bytes += row.try_get::<i64, _>(6)?;
            if part.events > 0 && bytes > BATCH_BYTES {
                break;
            }
            part.add(&row)?;
        }
        Ok(part)
    }

    async fn plan(&self, part: &Part) -> StorageResult<Plan> {
        let mut plan = Plan::default();
        if part.messages.is_empty() {
            return Ok(plan);
        }
        let wanted: Vec<&(i64, i64)> = part.messages.keys().collect();
        let rows = sqlx::query(MESSAGES).bind(to_json(&wanted)?).fetch_all(&self.readers).await?;
        // In the order in which they were asked for; a target that is no message is left out, so they are found by key.
        for row in rows {
            plan.add(&row, part)?;
        }
        plan.entries.sort_unstable_by_key(|entry| entry.0);
        Ok(plan)
    }
}

impl Part {
    fn add(&mut self, row: &SqliteRow) -> StorageResult<()> {
        let (id, room, seq, at): (i64, i64, i64, i64) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(5)?);
        let target: Option<i64> = row.try_get(4)?;
        self.events += 1;
        self.last = id;
        let day = self.days.entry(at.div_euclid(DAY)).or_insert((id, id));
        *day = (day.0.min(id), day.1.max(id));
        let news = match EventKind::parse(row.try_get(3)?) {
            Some(EventKind::Message) => Some((seq, News::Message)),
            Some(EventKind::Edited | EventKind::Deleted) => target.map(|target| (target, News::Text)),
            Some(EventKind::Reaction | EventKind::Pinned) => target.map(|target| (target, News::Marks)),
            _ => None,
        };
        if let Some((seq, news)) = news {
            let known = self.messages.entry((room, seq)).or_insert(news);
            *known = news.max(*known);
        }
        Ok(())
    }
}

impl Plan {
    fn add(&mut self, row: &SqliteRow, part: &Part) -> StorageResult<()> {
        let (id, room, place): (i64, i64, (i64, i64)) =
            (row.try_get(0)?, row.try_get(1)?, (row.try_get(1)?, row.try_get(10)?));
        let (is_deleted, pinned, reaction): (bool, bool, bool) = (row.try_get(5)?, row.try_get(6)?, row.try_get(7)?);
        let news = part.messages.get(&place).ok_or_else(|| inconsistent("a message nobody asked for"))?;
        let (known, now) = (row.try_get::<i64, _>(8)?, i64::from(pinned) * 2 + i64::from(reaction));
        if *news == News::Marks && known == now {
            return Ok(());
        }
        if *news != News::Message {
            self.stale.insert(id);
        }
        if known != now || is_deleted {
            self.marks.push((id, if is_deleted { 0 } else { now }));
        }
        if is_deleted {
            return Ok(());
        }
        let text = row.try_get::<Option<&str>, _>(4)?.unwrap_or_default();
        let marks = Marks { reaction, pinned, ..Marks::of_text(text) };
        let author = user_id(row.try_get(2)?)?;
        let mut all = vec![tags::of_room(RoomId(room)), tags::of_author(author)];
        if !row.try_get::<bool, _>(9)? {
            all.push(tags::of_guest(&NameKey::of(row.try_get(3)?)));
        }
        all.extend(tags::of_marks(marks).map(str::to_owned));
        self.entries.push((id, words::folded(text), all.join(" ")));
        Ok(())
    }
}

/// The progress, as it is kept.
fn written(last: i64) -> String {
    format!("{VERSION}:{last}")
}

async fn write(connection: &mut SqliteConnection, part: &Part, plan: &Plan) -> StorageResult<()> {
    if !plan.stale.is_empty() {
        let stale: Vec<i64> = plan.stale.iter().copied().collect();
        sqlx::query(DELETE).bind(to_json(&stale)?).execute(&mut *connection).await?;
    }
    for entries in plan.entries.chunks(Values::MOST) {
        let mut arguments = SqliteArguments::default();
        let mut values = Values::new(&mut arguments, 3);
        for (id, words, tags) in entries {
            values.row(|arguments| {
                add(arguments, *id)?;
                add(arguments, words.as_str())?;
                add(arguments, tags.as_str())
            })?;
        }
        let sql = format!("{}{}{}", INSERT.0, values.finish()?, INSERT.1);
        sqlx::query_with(AssertSqlSafe(sql), arguments).execute(&mut *connection).await?;
    }
    if !plan.marks.is_empty() {
        for sql in [SET_MARKS, CLEAR_MARKS] {
            sqlx::query(sql).bind(to_json(&plan.marks)?).execute(&mut *connection).await?;
        }
    }
    let days: Vec<(i64, i64, i64)> = part.days.iter().map(|(day, (first, last))| (*day, *first, *last)).collect();
    sqlx::query(SET_DAYS).bind(to_json(&days)?).execute(connection).await?;
    Ok(())
}
