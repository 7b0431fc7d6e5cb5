//! A token bucket: so many at once, so many per second after that. Plain arithmetic over a time that is given.

use std::time::Duration;

use super::clock::Timestamp;

/// How much is allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Tokens that come back each second.
    pub per_second: f64,
    /// Most tokens that can be saved up.
    pub burst: f64,
}

/// The state of one bucket: 16 bytes.
#[derive(Debug, Clone, Copy)]
pub struct TokenBucket {
    tokens: f64,
    filled_at: Timestamp,
}

impl TokenBucket {
    /// A full bucket.
    #[must_use]
    pub fn full(rate: Rate, now: Timestamp) -> Self {
        Self { tokens: rate.burst, filled_at: now }
    }

    /// Takes one token.
    ///
    /// # Errors
    /// When the bucket is empty: how long until there is one again.
    pub fn take(&mut self, rate: Rate, now: Timestamp) -> Result<(), Duration> {
        self.refill(rate, now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64(((1.0 - self.tokens) / rate.per_second.max(1e-6)).min(86_400.0)))
    }

    /// Puts one token back: what it was taken for did not count.
    pub fn give_back(&mut self, rate: Rate) {
        self.tokens = (self.tokens + 1.0).min(rate.burst);
    }

    /// True when nothing has been taken for so long that forgetting the bucket changes nothing.
    #[must_use]
    pub fn is_full(&mut self, rate: Rate, now: Timestamp) -> bool {
        self.refill(rate, now);
        self.tokens >= rate.burst
    }

    fn refill(&mut self, rate: Rate, now: Timestamp) {
        let seconds = now.since(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + seconds * rate.per_second).min(rate.burst);
        self.filled_at = self.filled_at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 2.0, burst: 3.0 };

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let mut now = Timestamp(0);
        let mut bucket = TokenBucket::full(RATE, now);
        for _ in 0..3 {
            assert_eq!(bucket.take(RATE, now), Ok(()));
        }
        assert_eq!(bucket.take(RATE, now), Err(Duration::from_millis(500)));

        now = Timestamp(500);

        assert_eq!(bucket.take(RATE, now), Ok(()));
        assert!(bucket.take(RATE, now).is_err());
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_away() {
        let mut bucket = TokenBucket::full(RATE, Timestamp(10_000));
        for _ in 0..3 {
            assert!(bucket.take(RATE, Timestamp(10_000)).is_ok());
        }
        assert!(bucket.take(RATE, Timestamp(0)).is_err());
        assert!(bucket.take(RATE, Timestamp(10_000)).is_err());
    }
}
