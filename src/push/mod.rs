//! Notifications for those who do not look: Web Push (RFC 8030), encrypted for each browser (RFC 8291), signed with this
//! server's own key (RFC 8292). No vendor is asked; any push service works, `UnifiedPush` too.
//!
//! [`follower`] learns of committed messages and decides who is notified; [`sender`] delivers. [`Push`] is the door for
//! everybody else. What people subscribe with is an address they choose, so [`post`] reaches nobody but who may be reached:
//! see [`endpoint`] and `domain::network`.

mod encrypt;
pub mod endpoint;
pub mod error;
pub mod follower;
mod payload;
mod post;
pub mod sender;
mod vapid;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::config::Config;
use crate::domain::clock::Clock;
use crate::domain::ids::{DeviceId, UserId};
use crate::domain::limits::PUSH_DEVICES;
use crate::domain::push::Subscription;
use crate::storage::push::NamedSubscription;
use crate::storage::{SharedStore, StorageResult};
use crate::telemetry::metrics::{Metrics, PushOutcome};
use endpoint::{Endpoint, Reach};
pub use error::PushError;
use payload::Payload;
use sender::{Job, Sender};
use vapid::VapidKey;

/// Notifications that may wait to be sent; more are dropped.
const QUEUE: usize = 1024;

/// Whether anybody wants to be notified at all. Cheap to clone; the chat looks at it with every message.
#[derive(Debug, Clone, Default)]
pub struct Wanted(Arc<AtomicBool>);

impl Wanted {
    /// Whether anybody does.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, wanted: bool) {
        self.0.store(wanted, Ordering::Relaxed);
    }
}

/// The door to notifications. Cheap to clone.
#[derive(Clone)]
pub struct Push {
    store: SharedStore,
    clock: Clock,
    metrics: Metrics,
    key: Arc<VapidKey>,
    reach: Reach,
    wanted: Wanted,
    queue: mpsc::Sender<Job>,
}

/// What a browser gives when it subscribes: an address, and what notifications are encrypted with.
#[derive(Debug, Clone)]
pub struct NewSubscription<'a> {
    /// Where they are posted.
    pub endpoint: &'a str,
    /// The public key, in base64url.
    pub p256dh: &'a str,
    /// The secret, in base64url.
    pub auth: &'a str,
}

impl Push {
    /// Reads this server's key, or makes it at the first start. It lies in the database, beside the key of the guests'
    /// tokens: subscriptions are bound to it, so that a backup must hold both or neither. What has to run is the [`Sender`].
    ///
    /// # Errors
    /// When the database does not answer, or holds something else as the key.
    pub async fn open(
        config: &Config,
        store: SharedStore,
        clock: Clock,
        metrics: Metrics,
    ) -> Result<(Self, Sender), PushError> {
        let public_url = config.listen.public_url.as_ref().map(|url| url.origin().to_owned());
        let contact = config.push.contact.clone().or(public_url.filter(|url| url.starts_with("https://")));
        let key = Arc::new(VapidKey::open(&*store, contact).await?);
        let reach = if config.push.allow_private { Reach::Anywhere } else { Reach::Public };
        let (queue, jobs) = mpsc::channel(QUEUE);
        let push =
            Self { store: store.clone(), clock: clock.clone(), metrics, key, reach, wanted: Wanted::default(), queue };
        push.recount().await?;
        let sender = Sender::new(push.clone(), jobs);
        Ok((push, sender))
    }

    /// Whether anybody wants to be notified, as it changes.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        self.wanted.clone()
    }

    /// The public key that browsers subscribe with, in base64url.
    #[must_use]
    pub fn public_key(&self) -> &str {
        self.key.public_text()
    }

    /// Notifies this login there from now on; answers with the id of the subscription.
    ///
    /// # Errors
    /// When the address may not be reached, or a key is none.
    pub async fn subscribe(&self, user: UserId, device: DeviceId, new: NewSubscription<'_>) -> Result<Uuid, PushError> {
        let endpoint = Endpoint::parse(new.endpoint, self.reach)?;
        let key = decoded(new.p256dh).filter(|key: &[u8; 65]| key[0] == 4).ok_or(PushError::BadKey)?;
        let subscription = Subscription {
            id: Uuid::now_v7(),
            user,
            device,
            endpoint: endpoint.as_str().to_owned(),
            key,
            secret: decoded(new.auth).ok_or(PushError::BadSecret)?,
            created_at: self.clock.now(),
            failures: 0,
        };
        self.store.add_subscription(&subscription, PUSH_DEVICES).await?;
        self.wanted.set(true);
        Ok(subscription.id)
    }

    /// Where this account is notified, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn subscriptions(&self, user: UserId) -> StorageResult<Vec<NamedSubscription>> {
        self.store.subscriptions(user).await
    }

    /// No longer notifies this account there; `false` when it has no such subscription.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unsubscribe(&self, user: UserId, id: Uuid) -> StorageResult<bool> {
        let removed = self.store.remove_subscription(user, id).await?;
        self.recount().await?;
        Ok(removed)
    }

    /// Sends a notification to every device of this account, whatever its quiet hours; answers how many there are.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn test(&self, user: UserId, title: &str, body: &str) -> StorageResult<usize> {
        let all = self.store.subscriptions(user).await?;
        let payload = Payload::test(title, body).to_bytes();
        for named in &all {
            self.enqueue(Job { subscription: named.subscription.clone(), payload: payload.clone(), topic: None });
        }
        Ok(all.len())
    }

    /// Lets a notification wait for its turn, or drops it.
    fn enqueue(&self, job: Job) {
        if self.queue.try_send(job).is_err() {
            self.metrics.pushed(PushOutcome::Dropped);
        }
    }

    /// Looks whether there is still anybody.
    async fn recount(&self) -> StorageResult<()> {
        self.wanted.set(self.store.count_subscriptions().await? > 0);
        Ok(())
    }
}

/// So many bytes of base64url; browsers leave the padding away, some libraries do not.
fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?.try_into().ok()
}
