//! What `parlor doctor` looks at on the disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Finding;
use crate::app::upkeep::scheduled_backups;
use crate::cli::database_url;
use crate::config::Config;
use crate::domain::clock::{Clock, Timestamp};
use crate::storage::sqlite::{inspect_database, newest_event, newest_schema};

/// With less a server may stop writing any moment.
const TOO_LITTLE: u64 = 200 * 1024 * 1024;
/// With less one should think of it.
const LITTLE: u64 = 2 * 1024 * 1024 * 1024;
/// A clock that says an earlier time was never set: 2026-01-01.
const BEFORE_US: Timestamp = Timestamp(1_767_225_600_000);

/// The data folder: is it there, is it ours, is it ours alone?
pub(super) fn folder(data: &Path) -> Finding {
    const CHECK: &str = "data folder";
    let shown = data.display();
    let Ok(found) = fs::metadata(data) else {
        return Finding::note(CHECK, format!("{shown} is not there; the first start makes it"));
    };
    if !found.is_dir() {
        return Finding::fault(CHECK, format!("{shown} is no folder; choose another with --data"));
    }
    if rustix::fs::access(data, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_err() {
        return Finding::fault(CHECK, format!("{shown} cannot be written by this user; change its owner"));
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&found.permissions());
        if mode & 0o077 != 0 {
            return Finding::note(
                CHECK,
                format!("others may look into {shown} (mode {:o}): chmod 700 {shown}", mode & 0o777),
            );
        }
    }
    Finding::ok(CHECK, format!("{shown} can be written, and by nobody else"))
}

/// The database: is it whole, and of which schema?
pub(super) async fn database(config: &Config) -> Finding {
    const CHECK: &str = "database";
    match inspect_database(database_url(config).as_deref(), &config.store.data).await {
        Ok(None) => Finding::note(CHECK, "there is none; the first start makes it"),
        Ok(Some(found)) if found.schema < newest_schema() => {
            let (schema, newest) = (found.schema, newest_schema());
            Finding::note(CHECK, format!("whole, of schema {schema}; the next start copies it and makes that {newest}"))
        }
        Ok(Some(found)) => {
            let (users, rooms, events) = (found.users, found.rooms, found.events);
            Finding::ok(CHECK, format!("whole: {users} accounts, {rooms} rooms, {events} events"))
        }
        Err(error) => Finding::fault(CHECK, error.to_string()),
    }
}

/// The clock, beside the last thing the log says happened.
pub(super) async fn clock(config: &Config) -> Finding {
    const CHECK: &str = "clock";
    let now = Clock::System.now();
    if now < BEFORE_US {
        return Finding::fault(CHECK, format!("it says {now}; set it, and have it kept by NTP"));
    }
    match newest_event(database_url(config).as_deref(), &config.store.data).await {
        Ok(Some(newest)) if newest > now.plus(Duration::from_mins(1)) => {
            Finding::fault(CHECK, format!("it says {now}, but the newest message is of {newest}: it was set back"))
        }
        // What is wrong with the database is told by another check.
        _ => Finding::ok(CHECK, format!("it says {now}")),
    }
}

/// Room on the disks of the database and of its backups.
pub(super) fn disk(config: &Config) -> Finding {
    const CHECK: &str = "disk";
    let folders = [config.store.data.clone(), config.upkeep.folder(&config.store.data)];
    let free = folders.iter().filter_map(|folder| Some((free_bytes(folder)?, folder)));
    let Some((free, folder)) = free.min() else {
        return Finding::note(CHECK, "how much is free could not be found out");
    };
    let says = format!("{} MiB are free for {}", free / 1024 / 1024, folder.display());
    match free {
        ..TOO_LITTLE => Finding::fault(CHECK, format!("{says}: make room, or nobody can write soon")),
        TOO_LITTLE..LITTLE => Finding::note(CHECK, format!("{says}: make room before it is needed")),
        _ => Finding::ok(CHECK, says),
    }
}

/// On the disk of the folder or, while it is not there, of the nearest one above it.
fn free_bytes(folder: &Path) -> Option<u64> {
    let here = PathBuf::from(".");
    let full = here.canonicalize().unwrap_or(here).join(folder);
    full.ancestors().find_map(|folder| rustix::fs::statvfs(folder).ok()).map(|found| found.f_bavail * found.f_frsize)
}

/// Are there backups, and is the newest one young?
pub(super) fn backups(config: &Config) -> Finding {
    const CHECK: &str = "backups";
    let folder = config.upkeep.folder(&config.store.data);
    let shown = folder.display();
    let Some(every) = config.upkeep.backup_every else {
        return Finding::note(
            CHECK,
            "the server makes none; set backup_every, unless something else runs `parlor backup`",
        );
    };
    match scheduled_backups(&folder).last() {
        None => Finding::note(CHECK, format!("there is none in {shown} yet; a running server makes one at once")),
        Some((newest, _)) if Clock::System.now().since(*newest) > every * 2 + Duration::from_hours(1) => {
            Finding::fault(
                CHECK,
                format!("the newest one in {shown} is of {newest}; look in the log for what stands in the way"),
            )
        }
        Some((newest, _)) => Finding::ok(CHECK, format!("the newest one in {shown} is of {newest}")),
    }
}
