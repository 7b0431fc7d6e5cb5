//! Token buckets by key: an address, a name. What is remembered is bounded; in a flood of keys some are forgotten early,
//! which gives them a little more than they should have.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use super::clock::Timestamp;
use super::token_bucket::{Rate, TokenBucket};

/// Buckets that are kept. More means a flood, and then full ones are forgotten first.
const BUCKETS: usize = 10_000;

/// Buckets that are filled at one rate.
#[derive(Debug)]
pub struct TokenBuckets<K> {
    rate: Rate,
    buckets: HashMap<K, TokenBucket>,
}

impl<K: Hash + Eq> TokenBuckets<K> {
    /// All of them full.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, buckets: HashMap::new() }
    }

    /// Another rate from now on. A bucket keeps what is in it, as far as that fits.
    pub fn set_rate(&mut self, rate: Rate) {
        self.rate = rate;
    }

    /// Takes one token of this key.
    ///
    /// # Errors
    /// When its bucket is empty: how long until there is one again.
    pub fn take(&mut self, key: K, now: Timestamp) -> Result<(), Duration> {
        let rate = self.rate;
        if self.buckets.len() >= BUCKETS {
            self.buckets.retain(|_, bucket| !bucket.is_full(rate, now));
            if self.buckets.len() >= BUCKETS {
                // A flood: remembering half of them is better than growing without end.
                let mut keep = false;
                self.buckets.retain(|_, _| {
                    keep = !keep;
                    keep
                });
            }
        }
        self.buckets.entry(key).or_insert_with(|| TokenBucket::full(rate, now)).take(rate, now)
    }

    /// Puts one token back: what it was taken for did not count.
    pub fn give_back(&mut self, key: &K) {
        if let Some(bucket) = self.buckets.get_mut(key) {
            bucket.give_back(self.rate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets() -> TokenBuckets<u32> {
        TokenBuckets::new(Rate { per_second: 1.0, burst: 2.0 })
    }

    #[test]
    fn each_key_has_a_bucket_of_its_own() {
        let mut buckets = buckets();
        assert!(buckets.take(1, Timestamp(0)).is_ok() && buckets.take(1, Timestamp(0)).is_ok());
        assert_eq!(buckets.take(1, Timestamp(0)), Err(Duration::from_secs(1)));
        assert!(buckets.take(2, Timestamp(0)).is_ok());

        buckets.give_back(&1);
        buckets.give_back(&3);

        assert!(buckets.take(1, Timestamp(0)).is_ok());
    }

    #[test]
    fn a_flood_of_keys_does_not_grow_without_end() {
        let mut buckets = buckets();
        for key in 0..50_000 {
            let _ = buckets.take(key, Timestamp(0));
            assert!(buckets.buckets.len() <= BUCKETS);
        }
        // Long after, all of them say nothing any more and go at once.
        let _ = buckets.take(60_000, Timestamp(10_000));
        for key in 0..10_000 {
            let _ = buckets.take(100_000 + key, Timestamp(10_000));
        }
        assert!(buckets.buckets.len() <= BUCKETS);
    }
}
