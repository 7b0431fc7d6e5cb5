//! What a running server does by itself from time to time: forgets old keys, and makes backups.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::auth::house::House;
use crate::config::Config;
use crate::domain::clock::{Clock, Timestamp};
use crate::storage::backup::{name_at, private_folder, time_of};
use crate::storage::{SharedStore, StorageResult};
use crate::telemetry::metrics::Metrics;

/// Nonces and idempotency keys are kept this long: so long a retry is safe.
const RETRIES_SAFE: Duration = Duration::from_hours(24 * 30);
/// How often they are pruned.
const PRUNE_EVERY: Duration = Duration::from_hours(1);
/// Events gone through in one transaction for messages that are too old; the journal waits as long.
const EXPIRE_EVENTS: usize = 500;
/// In between.
const REST: Duration = Duration::from_millis(50);
/// How often the schedule of backups is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Forgets what no retry asks for any more, for ever.
pub(super) async fn prune(store: SharedStore, clock: Clock) {
    loop {
        tokio::time::sleep(PRUNE_EVERY).await;
        let older_than = Timestamp(clock.now().0 - i64::try_from(RETRIES_SAFE.as_millis()).unwrap_or(0));
        for (what, pruned) in
            [("nonces", store.prune_nonces(older_than).await), ("idempotency keys", store.prune_keys(older_than).await)]
        {
            match pruned {
                Ok(count) => log::debug!("{count} old {what} were forgotten"),
                Err(error) => log::warn!("old {what} could not be forgotten: {error}"),
            }
        }
    }
}

/// Lets go of messages that have had their time, for ever. A little at a time: others write meanwhile. `days` is what the
/// server was started with; what was decided since goes before it, and is begun with at once.
pub(super) async fn retain(store: SharedStore, clock: Clock, days: u32, mut house: watch::Receiver<Arc<House>>) {
    loop {
        let days = house.borrow_and_update().retention_days.unwrap_or(days);
        match expire(&store, days, clock.now()).await {
            Ok(0) => {}
            Ok(events) => log::info!("{events} events were gone through for messages that are too old"),
            Err(error) => log::warn!("messages that are too old are still there: {error}"),
        }
        // Nothing is decided any more once the other end is gone: then it is the time alone.
        if let Ok(Err(_)) = tokio::time::timeout(PRUNE_EVERY, house.changed()).await {
            tokio::time::sleep(PRUNE_EVERY).await;
        }
    }
}

async fn expire(store: &SharedStore, days: u32, now: Timestamp) -> StorageResult<u64> {
    let mut all = 0;
    loop {
        let passed = store.expire(days, now, EXPIRE_EVENTS).await?;
        all += passed;
        if passed == 0 {
            break;
        }
        tokio::time::sleep(REST).await;
    }
    while all > 0 && store.give_back().await? > 0 {
        tokio::time::sleep(REST).await;
    }
    Ok(all)
}

