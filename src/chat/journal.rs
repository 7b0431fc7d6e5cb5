//! The journal: the only way into the logs. It takes drafts from a bounded queue, writes everything that is waiting in
//! one transaction and hands the outcome back in order. An answer goes out only after that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix::{Message, Recipient};
use futures_util::future::join;
use tokio::sync::mpsc;

use super::reply::Reply;
use crate::domain::event::{Draft, EventKind};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::limits;
use crate::storage::SharedStore;
use crate::storage::events::Appended;
use crate::telemetry::metrics::Metrics;

/// Drafts that may wait. A full queue answers `unavailable` at once.
const QUEUE: usize = 8192;
/// Most drafts in one transaction.
const BATCH: usize = 512;
/// After a failure, how often it is tried whether the database can be written again.
const PROBE_EVERY: Duration = Duration::from_secs(1);
/// How much is written to find out.
const PROBE_BYTES: usize = 4 * limits::TEXT_BYTES;
/// Under which name.
const LAST_PROBE: &str = "last_probe";

/// A draft with what is to happen after it is stored.
#[derive(Debug)]
pub struct Entry {
    /// What is to be written.
    pub draft: Draft,
    /// What for.
    pub purpose: Purpose,
}

/// What a draft was written for.
#[derive(Debug)]
pub enum Purpose {
    /// Somebody's message, or the change of a membership that somebody asked for.
    Request(Reply),
    /// A membership changes, and then what waited for it is done.
    Change,
}

/// What became of one entry.
#[derive(Debug)]
pub struct Outcome {
    /// In which room.
    pub room: RoomId,
    /// Whose doing it was, or whose membership it was about.
    pub author: UserId,
    /// Whether it was to change a membership.
    pub is_change: bool,
    /// What it was for.
    pub purpose: Purpose,
    /// What became of it; `None` when nothing was stored.
    pub appended: Option<Appended>,
}

/// A batch has been written, or has failed as a whole.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Settled {
    /// In the order of the queue.
    pub outcomes: Vec<Outcome>,
}

/// The queue has been closed and everything in it is settled.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct JournalClosed;

/// The way into the queue.
#[derive(Debug, Clone)]
pub struct Inlet {
    queue: mpsc::Sender<Entry>,
}

impl Inlet {
    /// Puts an entry into the queue; gives it back when there is no room.
    ///
    /// # Errors
    /// The entry, when the queue is full or closed.
    pub fn put(&self, entry: Entry) -> Result<(), Box<Entry>> {
        self.queue.try_send(entry).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(entry) | mpsc::error::TrySendError::Closed(entry) => Box::new(entry),
        })
    }
}

/// Whether the last batch could be written; for `/readyz`.
#[derive(Debug, Clone)]
pub struct Health(Arc<AtomicBool>);

impl Health {
    /// True unless the last write failed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The other end of the queue.
pub struct Journal {
    queue: mpsc::Receiver<Entry>,
    store: SharedStore,
    metrics: Metrics,
    healthy: Arc<AtomicBool>,
}

impl Journal {
    /// Makes the queue.
    #[must_use]
    pub fn new(store: SharedStore, metrics: Metrics) -> (Inlet, Self, Health) {
        let (sender, queue) = mpsc::channel(QUEUE);
        let healthy = Arc::new(AtomicBool::new(true));
        (Inlet { queue: sender }, Self { queue, store, metrics, healthy: healthy.clone() }, Health(healthy))
    }

    /// Works until the queue is closed and empty.
    pub async fn run(mut self, settled: Recipient<Settled>, closed: Recipient<JournalClosed>) {
        let mut entries = Vec::with_capacity(BATCH);
        let mut outcomes = None;
        loop {
            // Those who wait for this batch send again once they are told: a commit for the few that came before them
            // would make all of them wait. Only while many wait anyway the next batch is written in the meantime.
            let written = outcomes.as_ref().map_or(1, Vec::len);
            if self.queue.len() * 2 < written && !tell(&settled, outcomes.take()).await {
                return;
            }
            let (is_told, next) = join(tell(&settled, outcomes.take()), self.write_next(&mut entries)).await;
            // Otherwise the server is gone, and nobody waits for the outcome.
            if !is_told {
                return;
            }
            let Some(next) = next else { break };
            outcomes = Some(next);
        }
        // Nobody is left to be told when this fails.
        let _ = closed.send(JournalClosed).await;
    }

    /// What became of the next batch; `None` when the queue is closed and empty.
    async fn write_next(&mut self, entries: &mut Vec<Entry>) -> Option<Vec<Outcome>> {
        if self.next(entries).await { Some(self.write(entries).await) } else { None }
    }

    /// Waits for entries; `false` when the queue is closed and empty. After a failure it tries in between whether the
    /// database has come back: nobody may send while `/readyz` says that nobody can.
    async fn next(&mut self, entries: &mut Vec<Entry>) -> bool {
        loop {
            if self.healthy.load(Ordering::Acquire) {
                return self.queue.recv_many(entries, BATCH).await > 0;
            }
            if let Ok(count) = tokio::time::timeout(PROBE_EVERY, self.queue.recv_many(entries, BATCH)).await {
                return count > 0;
            }
            let is_back = self.probe().await;
            self.healthy.store(is_back, Ordering::Release);
        }
    }

    /// Writes as much as a message may need: on a full disk a few bytes may still fit into what is there.
    async fn probe(&self) -> bool {
        let ballast = "-".repeat(PROBE_BYTES);
        self.store.set_setting(LAST_PROBE, &ballast).await.is_ok()
            && self.store.set_setting(LAST_PROBE, "written").await.is_ok()
    }

    async fn write(&self, entries: &mut Vec<Entry>) -> Vec<Outcome> {
        let (drafts, purposes): (Vec<Draft>, Vec<Purpose>) =
            entries.drain(..).map(|entry| (entry.draft, entry.purpose)).unzip();
        self.metrics.journal_waiting(drafts.len() + self.queue.len());
        let started = Instant::now();
        let written = self.store.append(&drafts).await;
        self.healthy.store(written.is_ok(), Ordering::Release);
        self.metrics.journal_waiting(self.queue.len());
        let stored: Vec<Option<Appended>> = match written {
            Ok(all) => {
                let messages = all.iter().filter(|appended| is_new_message(appended)).count();
                self.metrics.journal_committed(all.len(), messages, started.elapsed());
                all.into_iter().map(Some).collect()
            }
            Err(error) => {
                log::error!("the journal could not write {} events; their senders are told: {error}", drafts.len());
                Vec::new()
            }
        };
        let stored = stored.into_iter().chain(std::iter::repeat_with(|| None));
        let settle = |((draft, purpose), appended): ((Draft, Purpose), Option<Appended>)| Outcome {
            room: draft.room,
            author: draft.author.id,
            is_change: draft.body.kind().is_membership(),
            purpose,
            appended,
        };
        drafts.into_iter().zip(purposes).zip(stored).map(settle).collect()
    }
}

/// Hands over what has become of a batch, if there is one; `false` when nobody is there to take it.
async fn tell(settled: &Recipient<Settled>, outcomes: Option<Vec<Outcome>>) -> bool {
    match outcomes {
        Some(outcomes) => settled.send(Settled { outcomes }).await.is_ok(),
        None => true,
    }
}

fn is_new_message(appended: &Appended) -> bool {
    matches!(appended, Appended::Stored(event) if event.body.kind() == EventKind::Message)
}
