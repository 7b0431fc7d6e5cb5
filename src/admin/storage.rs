//! What takes the room, how long messages are kept, and copies.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::jobs::{Checked, Job, Work};
use super::rooms::MOST_DAYS;
use super::{Admin, AdminError, By};
use crate::config::Config;
use crate::domain::office::Power;
use crate::storage::Sizes;
use crate::storage::backup::{Copy, copies, name_at, private_folder};
use crate::storage::retention::Expired;
use crate::telemetry::figures::disk_free_bytes;

/// Rooms that are named among the largest.
const LARGEST: usize = 20;
/// Between two steps that give back what is free: others write meanwhile.
const REST: Duration = Duration::from_millis(20);

/// What the settings of the program say of storage.
#[derive(Debug, Clone)]
pub struct Places {
    /// The data folder.
    pub data: PathBuf,
    /// The folder of backups.
    pub backups: PathBuf,
    /// Days after which messages go, unless it was decided otherwise since.
    pub retention_days: u32,
}

impl Places {
    /// As the settings have it.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            data: config.store.data.clone(),
            backups: config.upkeep.folder(&config.store.data),
            retention_days: config.upkeep.retention_days,
        }
    }
}

/// What takes the room, and what is decided about it.
#[derive(Debug, Clone)]
pub struct Storage {
    /// In the database.
    pub sizes: Sizes,
    /// Free on the disk of the data folder, in bytes; 0 where the system does not say.
    pub disk_free: u64,
    /// Days after which messages go in rooms that say nothing else; 0 for never.
    pub retention_days: u32,
    /// That was decided on a page, and not by the settings of the program.
    pub is_decided: bool,
    /// The work that goes on, or the last one.
    pub job: Option<Job>,
}

/// A copy, and what is known of it.
#[derive(Debug, Clone)]
pub struct KnownCopy {
    /// The file.
    pub copy: Copy,
    /// What was found when it was made or read through, if that was since the start.
    pub checked: Option<Checked>,
}

impl Admin {
    /// What takes the room. It reads through the whole database.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn storage(&self, by: &By) -> Result<Storage, AdminError> {
        self.allow(by, Power::Storage)?;
        Ok(Storage {
            sizes: self.store.sizes(LARGEST).await?,
            disk_free: disk_free_bytes(&self.places.data),
            retention_days: self.retention_in_force(by)?,
            is_decided: self.auth.house().retention_days.is_some(),
            job: self.jobs.last(),
        })
    }

    /// Days after which messages go as the program was started; 0 for never.
    ///
    /// # Errors
    /// When the role is not enough.
    pub fn started_retention(&self, by: &By) -> Result<u32, AdminError> {
        self.allow(by, Power::Storage)?;
        Ok(self.places.retention_days)
    }

    /// Days after which messages go in rooms that say nothing else; 0 for never.
    ///
    /// # Errors
    /// When the role is not enough.
    pub fn retention_in_force(&self, by: &By) -> Result<u32, AdminError> {
        let started = self.started_retention(by)?;
        Ok(self.auth.house().retention_days.unwrap_or(started))
    }

    /// What would go if messages were kept for so many days: in one room, or in all that say nothing else.
    ///
    /// # Errors
    /// When the role is not enough, or there is no such room.
    pub async fn would_expire(&self, by: &By, room: Option<&str>, days: u32) -> Result<Expired, AdminError> {
        self.allow(by, Power::Storage)?;
        if days > MOST_DAYS {
            let message = format!("write a number of days up to {MOST_DAYS}, or 0 for ever");
            return Err(AdminError::Bad { field: "days", message });
        }
        let now = self.clock.now();
        Ok(match room {
            Some(name) => self.store.would_expire(self.find_room(name).await?.info.id, days, now).await?,
            None => self.store.expired(days, now).await?,
        })
    }

    /// The work that goes on, or the last one.
    ///
    /// # Errors
    /// When the role is not enough.
    pub fn job(&self, by: &By) -> Result<Option<Job>, AdminError> {
        self.allow(by, Power::Storage)?;
        Ok(self.jobs.last())
    }

    /// The copies in the folder of backups, the newest first.
    ///
    /// # Errors
    /// When the role is not enough.
    pub fn backups(&self, by: &By) -> Result<Vec<KnownCopy>, AdminError> {
        self.allow(by, Power::Storage)?;
        let known = |copy: Copy| KnownCopy { checked: self.jobs.checked(&copy.name), copy };
        Ok(copies(&self.places.backups).into_iter().map(known).collect())
    }

    /// Begins to make a backup; it is one of the schedule's, and goes like them.
    ///
    /// # Errors
    /// When the role is not enough, or other work goes on.
    pub async fn make_backup(&self, by: &By) -> Result<(), AdminError> {
        self.allow(by, Power::Storage)?;
        let name = name_at(self.clock.now());
        let (store, folder) = (self.store.clone(), self.places.backups.clone());
        let target = folder.join(&name);
        let doing = async move {
            private_folder(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
            let made = store.back_up(&target, false).await.map_err(|error| error.to_string())?;
            Ok(made.events)
        };
        self.jobs.begin(&self.clock, Work::Backup, Some(name.clone()), doing).await?;
        self.note(by, "backup.make", format!("backup:{name}"), json!({})).await
    }

    /// Begins to read a backup through.
    ///
    /// # Errors
    /// When the role is not enough, there is no such backup, or other work goes on.
    pub async fn check_backup(&self, by: &By, name: &str) -> Result<(), AdminError> {
        self.allow(by, Power::Storage)?;
        // Only what stands in the folder: a name is no way to other files.
        let known = copies(&self.places.backups).into_iter().any(|copy| copy.name == name);
        if !known {
            return Err(AdminError::NotFound { what: "backup", name: name.to_owned() });
        }
        let (store, file) = (self.store.clone(), self.places.backups.join(name));
        let doing =
            async move { store.check_copy(&file).await.map(|found| found.events).map_err(|error| error.to_string()) };
        self.jobs.begin(&self.clock, Work::Check, Some(name.to_owned()), doing).await?;
        self.note(by, "backup.check", format!("backup:{name}"), json!({})).await
    }

    /// Begins to give back to the disk what is free in the file.
    ///
    /// # Errors
    /// When the role is not enough, or other work goes on.
    pub async fn give_back(&self, by: &By) -> Result<(), AdminError> {
        self.allow(by, Power::Storage)?;
        let store = self.store.clone();
        let doing = async move {
            let before = store.bytes().await.map_err(|error| error.to_string())?;
            while store.give_back().await.map_err(|error| error.to_string())? > 0 {
                tokio::time::sleep(REST).await;
            }
            let after = store.bytes().await.map_err(|error| error.to_string())?;
            Ok(before.saturating_sub(after))
        };
        self.jobs.begin(&self.clock, Work::Vacuum, None, doing).await?;
        self.note(by, "storage.give_back", "database".to_owned(), json!({})).await
    }
}
