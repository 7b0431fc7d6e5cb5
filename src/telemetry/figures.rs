//! Numbers as people look at them: how the server is doing now, over the last hour and over the last day. All of it lies in
//! memory, in rings of a fixed size; what has to last longer is for Prometheus.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;

/// How often a sample is taken.
pub const EVERY: Duration = Duration::from_secs(10);
/// Samples of an hour.
const HOUR: usize = 360;
/// Samples of ten seconds that make one of five minutes.
const STEP: usize = 30;
/// Samples of a day.
const DAY: usize = 288;
/// Each power of two of a time has so many buckets: the answer is right to an eighth.
const PARTS: usize = 8;
/// From one microsecond to about a minute.
const BUCKETS: usize = 26 * PARTS;

/// How long something took, counted in buckets, so that quantiles can be read. Cheap to count; no lock.
#[derive(Debug)]
pub struct Durations {
    buckets: [AtomicU64; BUCKETS],
}

impl Default for Durations {
    fn default() -> Self {
        Self { buckets: std::array::from_fn(|_| AtomicU64::new(0)) }
    }
}

impl Durations {
    /// Counts one.
    pub fn observe(&self, took: Duration) {
        self.buckets[bucket(took)].fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted so far.
    #[must_use]
    pub fn counted(&self) -> Counted {
        Counted(self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect())
    }
}

/// Counts at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted(Vec<u64>);

impl Counted {
    /// What was counted after `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        Self(self.0.iter().zip(&before.0).map(|(now, then)| now.saturating_sub(*then)).collect())
    }

    /// The time in milliseconds within which this share of them was done; 0 when there was nothing.
    #[must_use]
    pub fn quantile_ms(&self, share: f64) -> f64 {
        let all: u64 = self.0.iter().sum();
        #[expect(clippy::cast_precision_loss, reason = "a count of what can be counted in a day")]
        let wanted = share * all as f64;
        let mut seen = 0;
        for (place, count) in self.0.iter().enumerate() {
            seen += count;
            #[expect(clippy::cast_precision_loss, reason = "a count of what can be counted in a day")]
            if all > 0 && seen as f64 >= wanted {
                return upper_ms(place);
            }
        }
        0.0
    }
}

fn bucket(took: Duration) -> usize {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    let power = usize::try_from(micros.ilog2()).unwrap_or(0);
    // The three digits after the first one, in base two.
    let part = if power >= 3 { (micros >> (power - 3)) & 7 } else { (micros << (3 - power)) & 7 };
    (power * PARTS + usize::try_from(part).unwrap_or(0)).min(BUCKETS - 1)
}

/// The end of a bucket.
fn upper_ms(place: usize) -> f64 {
    let (power, part) = (place / PARTS, place % PARTS);
    #[expect(clippy::cast_precision_loss, reason = "below two to the 26")]
    let micros = (1_u64 << power) as f64 * (1.0 + (part + 1) as f64 / PARTS as f64);
    micros / 1000.0
}

/// The server at one moment, or on average over a while.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// Open connections.
    pub connections: f64,
    /// Messages stored in a second.
    pub messages: f64,
    /// Events handed to sessions in a second.
    pub deliveries: f64,
    /// Half of the events were with their readers within so many milliseconds.
    pub delivery_p50_ms: f64,
    /// All but one in a hundred were.
    pub delivery_p99_ms: f64,
    /// Events that waited for the journal.
    pub queue: f64,
    /// All but one in a hundred transactions took at most this.
    pub commit_p99_ms: f64,
    /// What the process holds in memory.
    pub memory_bytes: f64,
    /// The size of the database.
    pub database_bytes: f64,
    /// What is free where the data lies.
    pub disk_free_bytes: f64,
}

impl Sample {
    fn fields(&mut self) -> [&mut f64; 10] {
        [
            &mut self.connections,
            &mut self.messages,
            &mut self.deliveries,
            &mut self.delivery_p50_ms,
            &mut self.delivery_p99_ms,
            &mut self.queue,
            &mut self.commit_p99_ms,
            &mut self.memory_bytes,
            &mut self.database_bytes,
            &mut self.disk_free_bytes,
        ]
    }

