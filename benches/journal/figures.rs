//! What is measured: the rate, how long a message waited, and the processor time of the whole process.

use std::fmt;
use std::fs;
use std::time::{Duration, Instant};

/// Ticks of a second in `/proc`; the same on every Linux that matters.
const TICKS: f64 = 100.0;

/// One run, or the median of several.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Acknowledged messages in a second.
    pub rate: f64,
    p50: Duration,
    p99: Duration,
    /// Processor seconds for 100,000 messages, those who send included.
    cpu: f64,
}

impl Figures {
    /// Above the columns.
    pub const HEADER: &str = "senders  side      acked/s    p50 ms    p99 ms  CPU s per 100,000";
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        write!(f, "{:>9.0} {:>9.1} {:>9.1} {:>9.2}", self.rate, ms(self.p50), ms(self.p99), self.cpu)
    }
}

/// A run that is under way.
#[derive(Debug)]
pub struct Measure {
    started: Instant,
    cpu: f64,
}

impl Measure {
    /// Begins.
    pub fn start() -> Self {
        Self { started: Instant::now(), cpu: cpu_seconds() }
    }

    /// Ends; `waits` has one entry for each message.
    #[expect(clippy::cast_precision_loss, reason = "counts of messages are far below 2^52")]
    pub fn stop(self, mut waits: Vec<Duration>) -> Figures {
        let took = self.started.elapsed().as_secs_f64();
        let cpu = cpu_seconds() - self.cpu;
        waits.sort_unstable();
        let at = |percent: usize| waits.get(waits.len() * percent / 100).copied().unwrap_or_default();
        let count = waits.len() as f64;
        Figures { rate: count / took, p50: at(50), p99: at(99), cpu: cpu / count * 100_000.0 }
    }
}

/// The run in the middle, by rate.
pub fn median(taken: &[Figures]) -> Option<Figures> {
    let mut sorted = taken.to_vec();
    sorted.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    sorted.get(sorted.len() / 2).copied()
}

/// Time this process has spent on a processor; not a number where there is no `/proc`.
fn cpu_seconds() -> f64 {
    let Ok(stat) = fs::read_to_string("/proc/self/stat") else { return f64::NAN };
    // The name of the program may hold spaces; it ends with the last bracket.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |at: usize| after_name.split_whitespace().nth(at).and_then(|word| word.parse::<f64>().ok());
    match (ticks(11), ticks(12)) {
        (Some(user), Some(system)) => (user + system) / TICKS,
        _ => f64::NAN,
    }
}
