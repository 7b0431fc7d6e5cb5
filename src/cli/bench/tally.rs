//! What all sessions of a run count together, and how a run learns that something has gone wrong.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use super::report::Latencies;
use crate::client::ClientError;

/// Digits of a stamp: a moment in nanoseconds.
const STAMP: usize = 16;

/// What all sessions of a run count together, on one thread.
pub struct Tally {
    start: Instant,
    /// Only now do things count.
    pub is_measuring: Cell<bool>,
    /// Events that sessions have heard, from the first on.
    pub heard: Cell<u64>,
    /// Those heard while it counted.
    pub measured: Cell<u64>,
    /// Connections that ended before their time.
    pub cut_off: Cell<u64>,
    /// How long a message took from its sender to a listener.
    pub latencies: RefCell<Latencies>,
    goal: Cell<u64>,
    trouble: RefCell<Option<ClientError>>,
    waker: RefCell<Option<Waker>>,
}

impl Tally {
    /// Nothing has happened yet.
    pub fn new() -> Rc<Self> {
        Rc::new(Self {
            start: Instant::now(),
            is_measuring: Cell::new(false),
            heard: Cell::new(0),
            measured: Cell::new(0),
            cut_off: Cell::new(0),
            latencies: RefCell::default(),
            goal: Cell::new(u64::MAX),
            trouble: RefCell::default(),
            waker: RefCell::default(),
        })
    }

    /// A text of so many bytes that tells when it was written.
    pub fn stamped(&self, bytes: usize) -> String {
        let nanos = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        format!("{nanos:016x}{:.<1$}", "", bytes.saturating_sub(STAMP))
    }

    /// Waits until so many events were heard in all, or until there is trouble.
    pub async fn reach(&self, goal: u64) -> Result<(), ClientError> {
        self.goal.set(goal);
        poll_fn(|cx| {
            if let Some(trouble) = self.trouble.take() {
                return Poll::Ready(Err(trouble));
            }
            if self.heard.get() >= self.goal.get() {
                return Poll::Ready(Ok(()));
            }
            *self.waker.borrow_mut() = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Waits for trouble.
    pub async fn trouble(&self) -> ClientError {
        loop {
            if let Err(trouble) = self.reach(u64::MAX).await {
                return trouble;
            }
        }
    }

    /// Tells of trouble; the first one counts.
    pub fn fail(&self, trouble: ClientError) {
        self.trouble.borrow_mut().get_or_insert(trouble);
        self.wake();
    }

    /// An event was heard; only messages have a text.
    pub fn hear(&self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        if self.is_measuring.get() {
            self.measured.set(self.measured.get() + 1);
            if let Some(span) = self.age(text) {
                self.latencies.borrow_mut().take(span);
            }
        }
        self.count();
    }

    /// One more towards what is waited for.
    pub fn count(&self) {
        self.heard.set(self.heard.get() + 1);
        if self.heard.get() >= self.goal.get() {
            self.wake();
        }
    }

    /// How long ago a text or an id was stamped.
    pub fn age(&self, text: &[u8]) -> Option<Duration> {
        let stamp = std::str::from_utf8(text.get(..STAMP)?).ok()?;
        let written = Duration::from_nanos(u64::from_str_radix(stamp, 16).ok()?);
        self.start.elapsed().checked_sub(written)
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}
