//! Section "Upkeep": what the server does by itself to stay in order: backups, and letting go of what is old.

use std::path::PathBuf;
use std::time::Duration;

use super::error::ConfigError;
use super::layers::{Given, Values};

/// What the server does by itself to stay in order.
#[derive(Debug, Clone)]
pub struct UpkeepConfig {
    /// How often a backup is made; `None` for never.
    pub backup_every: Option<Duration>,
    /// How many of them are kept.
    pub backup_keep: usize,
    /// Where they go, if not into `backups` in the data folder.
    pub backup_folder: Option<PathBuf>,
    /// Days after which messages go, in rooms that say nothing else; 0 for never.
    pub retention_days: u32,
}

impl UpkeepConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let every = values.required("backup_every");
        let folder = values.optional("backup_folder");
        if let Some(folder) = folder.filter(|folder| folder.text.contains('\0')) {
            return Err(folder.plainly_bad());
        }
        Ok(Self {
            backup_every: if every.text == "off" { None } else { Some(span(every)?) },
            backup_keep: values.number("backup_keep")?,
            backup_folder: folder.map(|folder| PathBuf::from(&folder.text)),
            retention_days: values.number("retention_days")?,
        })
    }

    /// The folder of backups of a server with this data folder.
    #[must_use]
    pub fn folder(&self, data: &std::path::Path) -> PathBuf {
        self.backup_folder.clone().unwrap_or_else(|| data.join("backups"))
    }
}

/// A number of minutes, hours or days: `30m`, `6h`, `1d`.
fn span(given: &Given) -> Result<Duration, ConfigError> {
    const LONGEST: u64 = 366 * 24 * 60;
    let minutes = |unit: &str| match unit {
        "m" => Some(1),
        "h" => Some(60),
        "d" => Some(24 * 60),
        _ => None,
    };
    let text = given.text.trim();
    let parsed = text.split_at_checked(text.len().saturating_sub(1)).and_then(|(number, unit)| {
        let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
        number.checked_mul(minutes(unit)?).filter(|minutes| *minutes <= LONGEST)
    });
    parsed.map(Duration::from_mins).ok_or_else(|| given.plainly_bad())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Config;
    use super::*;

    fn every(text: &str) -> Result<Option<Duration>, String> {
        let flags = [("backup-every".to_owned(), text.to_owned())];
        let loaded = Config::load(flags, [], Path::new("/nowhere"));
        loaded.map(|config| config.upkeep.backup_every).map_err(|error| error.to_string())
    }

    #[test]
    fn spans_are_minutes_hours_or_days() {
        assert_eq!(every("off"), Ok(None));
        assert_eq!(every("30m"), Ok(Some(Duration::from_mins(30))));
        assert_eq!(every("6h"), Ok(Some(Duration::from_hours(6))));
        assert_eq!(every("1d"), Ok(Some(Duration::from_hours(24))));
        for bad in ["", "0h", "6", "h", "-1h", "6 hours", "1w", "99999d", "6ü"] {
            assert!(every(bad).is_err_and(|line| line.contains("backup_every")), "{bad}");
        }
    }

    #[test]
    fn backups_go_into_the_data_folder_unless_another_is_named() {
        let mut upkeep = Config::defaults().upkeep;
        assert_eq!(upkeep.folder(Path::new("data")), Path::new("data/backups"));

        upkeep.backup_folder = Some("/mnt/b".into());

        assert_eq!(upkeep.folder(Path::new("data")), Path::new("/mnt/b"));
    }
}
