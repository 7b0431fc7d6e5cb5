//! Opening a database: locks first, then a look that changes nothing, and only then a connection that writes.
//! Whatever is wrong is said in one line, and no byte has been overwritten.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};

use super::backup::copy;
use super::error::open_error;
use super::examine::{Depth, examine};
use super::nonces::Nonces;
use super::{Shelf, SqliteStore, idempotency, migrations, search};
use crate::domain::clock::{Clock, Timestamp};
use crate::storage::backup::snapshot_name;
use crate::storage::{OpenError, StorageResult};

/// The database in the data folder when no URL is given.
const DEFAULT_FILE: &str = "parlor.db";
/// The folder of backups in the data folder, unless the settings name another.
pub(super) const BACKUP_FOLDER: &str = "backups";
/// The file in the data folder whose lock keeps a second process out.
const LOCK_FILE: &str = "parlor.lock";
/// Connections that read.
const READERS: u32 = 4;
/// How long to wait for a lock that another program, such as a backup, holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request waits for a connection before it is refused.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// The write-ahead log shrinks back to this after a long reader has made it grow.
const JOURNAL_SIZE_LIMIT: &str = "16777216";
/// Of the writer, in KiB (hence the minus): a full batch must not spill over into the log before it is committed.
const WRITER_CACHE: &str = "-16384";
/// The most pages SQLite can have.
const MAX_PAGES: u32 = 4_294_967_294;

/// Where a copy goes before an older database is brought up to date.
#[derive(Debug)]
pub struct Snapshots {
    /// The folder; made if it is missing.
    pub folder: PathBuf,
    /// What stands in the name.
    pub now: Timestamp,
}

impl SqliteStore {
    /// Opens the database at `url` (`sqlite:PATH`, with `?max_mib=N` if it may not become larger than that), or
    /// `parlor.db` in the data folder; makes what is missing.
    ///
    /// # Errors
    /// Says what is wrong and what to do; an existing file was not changed then.
    pub async fn open(url: Option<&str>, data_dir: &Path) -> Result<Self, OpenError> {
        let snapshots = Snapshots { folder: data_dir.join(BACKUP_FOLDER), now: Clock::System.now() };
        Self::open_with(url, data_dir, &snapshots).await
    }

    /// The same, with another place for the copy that is made before an older database is brought up to date.
    ///
    /// # Errors
    /// The same, and when there is no room for the copy.
    pub async fn open_with(url: Option<&str>, data_dir: &Path, snapshots: &Snapshots) -> Result<Self, OpenError> {
        let (path, max_mib) = file_of(url, data_dir)?;
        make_folder(data_dir)?;
        let locks = take_locks(data_dir, &path)?;
        if size(&path)? > 0 {
            let schema = examine(&path, Depth::Start).await?;
            if schema > 0 && schema < migrations::newest() {
                snapshot(&path, schema, snapshots).await?;
            }
        }
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .after_release(|connection, _| Box::pin(is_usable(connection)))
            .connect_with(writing(&path, max_mib))
            .await
            .map_err(|error| open_error(&path, &error))?;
        let (nonces, growth) = (Shelf::default(), search::Growth::default());
        let store = Self { readers: readers(&path), writer, nonces, growth, locks, path };
        store.prepare().await?;
        Ok(store)
    }

    /// Brings the schema up to date and clears what an earlier process left unfinished.
    async fn prepare(&self) -> Result<(), OpenError> {
        migrations::migrator().run(&self.writer).await.map_err(|error| match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => open_error(&self.path, &error),
            error => OpenError::Other { database: self.path.display().to_string(), reason: error.to_string() },
        })?;
        sqlx::query(idempotency::RELEASE_ALL)
            .execute(&self.writer)
            .await
            .map_err(|error| open_error(&self.path, &error))?;
        self.read_nonces()
            .await
            .map_err(|error| OpenError::Other { database: self.path.display().to_string(), reason: error.to_string() })
    }

    async fn read_nonces(&self) -> StorageResult<()> {
        let mut connection = self.writer.acquire().await?;
        self.nonces.put(Nonces::load(&mut connection).await?);
        Ok(())
    }
}

/// An upgrade goes one way only; this is the way back.
async fn snapshot(path: &Path, schema: i64, snapshots: &Snapshots) -> Result<(), OpenError> {
    let target = snapshots.folder.join(snapshot_name(schema, snapshots.now));
    let refused = |reason: String| OpenError::NoSnapshot { database: path.display().to_string(), reason };
    make_folder(&snapshots.folder).map_err(|error| refused(error.to_string()))?;
    // What is there of that very second is such a copy too.
    copy(path, &target, true).await.map_err(|error| refused(error.to_string()))?;
    log::info!("before the upgrade from schema {schema} the database was copied to {}", target.display());
    Ok(())
}

/// The file a URL means, and its largest size. Only the scheme of a URL is ever shown: the rest may hold a password.
pub(super) fn file_of(url: Option<&str>, data_dir: &Path) -> Result<(PathBuf, Option<u32>), OpenError> {
    let Some(url) = url else {
        return Ok((data_dir.join(DEFAULT_FILE), None));
    };
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, max_mib) = match rest.rsplit_once("?max_mib=") {
        Some((path, number)) => (path, number.parse().ok().filter(|mib| *mib > 0).map(Some)),
        None => (rest, Some(None)),
    };
    // A database in memory would break the promise that what was acknowledged is stored.
    match max_mib {
        Some(max_mib) if scheme == "sqlite" && !path.is_empty() && path != ":memory:" => {
            Ok((PathBuf::from(path), max_mib))
        }
        Some(_) => Err(OpenError::UnknownUrl { url: scheme.to_owned() }),
        None => Err(OpenError::UnknownUrl { url: "this max_mib".to_owned() }),
    }
}

