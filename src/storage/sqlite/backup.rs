//! Copies of the database, made with `VACUUM INTO` on a connection that reads: it sees one moment, and whoever writes
//! goes on meanwhile. A copy has only what is in use, so it is as small as can be.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::error::open_error;
use super::examine::{Depth, beside, check_start, stock, take_stock, verdict};
use super::open::file_of;
use super::removal::EVENTS_REMOVED;
use super::{SqliteStore, migrations};
use crate::domain::clock::Timestamp;
use crate::storage::backup::{BackupError, Inventory};
use crate::storage::{Backups, OpenError};

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const EVENTS_EVER: &str = "
SELECT (SELECT count(*) FROM events)
    + coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE key = $1), 0)";

#[async_trait]
impl Backups for SqliteStore {
    async fn back_up(&self, target: &Path, overwrite: bool) -> Result<Inventory, BackupError> {
        copy(&self.path, target, overwrite).await
    }

    async fn check_copy(&self, copy: &Path) -> Result<Inventory, OpenError> {
        take_stock(copy).await
    }
}

/// Copies the database that these settings name, whether a server holds it or not; see [`Backups::back_up`].
///
/// # Errors
/// See [`Backups::back_up`].
pub async fn copy_database(
    url: Option<&str>,
    data_dir: &Path,
    target: &Path,
    overwrite: bool,
) -> Result<Inventory, BackupError> {
    let (path, _) = file_of(url, data_dir)?;
    if !path.exists() {
        return Err(BackupError::NothingThere { path });
    }
    copy(&path, target, overwrite).await
}

/// Looks through the database that these settings name, whether a server holds it or not. `None` when there is none.
///
/// # Errors
/// What is wrong with it.
pub async fn inspect_database(url: Option<&str>, data_dir: &Path) -> Result<Option<Inventory>, OpenError> {
    let (path, _) = file_of(url, data_dir)?;
    if !path.exists() {
        return Ok(None);
    }
    let mut connection = reading(&path).await?;
    let found = stock(&mut connection, &path).await;
    // It only ever read.
    let _ = connection.close().await;
    found.map(Some)
}

/// When the last thing happened that the log of this database knows of; a server may hold it.
///
/// # Errors
/// What is wrong with it.
pub async fn newest_event(url: Option<&str>, data_dir: &Path) -> Result<Option<Timestamp>, OpenError> {
    let (path, _) = file_of(url, data_dir)?;
    if !path.exists() {
        return Ok(None);
    }
    let mut connection = reading(&path).await?;
    let found = sqlx::query_scalar("SELECT at FROM events ORDER BY id DESC LIMIT 1");
    let found: Result<Option<i64>, sqlx::Error> = found.fetch_optional(&mut connection).await;
    // It only ever read.
    let _ = connection.close().await;
    Ok(found.map_err(|error| open_error(&path, &error))?.map(Timestamp))
}

/// The number of the last step of the schema that this program makes.
#[must_use]
pub fn newest_schema() -> i64 {
    migrations::newest()
}

/// Copies one file of a database to another, by way of a file beside it.
pub(super) async fn copy(source: &Path, target: &Path, overwrite: bool) -> Result<Inventory, BackupError> {
    if is_part_of(target, source) {
        return Err(BackupError::IsDatabase { path: target.to_owned() });
    }
    if target.exists() && !overwrite {
        return Err(BackupError::Exists { path: target.to_owned() });
    }
    let draft = Draft::new(target)?;
    let inventory = draft.fill(source).await?;
    draft.publish(target, overwrite).await?;
    Ok(inventory)
}

/// A copy that has not its name yet; it goes away unless it gets it.
pub(super) struct Draft {
    path: PathBuf,
}

