//! Looking at the server every ten seconds, so that those who run it see how the last hour and the last day went.

use std::path::Path;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Admin, AdminError, By};
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::office::Power;
use crate::storage::SharedStore;
use crate::telemetry::figures::{self, EVERY, Sample};
use crate::telemetry::metrics::{Metrics, Now};

/// How the server is doing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Figures {
    /// When it started.
    pub started_at: Timestamp,
    /// How long it has run.
    pub uptime_seconds: u64,
    /// Its version.
    pub version: &'static str,
    /// The newest sample; nothing in the first moment after the start.
    pub now: Option<Sample>,
    /// The last hour, in steps of ten seconds.
    pub hour: Vec<Sample>,
    /// The last day, in steps of five minutes.
    pub day: Vec<Sample>,
}

impl Admin {
    /// How the server is doing.
    ///
    /// # Errors
    /// When the role is not enough.
    pub fn figures(&self, by: &By, metrics: &Metrics) -> Result<Figures, AdminError> {
        self.allow(by, Power::Health)?;
        let (hour, day) = (metrics.history().hour(), metrics.history().day());
        Ok(Figures {
            started_at: metrics.started(),
            uptime_seconds: self.clock.now().since(metrics.started()).as_secs(),
            version: env!("CARGO_PKG_VERSION"),
            now: hour.last().copied(),
            hour,
            day,
        })
    }
}

/// Takes a sample every ten seconds, until it is dropped.
pub async fn watch(store: SharedStore, metrics: Metrics, clock: Clock, data: std::path::PathBuf) {
    let mut before = metrics.now();
    let mut ticks = tokio::time::interval(EVERY);
    // A sample that was missed stays missed: several at once would show what never was.
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let now = metrics.now();
        let database = store.bytes().await.unwrap_or(0);
        metrics.history().add(sample(clock.now(), &before, &now, database, &data));
        before = now;
    }
}

fn sample(at: Timestamp, before: &Now, now: &Now, database: u64, data: &Path) -> Sample {
    let seconds = EVERY.as_secs_f64();
    let (delivery, commit) = (now.delivery.since(&before.delivery), now.commit.since(&before.commit));
    Sample {
        at,
        connections: float(now.connections),
        messages: float(now.messages.saturating_sub(before.messages)) / seconds,
        deliveries: float(now.deliveries.saturating_sub(before.deliveries)) / seconds,
        delivery_p50_ms: delivery.quantile_ms(0.5),
        delivery_p99_ms: delivery.quantile_ms(0.99),
        queue: float(now.queue),
        commit_p99_ms: commit.quantile_ms(0.99),
        memory_bytes: float(figures::memory_bytes()),
        database_bytes: float(database),
        disk_free_bytes: float(figures::disk_free_bytes(data)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2 to the 53, which is 8 PiB")]
fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_sample_tells_what_happened_since_the_one_before() {
        let metrics = Metrics::new(Timestamp(0));
        metrics.journal_committed(70, 70, Duration::from_secs(9));
        let before = metrics.now();
        metrics.journal_committed(51, 50, Duration::from_millis(2));
        metrics.delivered(200);
        metrics.delivery_took(Duration::from_millis(3));
        metrics.journal_waiting(4);

        let sample = sample(Timestamp(7), &before, &metrics.now(), 4096, Path::new("/"));

        assert_eq!(sample.at, Timestamp(7));
        let told = [sample.messages, sample.deliveries, sample.queue, sample.database_bytes];
        assert_eq!(told.map(|number| number.to_string()), ["5", "20", "4", "4096"]);
        assert!((3.0..3.5).contains(&sample.delivery_p99_ms), "{sample:?}");
        assert!((2.0..2.5).contains(&sample.commit_p99_ms), "what was slow before does not count: {sample:?}");
    }
}
