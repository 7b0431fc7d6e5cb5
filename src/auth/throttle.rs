//! Holds back whoever tries passwords: one address at one account, and one address at all accounts together, so that
//! neither one account nor the whole list can be tried quickly from one place. Only wrong tries count.
//!
//! No account is counted for itself, whatever the address: whoever knows a name could then keep its owner out. What many
//! addresses together can try is bounded by the few passwords that are hashed at a time.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::AuthError;
use crate::config::LimitsConfig;
use crate::domain::clock::Timestamp;
use crate::domain::name::NameKey;
use crate::domain::network::network;
use crate::domain::token_bucket::Rate;
use crate::domain::token_buckets::TokenBuckets;

/// An address may be wrong about all accounts together so many times as often as about one: people share addresses.
const ACCOUNTS_OF_AN_ADDRESS: f64 = 4.0;

/// Stands for all addresses together; nobody comes from there.
const ANYWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

/// Counts wrong tries.
pub struct Throttle(Option<Mutex<Tries>>);

struct Tries {
    pairs: TokenBuckets<(NameKey, IpAddr)>,
    addresses: TokenBuckets<IpAddr>,
}

/// For one account and one address, and for one address at all accounts.
fn rates(limits: &LimitsConfig) -> (Rate, Rate) {
    let per_minute = |tries| Rate { per_second: tries / 60.0, burst: tries };
    let tries = f64::from(limits.login_tries_per_minute);
    (per_minute(tries), per_minute(tries * ACCOUNTS_OF_AN_ADDRESS))
}

impl Throttle {
    /// As the settings say; off when rate limits are.
    #[must_use]
    pub fn new(limits: &LimitsConfig) -> Self {
        let (pairs, addresses) = rates(limits);
        let counted = || Tries { pairs: TokenBuckets::new(pairs), addresses: TokenBuckets::new(addresses) };
        Self(limits.rate_limits.then(|| Mutex::new(counted())))
    }

    /// The limits are others now; what was tried before still counts.
    pub fn change(&self, limits: &LimitsConfig) {
        let Some(mut tries) = self.lock() else { return };
        let (pairs, addresses) = rates(limits);
        tries.pairs.set_rate(pairs);
        tries.addresses.set_rate(addresses);
    }

    /// Takes a try before the password is looked at: many at the same moment do not slip through.
    ///
    /// # Errors
    /// When there were too many: how long to wait.
    pub fn try_login(&self, name: &NameKey, address: IpAddr, now: Timestamp) -> Result<(), AuthError> {
        let Some(mut tries) = self.lock() else { return Ok(()) };
        let address = network(address);
        // The address first: one that is held back makes no more buckets.
        tries.addresses.take(address, now).map_err(|wait| AuthError::Throttled { wait })?;
        tries.pairs.take((name.clone(), address), now).map_err(|wait| {
            // It was not let in, so it takes nothing from the tries at other accounts.
            tries.addresses.give_back(&address);
            AuthError::Throttled { wait }
        })
    }

    /// Takes a try at an account from wherever it comes. Only for what nobody gets to who does not know the password:
    /// otherwise whoever knows a name could keep its owner out.
    ///
    /// # Errors
    /// When there were too many: how long to wait.
    pub fn try_account(&self, name: &NameKey, now: Timestamp) -> Result<(), AuthError> {
        let Some(mut tries) = self.lock() else { return Ok(()) };
        tries.pairs.take((name.clone(), ANYWHERE), now).map_err(|wait| AuthError::Throttled { wait })
    }

    /// It was right: this one try did not count.
    pub fn forgive_account(&self, name: &NameKey) {
        if let Some(mut tries) = self.lock() {
            tries.pairs.give_back(&(name.clone(), ANYWHERE));
        }
    }

    /// The password was right: this one try did not count. Wrong ones before it still do, so that nobody can make room
    /// for more by logging in to an account of their own in between.
    pub fn forgive(&self, name: &NameKey, address: IpAddr) {
        let Some(mut tries) = self.lock() else { return };
        let address = network(address);
        tries.pairs.give_back(&(name.clone(), address));
        tries.addresses.give_back(&address);
    }

    fn lock(&self) -> Option<MutexGuard<'_, Tries>> {
        // A panic between lock and unlock leaves counters behind, nothing that could be wrong.
        Some(self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::config::Config;

    fn throttle() -> Throttle {
        Throttle::new(&Config::defaults().limits)
    }

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    #[test]
    fn what_takes_the_password_first_is_counted_from_everywhere_together() {
        let (throttle, ann) = (throttle(), NameKey::of("code of ann"));
        for _ in 0..5 {
            assert!(throttle.try_account(&ann, Timestamp(0)).is_ok());
        }
        assert!(throttle.try_account(&ann, Timestamp(0)).is_err());
        throttle.forgive_account(&ann);
        assert!(throttle.try_account(&ann, Timestamp(0)).is_ok());
        assert!(throttle.try_login(&ann, address(1), Timestamp(0)).is_ok(), "a count of its own");
    }

    #[test]
    fn the_sixth_wrong_try_waits_and_time_helps() {
        let (throttle, ann) = (throttle(), NameKey::of("ann"));
        for _ in 0..5 {
            assert!(throttle.try_login(&ann, address(1), Timestamp(0)).is_ok());
        }
        assert!(throttle.try_login(&ann, address(1), Timestamp(0)).is_err());
        assert!(throttle.try_login(&ann, address(1), Timestamp(12_001)).is_ok());
    }

    #[test]
    fn nobody_can_keep_the_owner_of_an_account_out() {
        let (throttle, ann) = (throttle(), NameKey::of("ann"));
        for last in 1..=200 {
            for _ in 0..10 {
                let _ = throttle.try_login(&ann, address(last), Timestamp(0));
            }
        }
        assert!(throttle.try_login(&ann, address(201), Timestamp(0)).is_ok());
        // Nor by being at the same place, as long as it is about one account.
        assert!(throttle.try_login(&NameKey::of("bob"), address(1), Timestamp(0)).is_ok());
    }

    #[test]
    fn one_address_cannot_walk_through_the_names() {
        let throttle = throttle();
        let walked = (0..100)
            .filter(|number| throttle.try_login(&NameKey::of(&format!("n{number}")), address(1), Timestamp(0)).is_ok());
        assert_eq!(walked.count(), 20);
        assert!(throttle.try_login(&NameKey::of("n"), address(2), Timestamp(0)).is_ok());
    }

    #[test]
    fn a_right_password_does_not_count_and_makes_no_room_for_wrong_ones() {
        let throttle = throttle();
        let (ann, eve) = (NameKey::of("ann"), NameKey::of("eve"));
        for _ in 0..50 {
            assert!(throttle.try_login(&eve, address(1), Timestamp(0)).is_ok());
            throttle.forgive(&eve, address(1));
        }
        for _ in 0..5 {
            assert!(throttle.try_login(&ann, address(1), Timestamp(0)).is_ok());
        }
        assert!(throttle.try_login(&eve, address(1), Timestamp(0)).is_ok());
        throttle.forgive(&eve, address(1));
        assert!(throttle.try_login(&ann, address(1), Timestamp(0)).is_err());
    }
}