impl Draft {
    /// An empty file beside `target`, for the eyes of its owner only.
    pub(super) fn new(target: &Path) -> Result<Self, BackupError> {
        let path = beside(target, &format!(".{}.part", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).map_err(|error| not_written(target, error))?;
        Ok(Self { path })
    }

    /// Copies the database into it, and looks whether it has arrived.
    pub(super) async fn fill(&self, source: &Path) -> Result<Inventory, BackupError> {
        let mut connection = reading(source).await?;
        let copied = match verdict(&mut connection, source, Depth::Start).await {
            Ok(_) => Ok(vacuum_into(&mut connection, &self.path).await),
            Err(error) => Err(error),
        };
        // It only ever read.
        let _ = connection.close().await;
        let written = copied?.map_err(|error| not_written(&self.path, error))?;
        let path = self.path.clone();
        let synced = tokio::task::spawn_blocking(move || File::open(path)?.sync_all()).await;
        synced.map_err(|error| not_written(&self.path, error))?.map_err(|error| not_written(&self.path, error))?;
        let bad = |reason: String| BackupError::BadCopy { path: self.path.clone(), reason };
        let inventory = take_stock(&self.path).await.map_err(|error| bad(error.to_string()))?;
        let arrived = self.count().await.map_err(|error| bad(error.to_string()))?;
        if arrived < written {
            return Err(bad(format!("it has {arrived} of {written} events")));
        }
        Ok(inventory)
    }

    async fn count(&self) -> Result<u64, OpenError> {
        let mut connection = reading(&self.path).await?;
        let counted = count_events(&mut connection).await;
        // It only ever read.
        let _ = connection.close().await;
        counted.map_err(|error| open_error(&self.path, &error))
    }

    /// Gives it its name, for good.
    pub(super) async fn publish(self, target: &Path, overwrite: bool) -> Result<(), BackupError> {
        if target.exists() && !overwrite {
            return Err(BackupError::Exists { path: target.to_owned() });
        }
        fs::rename(&self.path, target).map_err(|error| not_written(target, error))?;
        let folder = folder_of(target);
        let synced = tokio::task::spawn_blocking(move || File::open(folder)?.sync_all()).await;
        synced.map_err(|error| not_written(target, error))?.map_err(|error| not_written(target, error))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Once it has its name there is nothing here to remove.
        let _ = fs::remove_file(&self.path);
    }
}

/// The folder a file is in.
pub(super) fn folder_of(file: &Path) -> PathBuf {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

pub(super) fn not_written(path: &Path, error: impl std::fmt::Display) -> BackupError {
    BackupError::NotWritten { path: path.to_owned(), reason: error.to_string() }
}

/// A server may hold the database, so its write-ahead log is read too; a file on a medium that cannot be written has none.
pub(super) async fn reading(source: &Path) -> Result<SqliteConnection, OpenError> {
    check_start(source)?;
    let options = SqliteConnectOptions::new().filename(source).read_only(true).busy_timeout(BUSY_TIMEOUT);
    let options = options.log_statements(log::LevelFilter::Off);
    let mut connection = options.connect().await.map_err(|error| open_error(source, &error))?;
    if sqlx::query("SELECT 1 FROM sqlite_schema LIMIT 1").fetch_optional(&mut connection).await.is_ok() {
        return Ok(connection);
    }
    // It could not even read.
    let _ = connection.close().await;
    options.immutable(true).connect().await.map_err(|error| open_error(source, &error))
}

/// Every event there ever was, those of rooms that were deleted since too: this number never falls.
async fn count_events(connection: &mut SqliteConnection) -> Result<u64, sqlx::Error> {
    let counted = sqlx::query_scalar(EVENTS_EVER).bind(EVENTS_REMOVED).fetch_one(connection).await;
    counted.map(|events: i64| u64::try_from(events).unwrap_or(0))
}

/// Answers with the number of events before the copy.
async fn vacuum_into(connection: &mut SqliteConnection, target: &Path) -> Result<u64, sqlx::Error> {
    let mode: i64 = sqlx::query_scalar("PRAGMA auto_vacuum").fetch_one(&mut *connection).await?;
    if mode == 0 {
        // Of the copy: one that is restored can give back space bit by bit. It is said, not written, of the original.
        sqlx::query("PRAGMA auto_vacuum = INCREMENTAL").execute(&mut *connection).await?;
    }
    let events = count_events(connection).await?;
    sqlx::query("VACUUM INTO $1").bind(target.to_string_lossy()).execute(&mut *connection).await?;
    Ok(events)
}

/// True for the database itself and the files that belong to it, under whatever name.
fn is_part_of(target: &Path, database: &Path) -> bool {
    let Ok(target) = folder_of(target).canonicalize().map(|folder| folder.join(target.file_name().unwrap_or_default()))
    else {
        return false;
    };
    let target = target.canonicalize().unwrap_or(target);
    let parts = ["", "-wal", "-shm", ".lock"].map(|end| beside(database, end));
    parts.iter().any(|part| {
        let here = folder_of(part).canonicalize().map(|folder| folder.join(part.file_name().unwrap_or_default()));
        here.is_ok_and(|part| part.canonicalize().unwrap_or(part) == target)
    })
}