    /// The average of some; the time is that of the last one.
    #[must_use]
    pub fn average(samples: &[Self]) -> Self {
        let mut average = Self { at: samples.last().map(|last| last.at).unwrap_or_default(), ..Self::default() };
        let count = u32::try_from(samples.len()).unwrap_or(u32::MAX).max(1);
        for sample in samples {
            let mut sample = *sample;
            for (sum, value) in average.fields().into_iter().zip(sample.fields()) {
                *sum += *value / f64::from(count);
            }
        }
        average
    }
}

/// The last hour and the last day. Cheap to clone; the clones remember together.
#[derive(Debug, Clone, Default)]
pub struct History(Arc<Mutex<Rings>>);

#[derive(Debug, Default)]
struct Rings {
    hour: VecDeque<Sample>,
    day: VecDeque<Sample>,
    /// How many samples are not yet part of the day.
    fresh: usize,
}

impl History {
    /// Adds a sample.
    pub fn add(&self, sample: Sample) {
        let mut rings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        push(&mut rings.hour, sample, HOUR);
        rings.fresh += 1;
        if rings.fresh == STEP {
            rings.fresh = 0;
            let last: Vec<Sample> = rings.hour.iter().rev().take(STEP).rev().copied().collect();
            push(&mut rings.day, Sample::average(&last), DAY);
        }
    }

    /// The last hour, the oldest first, in steps of ten seconds.
    #[must_use]
    pub fn hour(&self) -> Vec<Sample> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).hour.iter().copied().collect()
    }

    /// The last day, the oldest first, in steps of five minutes.
    #[must_use]
    pub fn day(&self) -> Vec<Sample> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).day.iter().copied().collect()
    }
}

fn push(ring: &mut VecDeque<Sample>, sample: Sample, most: usize) {
    if ring.len() == most {
        ring.pop_front();
    }
    ring.push_back(sample);
}

/// What this process holds in memory, in bytes; 0 where the system does not say.
#[must_use]
pub fn memory_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// What is free on the disk of this folder, in bytes; 0 where the system does not say.
#[must_use]
pub fn disk_free_bytes(folder: &std::path::Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_an_eighth() {
        let durations = Durations::default();
        for micros in 1..=1000 {
            durations.observe(Duration::from_micros(micros));
        }
        let counted = durations.counted();
        for (share, micros) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1000.0)] {
            let found = counted.quantile_ms(share) * 1000.0;
            assert!((micros..=micros * 1.126).contains(&found), "{share}: {found}");
        }
        assert!(Durations::default().counted().quantile_ms(0.5).abs() < f64::EPSILON);
    }

    #[test]
    fn only_what_came_since_counts() {
        let durations = Durations::default();
        durations.observe(Duration::from_secs(20));
        let before = durations.counted();
        durations.observe(Duration::from_millis(1));

        let since = durations.counted().since(&before);

        assert!(since.quantile_ms(1.0) < 1.2);
        durations.observe(Duration::from_secs(100_000));
        durations.observe(Duration::ZERO);
    }

    #[test]
    fn an_hour_and_a_day_are_kept_and_no_more() {
        let history = History::default();
        for second in 0..20_000 {
            let at = Timestamp(second * 10_000);
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            history.add(Sample { at, connections: second as f64, ..Sample::default() });
        }
        let (hour, day) = (history.hour(), history.day());
        assert_eq!((hour.len(), day.len()), (HOUR, DAY));
        assert_eq!(hour[HOUR - 1].at, Timestamp(199_990_000));
        // 666 whole steps of 30: the last one ends with sample 19,979.
        assert!((day[DAY - 1].connections - (19_950.0 + 14.5)).abs() < 1e-6, "{:?}", day[DAY - 1]);
    }

    #[test]
    fn the_system_says_how_much_there_is() {
        assert!(memory_bytes() > 1024 * 1024, "Linux says it");
        assert!(disk_free_bytes(std::path::Path::new("/")) > 0);
        assert_eq!(disk_free_bytes(std::path::Path::new("/nowhere/at/all")), 0);
    }
}