/// Clears away what deleted rooms have left behind, for ever. A little at a time, as above; what a stop has interrupted is
/// gone on with at the next start.
pub(super) async fn clear_away(store: SharedStore) {
    loop {
        match clear(&store).await {
            Ok(0) => {}
            Ok(rows) => log::info!("{rows} rows of deleted rooms were cleared away"),
            Err(error) => log::warn!("what deleted rooms have left behind is still there: {error}"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn clear(store: &SharedStore) -> StorageResult<u64> {
    let mut all = 0;
    loop {
        let cleared = store.clear_removed(EXPIRE_EVENTS).await?;
        all += cleared;
        if cleared == 0 {
            break;
        }
        tokio::time::sleep(REST).await;
    }
    while all > 0 && store.give_back().await? > 0 {
        tokio::time::sleep(REST).await;
    }
    Ok(all)
}

/// Backups by the clock.
pub struct Schedule {
    store: SharedStore,
    metrics: Metrics,
    folder: PathBuf,
    every: Duration,
    keep: usize,
    /// When the last attempt failed: the next one is not made at once.
    failed_at: Option<Timestamp>,
}

impl Schedule {
    /// As the settings have it; `None` when they want no backups.
    #[must_use]
    pub fn new(config: &Config, store: SharedStore, metrics: Metrics) -> Option<Self> {
        let every = config.upkeep.backup_every?;
        let folder = config.upkeep.folder(&config.store.data);
        if let Some((time, _)) = scheduled_backups(&folder).last() {
            metrics.last_backup_was(*time);
        }
        Some(Self { store, metrics, folder, every, keep: config.upkeep.backup_keep, failed_at: None })
    }

    /// Makes them, for ever.
    pub(super) async fn run(mut self, clock: Clock) {
        loop {
            self.look(clock.now()).await;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Makes a backup if one is due, and removes those that are too many; answers whether it made one.
    pub async fn look(&mut self, now: Timestamp) -> bool {
        // One from the future was made by a clock that was wrong: it must not stop all others until then.
        let last = scheduled_backups(&self.folder).into_iter().map(|(time, _)| time).filter(|time| *time <= now).max();
        if last.max(self.failed_at).is_some_and(|last| now.since(last) < self.every) {
            return false;
        }
        let made = self.make(now).await;
        self.failed_at = if made { None } else { Some(now) };
        made
    }

    async fn make(&self, now: Timestamp) -> bool {
        let target = self.folder.join(name_at(now));
        let made = match private_folder(&self.folder) {
            Ok(()) => self.store.back_up(&target, true).await.map_err(|error| error.to_string()),
            Err(error) => Err(format!("cannot make {}: {error}", self.folder.display())),
        };
        match made {
            Ok(found) => {
                log::info!("the backup {} was made and checked: {} events", target.display(), found.events);
                self.metrics.backed_up(Some(now));
                self.remove_old();
                true
            }
            Err(reason) => {
                log::error!("there is no new backup: {reason}");
                self.metrics.backed_up(None);
                false
            }
        }
    }

    fn remove_old(&self) {
        let all = scheduled_backups(&self.folder);
        for (_, file) in &all[..all.len().saturating_sub(self.keep)] {
            if let Err(error) = std::fs::remove_file(file) {
                log::warn!("the old backup {} could not be removed: {error}", file.display());
            }
        }
    }
}

/// The scheduled backups of a folder, the oldest first.
#[must_use]
pub fn scheduled_backups(folder: &Path) -> Vec<(Timestamp, PathBuf)> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> =
        files.filter_map(|file| Some((time_of(file.file_name().to_str()?)?, file.path()))).collect();
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::storage::sqlite::SqliteStore;

    const HOUR: i64 = 60 * 60 * 1000;
    const NOW: Timestamp = Timestamp(1_795_252_503_000);

    fn hours(count: i64) -> Timestamp {
        Timestamp(NOW.0 + count * HOUR)
    }

    async fn every_six_hours(data: &TempDir, keep: usize) -> (Schedule, Metrics) {
        let mut config = Config::defaults();
        config.store.data = data.path().to_owned();
        config.upkeep.backup_every = Some(Duration::from_hours(6));
        config.upkeep.backup_keep = keep;
        let store = SqliteStore::open(None, data.path()).await.expect("a fresh database");
        let metrics = Metrics::new(NOW);
        (Schedule::new(&config, Arc::new(store), metrics.clone()).expect("it is on"), metrics)
    }

    fn times(schedule: &Schedule) -> Vec<Timestamp> {
        scheduled_backups(&schedule.folder).into_iter().map(|(time, _)| time).collect()
    }

    #[tokio::test]
    async fn a_backup_is_made_when_it_is_due_and_the_oldest_goes() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let (mut schedule, metrics) = every_six_hours(&data, 2).await;
        std::fs::create_dir(&schedule.folder).expect("made");
        std::fs::write(schedule.folder.join("parlor-mine.db"), "mine").expect("written");

        assert!(schedule.look(NOW).await, "there is none yet");
        assert!(!schedule.look(hours(5)).await, "not yet");
        assert!(schedule.look(hours(6)).await);
        assert_eq!(times(&schedule), [NOW, hours(6)]);
        assert!(schedule.look(hours(12)).await);

        assert_eq!(times(&schedule), [hours(6), hours(12)], "two are kept");
        assert!(schedule.folder.join("parlor-mine.db").exists(), "what others put there stays");
        let numbers = metrics.encode();
        assert!(numbers.contains("parlor_backups_total{outcome=\"done\"} 3"), "{numbers}");
        assert!(numbers.contains(&format!("parlor_backup_last_success_time_seconds {}", hours(12).0 / 1000)));
    }

    #[tokio::test]
    async fn a_backup_that_fails_is_counted_and_tried_again_when_the_next_one_is_due() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let (mut schedule, metrics) = every_six_hours(&data, 2).await;
        std::fs::write(&schedule.folder, "a file where the folder should be").expect("written");

        assert!(!schedule.look(NOW).await);
        assert!(!schedule.look(hours(1)).await);
        std::fs::remove_file(&schedule.folder).expect("removed");
        assert!(!schedule.look(hours(5)).await, "not at once");

        assert!(schedule.look(hours(6)).await);
        let numbers = metrics.encode();
        assert!(numbers.contains("parlor_backups_total{outcome=\"failed\"} 1"), "{numbers}");
    }

    #[tokio::test]
    async fn a_backup_from_the_future_does_not_stop_the_others() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let (mut schedule, _) = every_six_hours(&data, 5).await;
        assert!(schedule.look(hours(1000)).await);

        assert!(schedule.look(NOW).await);
        assert!(!schedule.look(hours(1)).await);
    }

    #[tokio::test]
    async fn without_the_setting_there_is_no_schedule() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let store = SqliteStore::open(None, data.path()).await.expect("a fresh database");

        assert!(Schedule::new(&Config::defaults(), Arc::new(store), Metrics::new(NOW)).is_none());
    }
}
