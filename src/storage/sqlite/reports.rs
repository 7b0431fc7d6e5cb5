//! The table `reports`.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};

use super::{SqliteStore, from_sql, row_limit, to_sql, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::ids::RoomId;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Author;
use crate::storage::reports::{Closed, NewReport, Report, Reported};
use crate::storage::{Reports, StorageResult};

/// The text as it is now, after its last edit; a deleted message has none and cannot be reported.
const INSERT: &str = "
INSERT INTO reports (room_id, seq, text, author_id, author_name, reporter_id, reporter_name, reason, at)
SELECT e.room_id, e.seq, coalesce(s.text, e.text), e.author_id, e.author_name, $3, $4, $5, $6
FROM events e LEFT JOIN message_states s ON s.room_id = e.room_id AND s.seq = e.seq
WHERE e.room_id = $1 AND e.seq = $2 AND e.kind = 'message' AND s.deleted_at IS NULL
ON CONFLICT (room_id, seq, reporter_id) DO NOTHING";

const KNOWN: &str = "SELECT EXISTS (SELECT 1 FROM reports WHERE room_id = $1 AND seq = $2 AND reporter_id = $3)";

const FIND: &str = "
SELECT r.id, r.room_id, rooms.name, r.seq, r.text, r.author_id, r.author_name, r.reporter_id, r.reporter_name, r.reason, r.at,
    r.closed_at, r.closed_by, r.outcome
FROM reports r JOIN rooms ON rooms.id = r.room_id
WHERE r.id = $1";

const LIST: &str = "
SELECT r.id, r.room_id, rooms.name, r.seq, r.text, r.author_id, r.author_name, r.reporter_id, r.reporter_name, r.reason, r.at,
    r.closed_at, r.closed_by, r.outcome
FROM reports r JOIN rooms ON rooms.id = r.room_id
WHERE (r.closed_at IS NULL) = $1 AND r.id < $2
ORDER BY r.id DESC LIMIT $3";

const CLOSE: &str =
    "UPDATE reports SET closed_at = $2, closed_by = $3, outcome = $4 WHERE id = $1 AND closed_at IS NULL";

const COUNT: &str = "SELECT count(*) FROM reports WHERE closed_at IS NULL";

struct ReportRow {
    id: i64,
    room_id: i64,
    name: String,
    seq: i64,
    text: String,
    author_id: Vec<u8>,
    author_name: String,
    reporter_id: Vec<u8>,
    reporter_name: String,
    reason: String,
    at: i64,
    closed_at: Option<i64>,
    closed_by: Option<String>,
    outcome: Option<String>,
}

impl<'r> FromRow<'r, SqliteRow> for ReportRow {
    fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            room_id: row.try_get("room_id")?,
            name: row.try_get("name")?,
            seq: row.try_get("seq")?,
            text: row.try_get("text")?,
            author_id: row.try_get("author_id")?,
            author_name: row.try_get("author_name")?,
            reporter_id: row.try_get("reporter_id")?,
            reporter_name: row.try_get("reporter_name")?,
            reason: row.try_get("reason")?,
            at: row.try_get("at")?,
            closed_at: row.try_get("closed_at")?,
            closed_by: row.try_get("closed_by")?,
            outcome: row.try_get("outcome")?,
        })
    }
}

fn report(row: ReportRow) -> StorageResult<Report> {
    let closed = row.closed_at.map(|at| Closed {
        at: Timestamp(at),
        by: row.closed_by.unwrap_or_default(),
        outcome: row.outcome.unwrap_or_default(),
    });
    Ok(Report {
        id: row.id,
        room: RoomId(row.room_id),
        room_name: RoomName::trusted(row.name),
        seq: from_sql(row.seq)?,
        text: row.text,
        author: Author { id: user_id(&row.author_id)?, name: UserName::trusted(row.author_name) },
        reporter: Author { id: user_id(&row.reporter_id)?, name: UserName::trusted(row.reporter_name) },
        reason: row.reason,
        at: Timestamp(row.at),
        closed,
    })
}

#[async_trait]
impl Reports for SqliteStore {
    async fn add_report(&self, new: &NewReport) -> StorageResult<Reported> {
        let reporter = new.reporter.id.as_bytes().as_slice();
        let mut tx = self.begin().await?;
        let known: bool = sqlx::query_scalar(KNOWN)
            .bind(new.room.0)
            .bind(to_sql(new.seq)?)
            .bind(reporter)
            .fetch_one(&mut *tx)
            .await?;
        if known {
            tx.rollback().await?;
            return Ok(Reported::Before);
        }
        let added = sqlx::query(INSERT)
            .bind(new.room.0)
            .bind(to_sql(new.seq)?)
            .bind(reporter)
            .bind(new.reporter.name.as_str())
            .bind(&new.reason)
            .bind(new.at.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(if added.rows_affected() == 0 { Reported::NoMessage } else { Reported::Done })
    }

    async fn reports(&self, open: bool, before: Option<i64>, limit: usize) -> StorageResult<Vec<Report>> {
        let rows: Vec<ReportRow> = sqlx::query_as(LIST)
            .bind(open)
            .bind(before.unwrap_or(i64::MAX))
            .bind(row_limit(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(report).collect()
    }

    async fn report(&self, id: i64) -> StorageResult<Option<Report>> {
        let row: Option<ReportRow> = sqlx::query_as(FIND).bind(id).fetch_optional(&self.readers).await?;
        row.map(report).transpose()
    }

    async fn close_report(&self, id: i64, closed: &Closed) -> StorageResult<bool> {
        let done = sqlx::query(CLOSE)
            .bind(id)
            .bind(closed.at.0)
            .bind(&closed.by)
            .bind(&closed.outcome)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn count_open_reports(&self) -> StorageResult<u64> {
        from_sql(sqlx::query_scalar(COUNT).fetch_one(&self.readers).await?)
    }
}