fn not_writable(path: &Path) -> impl Fn(std::io::Error) -> OpenError {
    move |error| OpenError::NotWritable { path: path.to_owned(), reason: error.to_string() }
}

/// Makes the data folder, for the eyes of its owner only.
pub(super) fn make_folder(data_dir: &Path) -> Result<(), OpenError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data_dir).map_err(not_writable(data_dir))
}

/// Locks the data folder, and a database that lies elsewhere: two data folders may name the same one.
pub(super) fn take_locks(data_dir: &Path, database: &Path) -> Result<Vec<File>, OpenError> {
    let mut locks = vec![take_lock(&data_dir.join(LOCK_FILE), data_dir)?];
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_elsewhere = match (folder.canonicalize(), data_dir.canonicalize()) {
        (Ok(one), Ok(other)) => one != other,
        _ => true,
    };
    if is_elsewhere {
        let mut beside = database.as_os_str().to_owned();
        beside.push(".lock");
        locks.push(take_lock(Path::new(&beside), database)?);
    }
    Ok(locks)
}

/// Locks one file and writes the number of this process into it. The lock ends with the process, however it ends.
fn take_lock(file: &Path, shown: &Path) -> Result<File, OpenError> {
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(file)
        .map_err(not_writable(shown))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // The number is a courtesy: an unreadable one is no other error.
            let _ = lock.read_to_string(&mut holder);
            let holder = if holder.trim().is_empty() { "unknown" } else { holder.trim() };
            return Err(OpenError::Locked { path: shown.to_owned(), holder: holder.to_owned() });
        }
        Err(TryLockError::Error(error)) => return Err(not_writable(shown)(error)),
    }
    lock.set_len(0)
        .and_then(|()| lock.write_all(format!("{}\n", std::process::id()).as_bytes()))
        .map_err(not_writable(shown))?;
    Ok(lock)
}

/// The size of the database; 0 when there is none yet. A file that cannot be written is refused here, because
/// SQLite would quietly open it for reading only.
fn size(path: &Path) -> Result<u64, OpenError> {
    match OpenOptions::new().write(true).open(path).and_then(|file| file.metadata()) {
        Ok(found) => Ok(found.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(not_writable(path)(error)),
    }
}

fn writing(path: &Path, max_mib: Option<u32>) -> SqliteConnectOptions {
    // Pages have 4 KiB. What is larger already stays, and grows no more.
    let max_pages = max_mib.map_or(MAX_PAGES, |mib| mib.saturating_mul(256).min(MAX_PAGES));
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    // Takes hold when the database is made: space that retention frees can be given back bit by bit. Said again later, it
    // would change nothing and still be written: a start that comes to nothing leaves the file as it was.
    let is_new = fs::metadata(path).is_ok_and(|file| file.len() == 0) || !path.exists();
    let options = if is_new { options.auto_vacuum(SqliteAutoVacuum::Incremental) } else { options };
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("journal_size_limit", JOURNAL_SIZE_LIMIT)
        // What a statement has to be able to take back is short; a file for it would be opened and closed each time.
        .pragma("temp_store", "MEMORY")
        // What was deleted is overwritten, not only forgotten, as far as its page is written anyway.
        .pragma("secure_delete", "FAST")
        .pragma("cache_size", WRITER_CACHE)
        .pragma("max_page_count", max_pages.to_string())
        .log_statements(log::LevelFilter::Off)
}

/// The readers connect when they are first needed.
fn readers(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .log_statements(log::LevelFilter::Off);
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .after_release(|connection, _| Box::pin(is_usable(connection)))
        .connect_lazy_with(options)
}

/// A full disk makes SQLite end a transaction by itself. The driver does not notice, takes the connection for one in a
/// transaction and refuses every later one: such a connection is closed, and the next write opens a new one.
async fn is_usable(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // Waits for the rollback that is still in the queue.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_committed_survives_a_power_cut() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = SqliteStore::open(None, folder.path()).await.expect("a fresh database opens");

        let synchronous: i64 =
            sqlx::query_scalar("PRAGMA synchronous").fetch_one(&store.writer).await.expect("a pragma");
        let journal: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&store.writer).await.expect("a pragma");

        assert_eq!((synchronous, journal.as_str()), (2, "wal"), "FULL, and a write-ahead log");
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = SqliteStore::open(None, folder.path()).await.expect("a fresh database opens");

        let written = sqlx::query("DELETE FROM rooms").execute(&store.readers).await;

        assert!(written.is_err());
    }

    #[test]
    fn only_the_scheme_of_an_unknown_url_is_shown() {
        let refused = file_of(Some("postgres://ann:secret@host/db"), Path::new("data")).map_err(|e| e.to_string());

        assert!(refused.is_err_and(|line| line.contains("postgres") && !line.contains("secret")));
    }

    #[test]
    fn urls_name_files() {
        let file = |url| file_of(Some(url), Path::new("data")).ok();
        assert_eq!(file("sqlite:chat.db"), Some(("chat.db".into(), None)));
        assert_eq!(file("sqlite:chat.db?max_mib=64"), Some(("chat.db".into(), Some(64))));
        assert_eq!(file("sqlite:chat.db?max_mib=lots"), None);
        assert_eq!(file("sqlite:///var/chat.db"), Some(("/var/chat.db".into(), None)));
        assert_eq!(file("sqlite::memory:"), None);
        assert_eq!(file("sqlite:"), None);
        assert_eq!(file("chat.db"), None);
        assert_eq!(file_of(None, Path::new("data")).ok(), Some(("data/parlor.db".into(), None)));
    }
}
