//! From the driver's errors to the words of [`crate::storage`]. The driver's words are for the log, never for a user.

use std::fmt::Display;
use std::path::Path;

use crate::storage::{OpenError, StorageError};

/// Primary result codes of SQLite, see <https://www.sqlite.org/rescode.html>.
const READ_ONLY: i32 = 8;
const CORRUPT: i32 = 11;
const CANNOT_OPEN: i32 = 14;
const NOT_A_DATABASE: i32 = 26;

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        let reason = error.to_string();
        match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => {
                Self::Inconsistent { reason }
            }
            _ => Self::Unavailable { reason },
        }
    }
}

/// A value that no version of this program would have written, or that does not fit the database.
pub(super) fn inconsistent(what: impl Display) -> StorageError {
    StorageError::Inconsistent { reason: what.to_string() }
}

/// True when a name or key was already there.
pub(super) fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// What kept the database at `path` from being opened.
pub(super) fn open_error(path: &Path, error: &sqlx::Error) -> OpenError {
    let (database, reason) = (path.display().to_string(), error.to_string());
    match primary_code(error) {
        Some(CORRUPT | NOT_A_DATABASE) => OpenError::Corrupt { database, reason },
        Some(READ_ONLY | CANNOT_OPEN) => OpenError::NotWritable { path: path.to_owned(), reason },
        _ => OpenError::Other { database, reason },
    }
}

/// The low byte of an extended result code is the primary one.
fn primary_code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse::<i32>().ok().map(|code| code & 0xff)
}
