//! Goes on writing while others search: a steady number of messages each second, a few at a time, as the journal does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix::Arbiter;
use hdrhistogram::Histogram;
use parlor::domain::event::Draft;
use parlor::storage::Events;
use tokio::sync::oneshot;

use crate::babble::Babble;
use crate::stage::Stage;
use crate::{histogram, record};

/// So often a few messages are written.
const EVERY: Duration = Duration::from_millis(5);
/// In one transaction when as many are written as can be.
const AT_ONCE: usize = 100;
/// Messages that are made beforehand: making them is not what is measured.
const SUPPLY: usize = 20_000;

/// Somebody who writes.
pub struct Writing {
    is_over: Arc<AtomicBool>,
    times: oneshot::Receiver<Histogram<u64>>,
}

impl Writing {
    /// Ends it; answers how long messages took to be stored.
    pub async fn stop(self) -> Histogram<u64> {
        self.is_over.store(true, Ordering::Release);
        self.times.await.expect("it comes to an end")
    }
}

/// Begins to write so many messages each second, or with 0 as many as can be.
pub fn start(thread: &Arbiter, stage: &Stage, rate: u32, mut babble: Babble) -> Writing {
    let supply: Vec<Draft> = (0..SUPPLY).map(|number| stage.draft(1_000_000 + number, &mut babble)).collect();
    let (store, is_over) = (stage.store.clone(), Arc::new(AtomicBool::new(false)));
    let over = is_over.clone();
    let (done, times_of_all) = oneshot::channel();
    thread.spawn(async move {
        let (mut times, mut written, started) = (histogram(), 0_usize, Instant::now());
        let mut ticks = tokio::time::interval(EVERY);
        while !over.load(Ordering::Acquire) {
            let due = if rate == 0 {
                tokio::task::yield_now().await;
                written + AT_ONCE
            } else {
                ticks.tick().await;
                usize::try_from(started.elapsed().as_millis() * u128::from(rate) / 1000).unwrap_or(usize::MAX)
            };
            let batch: Vec<Draft> = (written..due).map(|number| supply[number % SUPPLY].clone()).collect();
            let sent = Instant::now();
            store.append(&batch).await.expect("it can be written");
            for _ in &batch {
                record(&mut times, sent.elapsed());
            }
            written = due;
        }
        // Whoever waits for it waits for this alone.
        let _ = done.send(times);
    });
    Writing { is_over, times: times_of_all }
}
