//! What a server costs, as the system counts it: time of the processor, memory, open files. Linux only (proc(5)).

use std::path::PathBuf;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::super::{Failure, note};

/// Parts of a second in which the kernel counts processor time for programs (proc(5), `USER_HZ`); 100 everywhere.
const TICKS_PER_SECOND: f64 = 100.0;
/// Files this program needs beside its connections.
const SPARE_FILES: u64 = 64;

/// A process of this machine.
pub struct Process {
    folder: PathBuf,
}

/// What it has used so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// Seconds of processor time, user and system.
    pub cpu_seconds: f64,
    /// Memory that is in use (RSS).
    pub rss_bytes: u64,
}

impl Process {
    /// The process of this number.
    pub fn of(pid: u32) -> Result<Self, Failure> {
        let process = Self { folder: format!("/proc/{pid}").into() };
        process.usage().map(|_| process).ok_or_else(|| {
            Failure::Usage(format!("--pid {pid}: there is no such process on this machine, or it cannot be looked at"))
        })
    }

    /// What it has used so far; `None` when it is gone.
    pub fn usage(&self) -> Option<Usage> {
        let stat = std::fs::read_to_string(self.folder.join("stat")).ok()?;
        let status = std::fs::read_to_string(self.folder.join("status")).ok()?;
        Some(Usage { cpu_seconds: cpu_seconds(&stat)?, rss_bytes: rss_bytes(&status)? })
    }

    /// How many files it may have open.
    pub fn most_files(&self) -> Option<u64> {
        let limits = std::fs::read_to_string(self.folder.join("limits")).ok()?;
        limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok())
    }
}

/// User and system time stand behind the name of the program, which is in parentheses and may hold anything.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u32>().ok().map(f64::from);
    Some((next()? + next()?) / TICKS_PER_SECOND)
}

fn rss_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Makes sure that so many connections can be open here; of a server that may have too few files it warns.
pub fn allow_connections(connections: u64, server: Option<&Process>) -> Result<(), Failure> {
    let needed = connections + SPARE_FILES;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < needed) {
        // Up to the hard limit everybody may go.
        let raised = Rlimit { current: Some(needed), maximum: limit.maximum };
        if limit.maximum.is_some_and(|most| most < needed) || setrlimit(Resource::Nofile, raised).is_err() {
            return Err(Failure::Failed(format!(
                "{connections} connections need {needed} open files, and {} are allowed here; run `ulimit -n {needed}` \
                 first, as root if the shell refuses",
                limit.maximum.or(limit.current).unwrap_or_default(),
            )));
        }
    }
    // Whether the server gets along with less is its own to show.
    let of_server = connections + SPARE_FILES;
    if let Some(most) = server.and_then(Process::most_files).filter(|most| *most < of_server) {
        note(&format!(
            "the server may have {most} open files, and {connections} connections need {of_server}; if it refuses some, \
             start it after `ulimit -n {of_server}`"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_read() {
        let stat = "7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 3 0 100 200 300";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(rss_bytes("Name:\tx\nVmRSS:\t    2048 kB\nThreads:\t1\n"), Some(2 * 1024 * 1024));
        assert_eq!((cpu_seconds(""), rss_bytes("")), (None, None));
    }

    #[test]
    fn this_process_can_be_looked_at_and_one_that_is_not_there_is_told() {
        let own = Process::of(std::process::id()).ok().unwrap();
        assert!(own.usage().unwrap().rss_bytes > 0 && own.most_files().unwrap() > 0);
        assert!(matches!(Process::of(u32::MAX), Err(Failure::Usage(_))));
    }

    #[test]
    fn more_connections_than_files_are_refused_with_what_to_do() {
        let Err(Failure::Failed(line)) = allow_connections(1 << 40, None) else { panic!("refused") };
        assert!(line.contains("ulimit -n"), "{line}");
    }
}
