//! Holds back whoever tries passwords: per account and per address, so that neither one account nor the whole list
//! can be tried quickly. Only wrong tries count.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::AuthError;
use crate::config::LimitsConfig;
use crate::domain::clock::Timestamp;
use crate::domain::name::NameKey;
use crate::domain::network::network;
use crate::domain::token_bucket::{Rate, TokenBucket};

/// Buckets that may be kept; more means an attack, and then full ones are forgotten first.
const BUCKETS: usize = 10_000;

/// Counts wrong tries.
pub struct Throttle {
    rate: Option<Rate>,
    tries: Mutex<Tries>,
}

#[derive(Default)]
struct Tries {
    names: HashMap<NameKey, TokenBucket>,
    addresses: HashMap<IpAddr, TokenBucket>,
}

impl Throttle {
    /// As the settings say; off when rate limits are.
    #[must_use]
    pub fn new(limits: &LimitsConfig) -> Self {
        let per_minute = f64::from(limits.login_tries_per_minute);
        let rate = Rate { per_second: per_minute / 60.0, burst: per_minute };
        Self { rate: limits.rate_limits.then_some(rate), tries: Mutex::default() }
    }

    /// Takes a try before the password is looked at: many at the same moment do not slip through.
    ///
    /// # Errors
    /// When there were too many: how long to wait.
    pub fn try_login(&self, name: &NameKey, address: IpAddr, now: Timestamp) -> Result<(), AuthError> {
        let Some(rate) = self.rate else { return Ok(()) };
        let mut tries = self.lock();
        // The address first: one that is held back makes no more buckets.
        let wait = take(&mut tries.addresses, network(address), rate, now)
            .or_else(|| take(&mut tries.names, name.clone(), rate, now));
        wait.map_or(Ok(()), |wait| Err(AuthError::Throttled { wait }))
    }

    /// The password was right: this one try did not count. Wrong ones before it still do, so that nobody can make room
    /// for more by logging in to an account of their own in between.
    pub fn forgive(&self, name: &NameKey, address: IpAddr) {
        let Some(rate) = self.rate else { return };
        let mut tries = self.lock();
        if let Some(bucket) = tries.names.get_mut(name) {
            bucket.give_back(rate);
        }
        if let Some(bucket) = tries.addresses.get_mut(&network(address)) {
            bucket.give_back(rate);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tries> {
        // A panic between lock and unlock leaves counters behind, nothing that could be wrong.
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take<K: Hash + Eq>(buckets: &mut HashMap<K, TokenBucket>, key: K, rate: Rate, now: Timestamp) -> Option<Duration> {
    if buckets.len() >= BUCKETS {
        buckets.retain(|_, bucket| !bucket.is_full(rate, now));
        if buckets.len() >= BUCKETS {
            // A flood of names or addresses: remembering half of them is better than growing without end.
            let mut keep = false;
            buckets.retain(|_, _| {
                keep = !keep;
                keep
            });
        }
    }
    buckets.entry(key).or_insert_with(|| TokenBucket::full(rate, now)).take(rate, now).err()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn throttle() -> Throttle {
        Throttle { rate: Some(Rate { per_second: 5.0 / 60.0, burst: 5.0 }), tries: Mutex::default() }
    }

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    #[test]
    fn the_sixth_wrong_try_waits_whatever_the_address() {
        let throttle = throttle();
        let ann = NameKey::of("ann");
        for last in 0..5 {
            assert!(throttle.try_login(&ann, address(last), Timestamp(0)).is_ok());
        }
        assert!(throttle.try_login(&ann, address(9), Timestamp(0)).is_err());
        assert!(throttle.try_login(&ann, address(9), Timestamp(12_001)).is_ok());
    }

    #[test]
    fn one_address_cannot_walk_through_the_names() {
        let throttle = throttle();
        for name in ["a", "b", "c", "d", "e"] {
            assert!(throttle.try_login(&NameKey::of(name), address(1), Timestamp(0)).is_ok());
        }
        assert!(throttle.try_login(&NameKey::of("f"), address(1), Timestamp(0)).is_err());
    }

    #[test]
    fn a_right_password_does_not_count_and_makes_no_room_for_wrong_ones() {
        let throttle = throttle();
        let (ann, eve) = (NameKey::of("ann"), NameKey::of("eve"));
        for _ in 0..20 {
            assert!(throttle.try_login(&ann, address(1), Timestamp(0)).is_ok());
            throttle.forgive(&ann, address(1));
        }
        for _ in 0..5 {
            assert!(throttle.try_login(&eve, address(1), Timestamp(0)).is_ok());
        }
        assert!(throttle.try_login(&ann, address(1), Timestamp(0)).is_err());
    }
}
