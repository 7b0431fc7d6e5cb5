//! How long to wait before the next try to connect: exponential, with full jitter, so that the clients of a server that
//! has come back do not all come back in the same moment.

use std::time::Duration;

use super::random::Random;

/// The bounds of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// The most before the second try; it doubles with each further one.
    pub first: Duration,
    /// Never more than this.
    pub most: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self { first: Duration::from_millis(250), most: Duration::from_secs(15) }
    }
}

/// Counts failures, and says how long to wait after each.
#[derive(Debug, Clone)]
pub struct Backoff {
    waits: Waits,
    random: Random,
    failures: u32,
}

impl Backoff {
    /// Nothing has failed yet.
    #[must_use]
    pub fn new(waits: Waits, random: Random) -> Self {
        Self { waits, random, failures: 0 }
    }

    /// It works again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// The wait after one more failure. What the server asked for is the least: it has
    /// spread its clients already.
    pub fn next(&mut self, asked_for: Option<Duration>) -> Duration {
        let factor = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        let most = self.waits.first.saturating_mul(factor).min(self.waits.most);
        self.failures = self.failures.saturating_add(1);
        let jitter = self.random.up_to(most);
        asked_for.map_or(jitter, |least| least.saturating_add(jitter.min(self.waits.first)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_wait_is_within_the_doubling_bound_and_never_above_the_most(seed: u64, failures in 0_usize..80) {
            let waits = Waits::default();
            let mut backoff = Backoff::new(waits, Random::seeded(seed));
            let mut bound = waits.first;
            for _ in 0..failures {
                let wait = backoff.next(None);
                prop_assert!(wait <= bound && wait <= waits.most);
                bound = bound.saturating_mul(2).min(waits.most);
            }
        }

        #[test]
        fn what_the_server_asks_for_is_the_least(seed: u64, ms in 0_u64..60_000) {
            let asked = Duration::from_millis(ms);
            let mut backoff = Backoff::new(Waits::default(), Random::seeded(seed));
            for _ in 0..10 {
                let wait = backoff.next(Some(asked));
                prop_assert!(wait >= asked && wait <= asked + Waits::default().first);
            }
        }

        #[test]
        fn after_a_reset_it_begins_anew(seed: u64, failures in 0_usize..40) {
            let mut backoff = Backoff::new(Waits::default(), Random::seeded(seed));
            for _ in 0..failures {
                backoff.next(None);
            }
            backoff.reset();
            prop_assert!(backoff.next(None) <= Waits::default().first);
        }
    }

    #[test]
    fn the_jitter_is_full_so_that_a_thousand_clients_spread() {
        let waits = Waits { first: Duration::from_secs(1), most: Duration::from_secs(1) };
        let mut buckets = [0; 10];
        for seed in 0..1000 {
            let wait = Backoff::new(waits, Random::seeded(seed)).next(None);
            buckets[usize::try_from(wait.as_millis() / 100).unwrap().min(9)] += 1;
        }
        assert!(buckets.iter().all(|count| (60..140).contains(count)), "{buckets:?}");
    }
}
