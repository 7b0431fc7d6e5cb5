//! The end of a soak: what everybody has heard, and what was acknowledged, against the logs.

use std::collections::HashSet;
use std::rc::Rc;

use tokio::time::{sleep, timeout};

use super::super::Failure;
use super::checker::Faults;
use super::log;
use super::setup::{Setup, VERIFIER};
use super::soak::{LOOK_EVERY, PATIENCE, Spot};
use super::soak_sender::Sender;
use crate::client::Settings;

/// What the logs say of it all.
#[derive(Default)]
pub struct Found {
    /// Of all sessions.
    pub faults: Faults,
    /// Acknowledged messages that are not where they should be.
    pub not_stored: u64,
    /// Messages that are in a log more than once.
    pub stored_twice: u64,
}

impl Found {
    /// True when nothing was wrong.
    pub fn is_nothing(&self) -> bool {
        self.faults.is_none() && self.not_stored == 0 && self.stored_twice == 0
    }
}

/// Reads all logs, and waits until everybody has heard their ends.
pub async fn compare(setup: &Setup, senders: &[Rc<Sender>], spots: &[Rc<Spot>]) -> Result<Found, Failure> {
    let (client, _) = setup.client(VERIFIER, Settings { patience: Some(PATIENCE), ..Settings::default() });
    let mut found = Found::default();
    for sender in senders {
        let (mut acked, mut seen) = (sender.acked.take(), HashSet::new());
        let log = log::read(&client, &sender.room, 0, |event| {
            let Some(text) = &event.text else { return };
            if acked.get(&event.seq) == Some(text) {
                acked.remove(&event.seq);
            }
            found.stored_twice += u64::from(!seen.insert(text.clone()));
        })
        .await?;
        found.not_stored += acked.len() as u64 + sender.same_seq.get();
        let own: Vec<&Rc<Spot>> = spots.iter().filter(|spot| spot.room == sender.room).collect();
        let have_all = async {
            while own.iter().any(|spot| spot.listener.borrow().checker.last() < log.end()) {
                sleep(LOOK_EVERY).await;
            }
        };
        // Whoever has not heard the end by then has lost it.
        let _ = timeout(PATIENCE, have_all).await;
        for spot in own {
            found.faults += spot.listener.borrow().checker.faults(log.end(), Some(&log));
        }
    }
    Ok(found)
}
