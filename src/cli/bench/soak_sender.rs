//! The senders of a soak: clients that heal by themselves, and what they know to be stored.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::time::{sleep, sleep_until};

use super::super::Failure;
use super::setup::{Setup, VERIFIER, explained};
use super::soak::{LOOK_EVERY, PATIENCE};
use super::tally::Tally;
use crate::client::{Client, ClientError, JoinOptions, Receipt, Settings};
use crate::domain::ids::Seq;

/// One sender with what it knows to be stored.
pub struct Sender {
    client: Client,
    /// Where it writes.
    pub room: String,
    /// How many messages the outbox has taken.
    pub given: Cell<u64>,
    /// How many it could not take.
    pub held_back: Cell<u64>,
    answered: Cell<u64>,
    /// Acknowledgements that name a number another one has.
    pub same_seq: Cell<u64>,
    /// What was acknowledged, by its number in the log.
    pub acked: RefCell<HashMap<Seq, String>>,
    /// The first message that will never be stored.
    failed: RefCell<Option<ClientError>>,
}

/// When a sender sends.
pub struct Moments {
    /// The first time.
    pub start: Instant,
    /// Microseconds between two.
    pub every: u64,
    /// The end.
    pub until: Instant,
}

/// One sender for each room, which it makes.
pub async fn make_senders(setup: &Setup, rooms: u64) -> Result<Vec<Rc<Sender>>, Failure> {
    let mut senders = Vec::new();
    for number in 0..rooms {
        let settings = Settings { patience: Some(PATIENCE), outbox: 4096, ..Settings::default() };
        // What it would hear is dropped: it only writes.
        let (client, _) = setup.client(VERIFIER - 1 - number, settings);
        let room = setup.room(number);
        let create = JoinOptions { create: true, ..JoinOptions::default() };
        client.join(&room, create).await.map_err(explained)?;
        client.leave(&room).await.map_err(explained)?;
        senders.push(Rc::new(Sender {
            client,
            room,
            given: Cell::default(),
            held_back: Cell::default(),
            answered: Cell::default(),
            same_seq: Cell::default(),
            acked: RefCell::default(),
            failed: RefCell::default(),
        }));
    }
    Ok(senders)
}

/// Gives one message after the other to the outbox, at fixed moments.
pub async fn write(tally: Rc<Tally>, sender: Rc<Sender>, moments: Moments, bytes: usize) {
    for turn in 0.. {
        let due = moments.start + Duration::from_micros(moments.every.saturating_mul(turn));
        if due >= moments.until {
            return;
        }
        sleep_until(due.into()).await;
        // Nothing is given once the end has been counted.
        if Instant::now() >= moments.until {
            return;
        }
        let text = format!("{} {turn}", tally.stamped(bytes));
        match sender.client.try_send(&sender.room, &text) {
            Ok(receipt) => {
                sender.given.set(sender.given.get() + 1);
                tokio::task::spawn_local(wait_for_ack(Rc::clone(&sender), receipt, text));
            }
            // While the server is away the outbox fills; what does not fit was never given.
            Err(ClientError::OutboxFull) => sender.held_back.set(sender.held_back.get() + 1),
            Err(error) => return tally.fail(error),
        }
    }
}

async fn wait_for_ack(sender: Rc<Sender>, receipt: Receipt, text: String) {
    match receipt.acked().await {
        Ok(stored) => {
            let other = sender.acked.borrow_mut().insert(stored.seq, text);
            sender.same_seq.set(sender.same_seq.get() + u64::from(other.is_some()));
            sender.answered.set(sender.answered.get() + 1);
        }
        Err(error) => drop(sender.failed.borrow_mut().get_or_insert(error)),
    }
}

/// Waits until everything that was given is acknowledged.
pub async fn settle(senders: &[Rc<Sender>]) -> Result<(), ClientError> {
    for sender in senders {
        while sender.answered.get() < sender.given.get() {
            if let Some(error) = sender.failed.take() {
                return Err(error);
            }
            sleep(LOOK_EVERY).await;
        }
    }
    Ok(())
}
