//! Tells whoever sends notifications of stored messages. Nothing waits for it: with nobody to notify it costs one look, and
//! what does not fit into the queue is dropped and counted.

use tokio::sync::mpsc;

use crate::domain::event::{EventBody, SharedEvent};
use crate::telemetry::metrics::{Metrics, PushOutcome};

/// Messages that may wait.
const QUEUE: usize = 1024;

/// The way to whoever sends notifications.
pub struct Alerts {
    sender: mpsc::Sender<SharedEvent>,
    is_wanted: Box<dyn Fn() -> bool + Send>,
    metrics: Metrics,
}

impl Alerts {
    /// A way, and its other end; `is_wanted` says whether there is anybody to notify.
    #[must_use]
    pub fn new(is_wanted: impl Fn() -> bool + Send + 'static, metrics: Metrics) -> (Self, mpsc::Receiver<SharedEvent>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Self { sender, is_wanted: Box::new(is_wanted), metrics }, receiver)
    }

    /// An event has been stored.
    pub(super) fn tell(&self, event: &SharedEvent) {
        if matches!(event.body, EventBody::Message(_))
            && (self.is_wanted)()
            && self.sender.try_send(event.clone()).is_err()
        {
            self.metrics.pushed(PushOutcome::Dropped);
        }
    }
}
