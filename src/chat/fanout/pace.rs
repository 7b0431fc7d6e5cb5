//! When a thread is so busy with giving out that it never rests, it waits a little before it begins again: what is
//! stored meanwhile goes out with the rest, and everybody is written to once instead of twice. Otherwise two halves of
//! the senders keep each other waiting for ever: one half's messages are written to the room while the other half's are
//! stored. The wait is a third of what the last pass took: it costs less than what it saves. A thread that has rested
//! in between does not wait at all.

use std::time::{Duration, Instant};

/// Passes shorter than this are not worth a wait: the timers of the runtime count in milliseconds.
const LONG: Duration = Duration::from_millis(4);
/// A thread that has rested for this part of its last pass has time.
const RESTED: u32 = 2;
/// It waits for this part of its last pass, and never longer than this.
const WAIT: u32 = 3;
const LONGEST: Duration = Duration::from_millis(20);

/// How busy one thread is.
#[derive(Debug)]
pub struct Pace {
    ended: Instant,
    took: Duration,
}

impl Pace {
    /// A thread that has done nothing yet.
    pub fn new(now: Instant) -> Self {
        Self { ended: now, took: Duration::ZERO }
    }

    /// How long to wait before a pass that could begin now; `None` for not at all.
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        let is_worth_it = self.took >= LONG && now.duration_since(self.ended) < self.took / RESTED;
        is_worth_it.then(|| (self.took / WAIT).min(LONGEST))
    }

    /// A pass has ended.
    pub fn passed(&mut self, began: Instant, ended: Instant) {
        self.took = ended.duration_since(began);
        self.ended = ended;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_thread_that_has_not_rested_after_a_long_pass_waits() {
        let (start, ms) = (Instant::now(), Duration::from_millis);
        let mut pace = Pace::new(start);
        assert_eq!(pace.wait(start), None);

        pace.passed(start, start + ms(9));
        assert_eq!(pace.wait(start + ms(9)), Some(ms(3)));
        assert_eq!(pace.wait(start + ms(14)), None);

        pace.passed(start + ms(14), start + ms(16));
        assert_eq!(pace.wait(start + ms(16)), None);
    }
}
