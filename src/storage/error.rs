//! What can go wrong with a database, in words that say what to do.

use std::path::PathBuf;

use derive_more::{Display, Error};

/// A request that the database did not carry out.
#[derive(Debug, Display, Error)]
pub enum StorageError {
    /// Something of that name is already there.
    #[display("{what} is already taken")]
    Conflict {
        /// What it was about: `name`, `room`.
        #[error(not(source))]
        what: &'static str,
    },
    /// The database failed: disk full, read-only, locked, gone.
    #[display("the database did not answer: {reason}")]
    Unavailable {
        /// The driver's words, for the log; never for a user.
        #[error(not(source))]
        reason: String,
    },
    /// A row that no version of this program would have written.
    #[display("the database holds a value that makes no sense: {reason}")]
    Inconsistent {
        /// Which one.
        #[error(not(source))]
        reason: String,
    },
}

/// Why a database could not be opened. One line each; nothing has been overwritten.
#[derive(Debug, Display, Error)]
pub enum OpenError {
    /// The folder or the file cannot be written.
    #[display("cannot write to {}: {reason}. Choose another folder with --data, or change its owner.", path.display())]
    NotWritable {
        /// The folder or file.
        path: PathBuf,
        /// The system's words.
        #[error(not(source))]
        reason: String,
    },
    /// Another process has it.
    #[display("{} is in use by another Parlor (process {holder}). Stop that one first, or choose another folder with --data.", path.display())]
    Locked {
        /// The data folder.
        path: PathBuf,
        /// Its process id, as far as known.
        #[error(not(source))]
        holder: String,
    },
    /// Made by a later version of this program.
    #[display(
        "{database} was made by a newer Parlor (schema {found}, this one knows {known}). Start that version, or restore a backup."
    )]
    Newer {
        /// The database.
        database: String,
        /// The schema found.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// Not a database, or a damaged one.
    #[display(
        "{database} is damaged or no SQLite database: {reason}. Nothing was changed; restore a backup or move the file away."
    )]
    Corrupt {
        /// The database.
        database: String,
        /// The driver's words.
        #[error(not(source))]
        reason: String,
    },
    /// An older database, of which no copy could be made before the upgrade.
    #[display(
        "{database} has to be brought up to date, but it could not be copied before: {reason} Nothing was changed."
    )]
    NoSnapshot {
        /// The database.
        database: String,
        /// Why not.
        #[error(not(source))]
        reason: String,
    },
    /// A URL of a kind this build does not know.
    #[display("database: {url} is not supported; give sqlite:PATH or leave it out for parlor.db in the data folder.")]
    UnknownUrl {
        /// The part before the colon.
        #[error(not(source))]
        url: String,
    },
    /// Everything else.
    #[display("cannot open {database}: {reason}")]
    Other {
        /// The database.
        database: String,
        /// The driver's words.
        #[error(not(source))]
        reason: String,
    },
}
