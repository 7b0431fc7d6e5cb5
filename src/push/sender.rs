//! Delivers notifications, a few at a time. A subscription that is gone is forgotten; one that fails rests, longer each time,
//! and is given up in the end.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

use super::Push;
use super::encrypt::encrypt;
use super::endpoint::Endpoint;
use super::post::{Poster, Request};
use crate::domain::clock::Timestamp;
use crate::domain::ids::RoomId;
use crate::domain::push::Subscription;
use crate::storage::StorageResult;
use crate::telemetry::metrics::PushOutcome;

/// Requests that are under way at a time.
const AT_ONCE: usize = 8;
/// How long a service keeps a notification for a browser that is off.
const KEEP_SECONDS: u32 = 24 * 3600;
/// Failures in a row after which a subscription is given up.
const MOST_FAILURES: u32 = 10;
/// How long one rests after its first failure; twice as long after each further one.
const REST: Duration = Duration::from_secs(30);
/// How long one rests at most.
const LONGEST_REST: Duration = Duration::from_hours(6);

/// One notification for one browser.
pub struct Job {
    /// Where.
    pub subscription: Subscription,
    /// What, not yet encrypted.
    pub payload: Bytes,
    /// Of the notifications of one room only the last is kept for a browser that is off.
    pub topic: Option<RoomId>,
}

/// Takes notifications from the queue.
pub struct Sender {
    push: Push,
    jobs: mpsc::Receiver<Job>,
    poster: Poster,
    /// Which subscriptions rest, and until when.
    resting: Rc<RefCell<HashMap<Uuid, Timestamp>>>,
}

impl Sender {
    /// For this queue.
    pub(super) fn new(push: Push, jobs: mpsc::Receiver<Job>) -> Self {
        let poster = Poster::new(push.reach);
        Self { push, jobs, poster, resting: Rc::default() }
    }

    /// Delivers until nobody can ask for it any more. Runs on one thread, with its deliveries.
    ///
    /// # Panics
    /// Never: the semaphore is not closed.
    pub async fn run(mut self) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        while let Some(job) = self.jobs.recv().await {
            if self.rests(&job.subscription) {
                self.push.metrics.pushed(PushOutcome::Dropped);
                continue;
            }
            // Waiting here holds the queue up, which drops what it has no room for.
            let place = Arc::clone(&places).acquire_owned().await.expect("nobody closes it");
            let (push, poster, resting) = (self.push.clone(), self.poster.clone(), Rc::clone(&self.resting));
            actix::spawn(async move {
                deliver(&push, &poster, &resting, job).await;
                drop(place);
            });
        }
    }

    fn rests(&self, subscription: &Subscription) -> bool {
        let now = self.push.clock.now();
        let mut resting = self.resting.borrow_mut();
        resting.retain(|_, until| *until > now);
        resting.contains_key(&subscription.id)
    }
}

async fn deliver(push: &Push, poster: &Poster, resting: &RefCell<HashMap<Uuid, Timestamp>>, job: Job) {
    let id = job.subscription.id;
    let outcome = post(push, poster, &job).await;
    push.metrics.pushed(outcome);
    let stored = match outcome {
        PushOutcome::Delivered if job.subscription.failures > 0 => push.store.set_push_failures(id, 0).await,
        PushOutcome::Delivered | PushOutcome::Dropped => Ok(()),
        PushOutcome::Gone => forget(push, id).await,
        PushOutcome::Failed => {
            let failures = job.subscription.failures + 1;
            let rest = REST.saturating_mul(1 << failures.min(16)).min(LONGEST_REST) / 2;
            resting.borrow_mut().insert(id, push.clock.now().plus(rest));
            if failures >= MOST_FAILURES {
                forget(push, id).await
            } else {
                push.store.set_push_failures(id, failures).await
            }
        }
    };
    if let Err(error) = stored {
        log::warn!("what became of a notification could not be noted: {error}");
    }
}

async fn forget(push: &Push, id: Uuid) -> StorageResult<()> {
    push.store.forget_subscription(id).await?;
    push.recount().await
}

async fn post(push: &Push, poster: &Poster, job: &Job) -> PushOutcome {
    let Subscription { endpoint, key, secret, .. } = &job.subscription;
    // The setting may have changed since they subscribed.
    let Ok(endpoint) = Endpoint::parse(endpoint, push.reach) else { return PushOutcome::Failed };
    let (Ok(body), Some(authorization)) =
        (encrypt(&job.payload, key, secret), push.key.authorization(&endpoint, push.clock.now()))
    else {
        return PushOutcome::Failed;
    };
    let topic = job.topic.map(|room| topic(push, room));
    let request =
        Request { endpoint: &endpoint, authorization, topic: topic.as_deref(), ttl: KEEP_SECONDS, body: &body };
    match poster.post(request).await {
        Ok(200..=299) => PushOutcome::Delivered,
        Ok(404 | 410) => PushOutcome::Gone,
        Ok(status) => {
            log::warn!("the push service {} answered a notification with {status}", endpoint.service());
            PushOutcome::Failed
        }
        Err(error) => {
            log::warn!("the push service {} was not reached: {error}", endpoint.service());
            PushOutcome::Failed
        }
    }
}

/// 32 signs that are the same for a room and say nothing of it (RFC 8030, section 5.4).
fn topic(push: &Push, room: RoomId) -> String {
    let digest = Sha256::new().chain_update(push.public_key()).chain_update(room.0.to_be_bytes()).finalize();
    URL_SAFE_NO_PAD.encode(&digest[..24])
}
