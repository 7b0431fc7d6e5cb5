//! How much one person may write, whatever they write it through: each account has one allowance for all its sessions
//! and requests, so that fifty sessions do not write fifty times as much. A plain struct; the actor owns it.
//!
//! Guests are counted for each session, at their gateway: a name is no account, and several people may come with one
//! cookie. Their requests are counted here.

use std::collections::HashMap;

use tokio::sync::watch;

use crate::config::LimitsConfig;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::person::Person;
use crate::domain::token_bucket::{Rate, TokenBucket};
use crate::protocol::command::Command;
use crate::protocol::error_code::Problem;

/// The allowances of those who have written lately.
pub struct Allowances {
    limits: watch::Receiver<LimitsConfig>,
    rate: Option<Rate>,
    buckets: HashMap<UserId, TokenBucket>,
}

impl Allowances {
    /// As much for each as these limits say.
    pub fn new(limits: watch::Receiver<LimitsConfig>) -> Self {
        let rate = limits.borrow().messages();
        Self { limits, rate, buckets: HashMap::new() }
    }

    /// Counts what comes over a session. Its gateway has counted it for the session before.
    ///
    /// # Errors
    /// When there was too much: how long to wait.
    pub fn spend_by_session(&mut self, person: &Person, command: &Command, now: Timestamp) -> Result<(), Problem> {
        if person.is_guest() || !command.is_costly() { Ok(()) } else { self.spend(person.id, now) }
    }

    /// Counts what comes by a request, whatever the page or endpoint. A page of history does not count: the request
    /// waits for it, so that requests are their own limit.
    ///
    /// # Errors
    /// When there was too much: how long to wait.
    pub fn spend_by_request(&mut self, person: &Person, command: &Command, now: Timestamp) -> Result<(), Problem> {
        if !command.is_costly() || command.reads_history() { Ok(()) } else { self.spend(person.id, now) }
    }

    /// Counts what a guest says in a session by a request, beside `spend_by_session`, which counts accounts.
    ///
    /// # Errors
    /// When there was too much: how long to wait.
    pub fn spend_for_guest(&mut self, person: &Person, command: &Command, now: Timestamp) -> Result<(), Problem> {
        if person.is_guest() && command.is_costly() { self.spend(person.id, now) } else { Ok(()) }
    }

    /// Forgets those who have not written for so long that it makes no difference.
    pub fn forget_full(&mut self, now: Timestamp) {
        if let Some(rate) = self.rate {
            self.buckets.retain(|_, bucket| !bucket.is_full(rate, now));
        }
    }

    fn spend(&mut self, user: UserId, now: Timestamp) -> Result<(), Problem> {
        // To ask costs a look at a number, unless there is news.
        if self.limits.has_changed().unwrap_or(false) {
            self.rate = self.limits.borrow_and_update().messages();
        }
        let Some(rate) = self.rate else { return Ok(()) };
        let bucket = self.buckets.entry(user).or_insert_with(|| TokenBucket::full(rate, now));
        bucket.take(rate, now).map_err(Problem::rate_limited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::grant::Grant;
    use crate::domain::name::{RoomName, UserName};
    use crate::domain::person::{SiteRole, Standing};
    use uuid::Uuid;

    fn person(standing: Standing) -> Person {
        let name = UserName::trusted("ann".into());
        Person { id: UserId(Uuid::from_u128(1)), name, standing, device: None, grant: Grant::ALL }
    }

    #[test]
    fn an_account_has_one_allowance_for_sessions_and_requests_and_a_guest_only_for_requests() {
        let room = RoomName::trusted("lobby".into());
        let (costly, now) = (Command::Typing { room }, Timestamp(0));
        let limits = LimitsConfig { message_rate: 1, message_burst: 2, ..crate::config::Config::defaults().limits };
        let mut allowances = Allowances::new(watch::Sender::new(limits).subscribe());
        let ann = person(Standing::Account(SiteRole::Member));

        assert!(allowances.spend_by_session(&ann, &costly, now).is_ok());
        assert!(allowances.spend_by_request(&ann, &costly, now).is_ok());
        assert!(allowances.spend_by_session(&ann, &costly, now).is_err());
        assert!(allowances.spend_by_request(&ann, &costly, now).is_err());
        assert!(allowances.spend_by_session(&ann, &Command::Ping, now).is_ok());

        let later = Timestamp(60_000);
        allowances.forget_full(later);
        assert!(allowances.buckets.is_empty());
        let guest = person(Standing::Guest);
        assert!((0..9).all(|_| allowances.spend_by_session(&guest, &costly, later).is_ok()));
        assert_eq!((0..9).filter(|_| allowances.spend_by_request(&guest, &costly, later).is_ok()).count(), 2);
    }
}
