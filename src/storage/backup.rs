//! Copies of the whole database: made while it is in use, checked after they were written, and put back.
//!
//! The command line, the schedule and the snapshot before an upgrade all make them the same way.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use derive_more::{Display, Error, From};

use super::OpenError;
use crate::domain::clock::Timestamp;

/// Scheduled backups are called this, then the time.
const PREFIX: &str = "parlor-";
/// The end of their names.
const SUFFIX: &str = ".db";

/// What a copy holds; counted in the copy, not in what it was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inventory {
    /// Number of the last step of the schema.
    pub schema: i64,
    /// Accounts.
    pub users: u64,
    /// Rooms.
    pub rooms: u64,
    /// Events of all rooms.
    pub events: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Why there is no backup, or none that was put back. One line each; what was there before is still there.
#[derive(Debug, Display, Error, From)]
pub enum BackupError {
    /// There is nothing to copy.
    #[display("there is no database at {}; name its folder with --data, or the file with --database", path.display())]
    #[from(skip)]
    NothingThere {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is there already.
    #[display("{} is already there; choose another name, or replace it with --force", path.display())]
    #[from(skip)]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// The file is the database, or a part of it.
    #[display("{} is the database itself; choose another file", path.display())]
    #[from(skip)]
    IsDatabase {
        /// Which.
        path: PathBuf,
    },
    /// A database stands where the backup should go.
    #[display("there is a database at {} already; with --yes it is kept beside the restored one", path.display())]
    #[from(skip)]
    WouldReplace {
        /// Which.
        path: PathBuf,
    },
    /// The copy cannot be written.
    #[display("cannot write {}: {reason}. Choose another place, or make room.", path.display())]
    #[from(skip)]
    NotWritten {
        /// The copy.
        path: PathBuf,
        /// The system's words.
        #[error(not(source))]
        reason: String,
    },
    /// The copy was read again and is not what it should be.
    #[display("the copy {} is no good and was removed: {reason}. Check the disk, and the database with `parlor doctor`.", path.display())]
    #[from(skip)]
    BadCopy {
        /// The copy.
        path: PathBuf,
        /// What is wrong with it.
        #[error(not(source))]
        reason: String,
    },
    /// The file that should be restored is no backup.
    #[display("{} cannot be restored: {reason}. Nothing was changed; choose another backup.", path.display())]
    #[from(skip)]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[error(not(source))]
        reason: String,
    },
    /// The database cannot be opened.
    #[display("{_0}")]
    Open(OpenError),
}

/// A database that can be copied while it is in use.
#[async_trait]
pub trait Backups {
    /// Copies the database as it is at one moment into `target`; whoever writes does not wait. The copy gets its name
    /// when it is whole, on the disk and checked. With `overwrite` it takes the place of a file of that name.
    ///
    /// # Errors
    /// Then there is no new file, and an old one was left alone.
    async fn back_up(&self, target: &Path, overwrite: bool) -> Result<Inventory, BackupError>;

    /// Reads a copy through, as it was read when it was made.
    ///
    /// # Errors
    /// What is wrong with it.
    async fn check_copy(&self, copy: &Path) -> Result<Inventory, OpenError>;
}

/// A copy in the folder of backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Its name in the folder.
    pub name: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// When it was made: as its name says, else as the file system says.
    pub made_at: Timestamp,
}

/// The copies in this folder, the newest first; others than ours too, if they end like a database.
#[must_use]
pub fn copies(folder: &Path) -> Vec<Copy> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<Copy> = files.filter_map(|file| copy_of(&file)).collect();
    found.sort_unstable_by(|one, other| (other.made_at, &other.name).cmp(&(one.made_at, &one.name)));
    found
}

fn copy_of(file: &std::fs::DirEntry) -> Option<Copy> {
    let name = file.file_name().into_string().ok().filter(|name| name.ends_with(SUFFIX))?;
    let known = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let changed = known.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis();
    let made_at = time_of(&name).unwrap_or(Timestamp(i64::try_from(changed).ok()?));
    Some(Copy { name, bytes: known.len(), made_at })
}

/// Makes the folder, for the eyes of its owner only: what is in it is as secret as the database.
///
/// # Errors
/// When the system does not let it be made.
pub fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The name of a backup made at this time: `parlor-2026-11-21T09-05-03Z.db`. Names sort by time.
#[must_use]
pub fn name_at(time: Timestamp) -> String {
    format!("{PREFIX}{}{SUFFIX}", stamp(time))
}

/// The name of the snapshot before an upgrade from this schema.
#[must_use]
pub fn snapshot_name(schema: i64, time: Timestamp) -> String {
    format!("before-upgrade-from-{schema}-{}{SUFFIX}", stamp(time))
}

/// When the backup of this name was made; `None` for files of other names, which are nobody's to remove.
#[must_use]
pub fn time_of(name: &str) -> Option<Timestamp> {
    let stamp = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let (day, time) = stamp.split_once('T')?;
    let found = Timestamp::parse(&format!("{day}T{}", time.replace('-', ":")))?;
    (name_at(found) == name).then_some(found)
}

/// Seconds, in signs that every file system takes.
pub(super) fn stamp(time: Timestamp) -> String {
    let written = time.rfc3339();
    let seconds = written.split('.').next().unwrap_or_default();
    format!("{}Z", seconds.replace(':', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_when_and_other_names_say_nothing() {
        let time = Timestamp(1_795_252_503_000);

        assert_eq!(name_at(time), "parlor-2026-11-21T09-15-03Z.db");
        assert_eq!(time_of(&name_at(time)), Some(time));
        for other in ["parlor.db", "parlor-mine.db", "parlor-2026-11-21T9-15-03Z.db", "notes.txt"] {
            assert_eq!(time_of(other), None, "{other}");
        }
        assert_eq!(time_of(&snapshot_name(3, time)), None, "snapshots are not counted among them");
    }
}
