//! SQLite: the embedded database. One connection writes, a few read; every query is a constant with `$N` parameters.
//!
//! Write-ahead log with `synchronous=FULL`: what was committed survives a power cut. Ids of people travel in JSON as
//! hex, because SQLite's JSON has no bytes.

mod append;
mod audit;
mod backup;
mod batch;
mod credentials;
mod devices;
mod error;
mod events;
mod examine;
mod export;
mod export_rows;
mod idempotency;
mod import;
mod import_others;
mod import_rows;
mod invites;
mod log_rows;
mod migrations;
mod nonces;
mod open;
mod order;
mod passkeys;
mod profiles;
mod push;
mod read_targets;
mod removal;
mod reports;
mod restore;
mod retention;
mod room_rows;
mod rooms;
mod search;
mod settings;
mod sizes;
mod state_rows;
mod targets;
mod users;
mod values;

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use sqlx::{Sqlite, SqlitePool, Transaction};
use uuid::Uuid;

use super::{StorageError, StorageResult, Store};
use crate::domain::ids::{Seq, UserId};
use error::inconsistent;
use nonces::Nonces;

pub use backup::{copy_database, inspect_database, newest_event, newest_schema};
pub use export::export;
pub use open::Snapshots;
pub use restore::{Restored, restore};

/// A database in a file of this machine. Nobody else opens it while this value lives.
#[derive(Debug)]
pub struct SqliteStore {
    /// The one connection that writes.
    writer: SqlitePool,
    /// Connections that can only read; each sees everything that was committed before it asks.
    readers: SqlitePool,
    /// Whoever holds the writer takes these out and puts them back.
    nonces: Shelf,
    /// Wakes whoever takes the log into the search index.
    growth: search::Growth,
    /// Locked files; they keep other processes out.
    locks: Vec<File>,
    path: PathBuf,
}

/// The younger nonces between two batches; empty after an error, until they are read again.
#[derive(Debug, Default)]
struct Shelf(Mutex<Option<Nonces>>);

impl Shelf {
    fn take(&self) -> Option<Nonces> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, nonces: Nonces) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(nonces);
    }
}

impl SqliteStore {
    /// The file it lives in.
    #[must_use]
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Begins a transaction that may write. It takes the write lock at once: a read that turns into a write later
    /// would fail instead of waiting.
    async fn begin(&self) -> StorageResult<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> Result<(), StorageError> {
        sqlx::query("SELECT 1 FROM rooms LIMIT 1").fetch_optional(&self.readers).await?;
        Ok(())
    }

    async fn bytes(&self) -> Result<u64, StorageError> {
        const SIZE: &str = "SELECT c.page_count * s.page_size FROM pragma_page_count() c, pragma_page_size() s";
        from_sql(sqlx::query_scalar::<_, i64>(SIZE).fetch_one(&self.readers).await?)
    }

    async fn close(&self) {
        self.readers.close().await;
        // The last connection that closes moves the write-ahead log into the file.
        self.writer.close().await;
        for lock in &self.locks {
            // Nothing is lost when this fails: the lock ends with the process at the latest.
            let _ = lock.unlock();
        }
    }
}

/// The id of a person from its sixteen bytes.
fn user_id(bytes: &[u8]) -> StorageResult<UserId> {
    Uuid::from_slice(bytes).map(UserId).map_err(|_| inconsistent("an id that has not sixteen bytes"))
}

/// A sequence number as the database keeps it.
fn to_sql(seq: Seq) -> StorageResult<i64> {
    i64::try_from(seq).map_err(|_| inconsistent("a number beyond 63 bits"))
}

/// A count or sequence number from the database.
fn from_sql(number: i64) -> StorageResult<u64> {
    u64::try_from(number).map_err(|_| inconsistent("a number below zero"))
}

/// A limit as the database understands it.
fn row_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Parameters of one statement for many rows.
fn to_json<T: serde::Serialize>(rows: &[T]) -> StorageResult<String> {
    serde_json::to_string(rows).map_err(inconsistent)
}
