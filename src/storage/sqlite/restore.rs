//! Puts a backup in the place of the database. What was there is complete under another name before anything goes.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::backup::{Draft, folder_of, not_written};
use super::examine::{beside, take_stock};
use super::open::{file_of, make_folder, take_locks};
use crate::domain::clock::Timestamp;
use crate::storage::OpenError;
use crate::storage::backup::{BackupError, Inventory, stamp};

/// What has been restored.
#[derive(Debug)]
pub struct Restored {
    /// What it holds.
    pub inventory: Inventory,
    /// Where it stands.
    pub database: PathBuf,
    /// Where the database that was there before is now.
    pub kept: Option<PathBuf>,
}

/// Restores a backup to where these settings have their database. One that is there is replaced only if `replace` says
/// so, and kept beside it.
///
/// # Errors
/// Also when a server holds the database. Nothing was changed then.
pub async fn restore(
    backup: &Path,
    url: Option<&str>,
    data_dir: &Path,
    replace: bool,
    now: Timestamp,
) -> Result<Restored, BackupError> {
    let (database, _) = file_of(url, data_dir)?;
    let unfit = |reason: String| BackupError::Unfit { path: backup.to_owned(), reason };
    if !backup.is_file() {
        return Err(unfit("there is no such file".to_owned()));
    }
    if backup.canonicalize().is_ok_and(|backup| database.canonicalize().is_ok_and(|database| backup == database)) {
        return Err(BackupError::IsDatabase { path: backup.to_owned() });
    }
    take_stock(backup).await.map_err(|error| unfit(plainly(error)))?;
    make_folder(data_dir)?;
    // Held until the end: no server starts on half of it.
    let _locks = take_locks(data_dir, &database)?;
    let exists = database.exists();
    if exists && !replace {
        return Err(BackupError::WouldReplace { path: database });
    }
    let draft = Draft::new(&database)?;
    let inventory = draft.fill(backup).await.map_err(|error| match error {
        BackupError::Open(error) => unfit(plainly(error)),
        error => error,
    })?;
    let kept = exists.then(|| beside(&database, &format!(".replaced-{}", stamp(now))));
    if let Some(kept) = &kept {
        keep(&database, kept).map_err(|error| not_written(kept, error))?;
    }
    // Of another database now; SQLite would take it for the log of the new one.
    for end in ["-wal", "-shm"] {
        remove(&beside(&database, end)).map_err(|error| not_written(&database, error))?;
    }
    draft.publish(&database, true).await?;
    Ok(Restored { inventory, database, kept })
}

/// What is wrong with a backup, without the advice for a database.
fn plainly(error: OpenError) -> String {
    match error {
        OpenError::Corrupt { reason, .. } => format!("it is damaged or no database ({reason})"),
        OpenError::Newer { found, known, .. } => {
            format!("it was made by a newer Parlor (schema {found}, this one knows {known})")
        }
        OpenError::Other { reason, .. } | OpenError::NotWritable { reason, .. } => reason,
        error => error.to_string(),
    }
}

/// Gives the database and its write-ahead log a second name, or a copy where the file system has no second names.
fn keep(database: &Path, kept: &Path) -> io::Result<()> {
    for end in ["", "-wal"] {
        let (from, to) = (beside(database, end), beside(kept, end));
        if from.exists() && fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to)?;
            File::open(&to)?.sync_all()?;
        }
    }
    File::open(folder_of(kept))?.sync_all()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
