//! What the system says of this process: memory, time of the processor, open files. From `/proc`; elsewhere there are no
//! such numbers. Only `metrics` asks.

use std::fs;

/// A look at this process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Process {
    pub(super) resident_bytes: i64,
    pub(super) cpu_seconds: f64,
    pub(super) open_files: i64,
    pub(super) most_files: i64,
}

impl Process {
    /// Looks now; `None` where the system does not tell.
    pub(super) fn look() -> Option<Self> {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        let pages = fs::read_to_string("/proc/self/statm").ok()?;
        let (ticks, resident) = (ticks(&stat)?, resident_pages(&pages)?);
        let page_bytes = i64::try_from(rustix::param::page_size()).ok()?;
        let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        #[expect(clippy::cast_precision_loss, reason = "a hundredth of a second is as exact as it gets")]
        let cpu_seconds = ticks as f64 / rustix::param::clock_ticks_per_second() as f64;
        Some(Self {
            resident_bytes: resident.saturating_mul(page_bytes),
            cpu_seconds,
            // The list itself is one of them.
            open_files: i64::try_from(fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1)).ok()?,
            most_files: most.and_then(|most| i64::try_from(most).ok()).unwrap_or(i64::MAX),
        })
    }
}

/// Fields 14 and 15 of `/proc/self/stat` (`proc_pid_stat(5)`). The name in brackets may hold anything, blanks too.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// The second field of `/proc/self/statm`.
fn resident_pages(statm: &str) -> Option<i64> {
    statm.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_found_behind_a_name_with_blanks() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 8 0 100 1 2";

        assert_eq!(ticks(stat), Some(300));
        assert_eq!(resident_pages("500 123 4 5 0 6 0\n"), Some(123));
        assert_eq!(ticks("nonsense"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_and_files() {
        let found = Process::look().expect("Linux tells");

        assert!(found.resident_bytes > 1_000_000 && found.open_files > 0, "{found:?}");
        assert!(found.open_files <= found.most_files && found.cpu_seconds >= 0.0, "{found:?}");
    }
}
