//! Looks at a database file without changing it: is it sound, is it ours, do we know its schema?
//! Whoever opens, copies or restores one asks here first.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::error::open_error;
use super::migrations;
use crate::storage::OpenError;
use crate::storage::backup::Inventory;

/// The first bytes of every SQLite database.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Files up to this size are checked through at every start; for larger ones that would take seconds.
const CHECKED_BYTES: u64 = 16 * 1024 * 1024;
/// How long to wait for a lock that another program holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const HAS_STEPS: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')";
const HAS_OTHERS: &str = "
SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name <> '_sqlx_migrations')";
const NEWEST_STEP: &str = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations";
const STOCK: &str = "
SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM rooms), (SELECT count(*) FROM events)";

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Whose it is and which schema; all pages too, if they are few.
    Start,
    /// All pages, and whether the indices say the same as their tables.
    Thorough,
}

/// Looks at an existing database without changing it: is it sound, is it ours, do we know its schema? Answers with the
/// number of its last step; 0 before the first.
pub(super) async fn examine(path: &Path, depth: Depth) -> Result<i64, OpenError> {
    let mut connection = connect(path).await?;
    let outcome = verdict(&mut connection, path, depth).await;
    // It only ever read; how it closes changes nothing.
    let _ = connection.close().await;
    outcome
}

/// Looks through a whole database, and counts what it holds.
pub(super) async fn take_stock(path: &Path) -> Result<Inventory, OpenError> {
    let mut connection = connect(path).await?;
    let outcome = stock(&mut connection, path).await;
    // As above.
    let _ = connection.close().await;
    outcome
}

/// A connection that only reads. Without a write-ahead log nothing beside the file is needed for that, and nothing is
/// made.
async fn connect(path: &Path) -> Result<SqliteConnection, OpenError> {
    check_start(path)?;
    let is_whole = fs::metadata(beside(path, "-wal")).map_or(true, |wal| wal.len() == 0);
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(is_whole);
    options.busy_timeout(BUSY_TIMEOUT).connect().await.map_err(|error| open_error(path, &error))
}

/// Whether it begins like a database; SQLite itself would not mind, if there is a write-ahead log beside it.
pub(super) fn check_start(path: &Path) -> Result<(), OpenError> {
    let mut start = Vec::with_capacity(MAGIC.len());
    let file = File::open(path).map_err(not_readable(path))?;
    file.take(MAGIC.len() as u64).read_to_end(&mut start).map_err(not_readable(path))?;
    if start != MAGIC {
        let reason = "it does not begin like one".to_owned();
        return Err(OpenError::Corrupt { database: path.display().to_string(), reason });
    }
    Ok(())
}

/// The file beside a database that has its name and this end.
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn not_readable(path: &Path) -> impl Fn(std::io::Error) -> OpenError {
    move |error| OpenError::NotWritable { path: path.to_owned(), reason: error.to_string() }
}

pub(super) async fn stock(connection: &mut SqliteConnection, path: &Path) -> Result<Inventory, OpenError> {
    let schema = verdict(connection, path, Depth::Thorough).await?;
    if schema == 0 {
        let reason = "it is empty".to_owned();
        return Err(OpenError::Other { database: path.display().to_string(), reason });
    }
    let counted = sqlx::query_as(STOCK).fetch_one(connection).await;
    let (users, rooms, events): (i64, i64, i64) = counted.map_err(|error| open_error(path, &error))?;
    let [users, rooms, events] = [users, rooms, events].map(|count| u64::try_from(count).unwrap_or(0));
    let bytes = fs::metadata(path).map_err(not_readable(path))?.len();
    Ok(Inventory { schema, users, rooms, events, bytes })
}

pub(super) async fn verdict(connection: &mut SqliteConnection, path: &Path, depth: Depth) -> Result<i64, OpenError> {
    let database = path.display().to_string();
    let check = match depth {
        Depth::Thorough => Some("PRAGMA integrity_check(1)"),
        Depth::Start => {
            let bytes = fs::metadata(path).map_err(not_readable(path))?.len();
            (bytes <= CHECKED_BYTES).then_some("PRAGMA quick_check(1)")
        }
    };
    match judge(connection, check).await.map_err(|error| open_error(path, &error))? {
        Verdict::Good(schema) => Ok(schema),
        Verdict::Damaged(reason) => Err(OpenError::Corrupt { database, reason }),
        Verdict::Foreign => {
            Err(OpenError::Other { database, reason: "it belongs to another program; choose another file".to_owned() })
        }
        Verdict::Newer(found) => Err(OpenError::Newer { database, found, known: migrations::newest() }),
    }
}

enum Verdict {
    Good(i64),
    Damaged(String),
    Foreign,
    Newer(i64),
}

async fn judge(connection: &mut SqliteConnection, check: Option<&'static str>) -> Result<Verdict, sqlx::Error> {
    let application: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await?;
    let has_others: bool = sqlx::query_scalar(HAS_OTHERS).fetch_one(&mut *connection).await?;
    if application != migrations::APPLICATION_ID && has_others {
        return Ok(Verdict::Foreign);
    }
    let mut schema = 0;
    if sqlx::query_scalar::<_, bool>(HAS_STEPS).fetch_one(&mut *connection).await? {
        schema = sqlx::query_scalar(NEWEST_STEP).fetch_one(&mut *connection).await?;
        if schema > migrations::newest() {
            return Ok(Verdict::Newer(schema));
        }
    }
    if let Some(check) = check {
        let found: String = sqlx::query_scalar(check).fetch_one(&mut *connection).await?;
        if found != "ok" {
            // It tells in lines; we tell in one.
            return Ok(Verdict::Damaged(found.lines().collect::<Vec<_>>().join(" ")));
        }
    }
    Ok(Verdict::Good(schema))
}
