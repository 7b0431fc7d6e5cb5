//! How often one person may search. A search costs more than a message, and nothing is written that would slow down
//! whoever asks too much.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::config::LimitsConfig;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::network::network;
use crate::domain::person::Person;
use crate::domain::token_bucket::{Rate, TokenBucket};
use crate::protocol::error_code::Problem;

/// Searches by form or program.
const SEARCHES: Rate = Rate { per_second: 2.0, burst: 20.0 };
/// Searches while somebody types: one for each letter of somebody who types fast.
const LETTERS: Rate = Rate { per_second: 10.0, burst: 60.0 };
/// Buckets that are kept; more means a flood, and then full ones are forgotten.
const BUCKETS: usize = 10_000;

/// Who is counted: an account, or everybody without one at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Counted {
    Account(UserId),
    Network(IpAddr),
}

/// Counts searches.
pub struct Allowance(Option<Mutex<HashMap<(Counted, bool), TokenBucket>>>);

impl Allowance {
    /// Off when rate limits are.
    #[must_use]
    pub fn new(limits: &LimitsConfig) -> Self {
        Self(limits.rate_limits.then(Mutex::default))
    }

    /// Counts one search.
    ///
    /// # Errors
    /// When there were too many: how long to wait.
    pub fn spend(&self, person: &Person, address: IpAddr, is_typing: bool, now: Timestamp) -> Result<(), Problem> {
        let Some(buckets) = &self.0 else { return Ok(()) };
        let rate = if is_typing { LETTERS } else { SEARCHES };
        let who = if person.is_guest() { Counted::Network(network(address)) } else { Counted::Account(person.id) };
        // A panic between lock and unlock leaves counters behind, nothing that could be wrong.
        let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS {
            buckets.retain(|(_, is_typing), bucket| !bucket.is_full(if *is_typing { LETTERS } else { SEARCHES }, now));
            // Still too many: forgetting them all lets some search a little more.
            if buckets.len() >= BUCKETS {
                buckets.clear();
            }
        }
        let bucket = buckets.entry((who, is_typing)).or_insert_with(|| TokenBucket::full(rate, now));
        bucket.take(rate, now).map_err(Problem::rate_limited)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use uuid::Uuid;

    use super::*;
    use crate::config::Config;
    use crate::domain::grant::Grant;
    use crate::domain::name::UserName;
    use crate::domain::person::{SiteRole, Standing};

    fn person(id: u128, standing: Standing) -> Person {
        Person {
            id: UserId(Uuid::from_u128(id)),
            name: UserName::trusted("ann".into()),
            standing,
            device: None,
            grant: Grant::ALL,
        }
    }

    #[test]
    fn an_account_is_counted_wherever_it_is_and_guests_by_their_address() {
        let allowance = Allowance::new(&LimitsConfig { rate_limits: true, ..Config::defaults().limits });
        let address = |last| IpAddr::V4(Ipv4Addr::new(192, 0, 2, last));
        let spend =
            |id, standing, last| allowance.spend(&person(id, standing), address(last), false, Timestamp(0)).is_ok();
        let member = Standing::Account(SiteRole::Member);

        assert_eq!((0..30).filter(|last| spend(1, member, *last)).count(), 20);
        assert!(spend(2, member, 1));
        assert_eq!((0..30).filter(|id| spend(*id, Standing::Guest, 1)).count(), 20);
        assert!(spend(1, Standing::Guest, 2));
        assert!(
            allowance.spend(&person(1, member), address(1), true, Timestamp(0)).is_ok(),
            "letters are counted apart"
        );
        assert!(allowance.spend(&person(1, member), address(1), false, Timestamp(500)).is_ok(), "it comes back");
    }
}
