//! How many connections one address may have, and how quickly it may open them. Used by every gateway before it does any
//! work for a newcomer. Thread-safe, without a transport and without a clock of its own.
//!
//! What is remembered of an address is one small record, shared by its permits; a permit is one pointer, because every
//! idle connection holds one. Records of addresses without a connection are forgotten once they would change nothing,
//! and in a flood of addresses before that.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::LimitsConfig;
use crate::domain::clock::Timestamp;
use crate::domain::network::network;
use crate::domain::token_bucket::{Rate, TokenBucket};
use crate::protocol::error_code::{ErrorCode, Problem};

/// Parts of the record with a lock each, so that threads seldom wait for one another.
const SHARDS: usize = 16;
/// Records of addresses without a connection that one part keeps: about 100 bytes each. More means a flood.
const IDLE: usize = 1024;

/// Decides who may connect. One for the whole server.
pub struct Admission {
    limits: Option<Limits>,
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
}

#[derive(Clone, Copy)]
struct Limits {
    connections: u32,
    handshakes: Rate,
}

struct Shard {
    addresses: HashMap<IpAddr, Record>,
    /// At this size it is looked for what can be forgotten.
    tidy_at: usize,
}

struct Record {
    open: Arc<AtomicU32>,
    handshakes: TokenBucket,
}

/// The place of one connection; dropping it gives the place back.
#[derive(Debug)]
pub struct Permit(Option<Arc<AtomicU32>>);

impl Admission {
    /// As the settings say; with `rate_limits` off everybody may.
    #[must_use]
    pub fn new(settings: &LimitsConfig) -> Self {
        let limits = Limits {
            connections: settings.connections_per_address,
            handshakes: Rate {
                per_second: f64::from(settings.handshakes_per_second),
                burst: f64::from(settings.handshake_burst),
            },
        };
        let shard = || Mutex::new(Shard { addresses: HashMap::new(), tidy_at: IDLE });
        Self {
            limits: settings.rate_limits.then_some(limits),
            shards: std::array::from_fn(|_| shard()),
            hasher: RandomState::new(),
        }
    }

    /// Counts a handshake from this address and takes a place for its connection.
    ///
    /// # Errors
    /// `rate_limited`: the address has too many connections, or opens them too quickly. A refusal takes no place.
    pub fn handshake(&self, address: IpAddr, now: Timestamp) -> Result<Permit, Problem> {
        self.admit(address, now, true)
    }

    /// Takes a place for a connection from this address, for a door without a handshake that costs anything.
    ///
    /// # Errors
    /// `rate_limited`: the address has too many connections.
    pub fn connection(&self, address: IpAddr, now: Timestamp) -> Result<Permit, Problem> {
        self.admit(address, now, false)
    }

    fn admit(&self, address: IpAddr, now: Timestamp, is_handshake: bool) -> Result<Permit, Problem> {
        let Some(limits) = self.limits else { return Ok(Permit(None)) };
        let address = network(address);
        let mut shard = self.shard(address);
        shard.tidy(limits.handshakes, now);
        let record = shard
            .addresses
            .entry(address)
            .or_insert_with(|| Record { open: Arc::default(), handshakes: TokenBucket::full(limits.handshakes, now) });
        // Places are taken under the lock of the part only, so nobody can overtake between the look and the step.
        if record.open.load(Ordering::Acquire) >= limits.connections {
            return Err(too_many_open(limits.connections));
        }
        if is_handshake {
            record.handshakes.take(limits.handshakes, now).map_err(Problem::rate_limited)?;
        }
        record.open.fetch_add(1, Ordering::AcqRel);
        Ok(Permit(Some(Arc::clone(&record.open))))
    }

    fn shard(&self, address: IpAddr) -> MutexGuard<'_, Shard> {
        // The hash has a secret key: nobody can choose addresses that all wait for one lock.
        let at = usize::try_from(self.hasher.hash_one(address) % SHARDS as u64).unwrap_or(0);
        // A panic between lock and unlock leaves counters behind, nothing that could be wrong.
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    /// Forgets addresses without a connection: those whose record says nothing any more, and every second one of the
    /// others when there is a flood of them. Done once in so many newcomers, so that it costs each of them little.
    fn tidy(&mut self, rate: Rate, now: Timestamp) {
        if self.addresses.len() < self.tidy_at {
            return;
        }
        let mut idle = 0_usize;
        self.addresses.retain(|_, record| {
            let is_idle = record.is_idle();
            let stays = !is_idle || !record.handshakes.is_full(rate, now);
            idle += usize::from(is_idle && stays);
            stays
        });
        if idle >= IDLE {
            let mut keep = false;
            self.addresses.retain(|_, record| {
                keep ^= record.is_idle();
                keep || !record.is_idle()
            });
        }
        self.tidy_at = self.addresses.len() + IDLE;
    }
}

impl Record {
    fn is_idle(&self) -> bool {
        self.open.load(Ordering::Acquire) == 0
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(open) = &self.0 {
            open.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

fn too_many_open(limit: u32) -> Problem {
    let message = format!("{limit} connections are open from this address; close one first");
    Problem::new(ErrorCode::RateLimited, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn admission(connections: u32, per_second: u32, burst: u32) -> Admission {
        Admission::new(&LimitsConfig {
            connections_per_address: connections,
            handshakes_per_second: per_second,
            handshake_burst: burst,
            ..Config::defaults().limits
        })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn remembered(admission: &Admission) -> usize {
        admission.shards.iter().map(|shard| shard.lock().expect("no panic").addresses.len()).sum()
    }

    #[test]
    fn an_address_has_so_many_places_and_gets_one_back_when_a_connection_ends() {
        let (admission, now) = (admission(2, 100, 100), Timestamp(0));
        let here = address("127.0.0.1");
        let first = admission.handshake(here, now).expect("a place");
        let _second = admission.handshake(here, now).expect("a place");

        let refusal = admission.handshake(here, now).expect_err("no third place");
        assert_eq!(refusal.code, ErrorCode::RateLimited);
        assert!(refusal.message.contains("2 connections"), "{refusal}");
        assert!(admission.handshake(address("127.0.0.2"), now).is_ok(), "another address has places of its own");

        drop(first);
        assert!(admission.handshake(here, now).is_ok());
    }

    #[test]
    fn handshakes_have_a_burst_and_a_rate() {
        let admission = admission(100, 2, 3);
        let here = address("192.0.2.1");
        let mut permits: Vec<Permit> = (0..3).filter_map(|_| admission.handshake(here, Timestamp(0)).ok()).collect();
        assert_eq!(permits.len(), 3);

        let refusal = admission.handshake(here, Timestamp(0)).expect_err("too quick");
        assert_eq!(refusal.retry_after, Some(std::time::Duration::from_millis(500)));
        assert!(admission.connection(here, Timestamp(0)).is_ok(), "what is no handshake is not counted as one");

        permits.clear();
        assert!(admission.handshake(here, Timestamp(0)).is_err(), "ending them does not make room for quicker ones");
        assert!(admission.handshake(here, Timestamp(500)).is_ok());
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let (admission, now) = (admission(1, 100, 100), Timestamp(0));
        let _one = admission.handshake(address("2001:db8::1"), now).expect("a place");
        assert!(admission.handshake(address("2001:db8::2"), now).is_err());
        assert!(admission.handshake(address("2001:db8:0:1::1"), now).is_ok());
    }

    #[test]
    fn without_rate_limits_everybody_comes_in() {
        let limits = LimitsConfig {
            rate_limits: false,
            connections_per_address: 1,
            handshake_burst: 1,
            ..Config::defaults().limits
        };
        let admission = Admission::new(&limits);
        let permits: Vec<_> =
            (0..50).map(|_| admission.handshake(address("192.0.2.1"), Timestamp(0)).expect("a place")).collect();
        assert_eq!((permits.len(), remembered(&admission)), (50, 0));
    }

    #[test]
    fn a_flood_of_addresses_is_not_remembered_and_takes_no_place_from_anybody() {
        let (admission, here) = (admission(1, 1, 100), address("192.0.2.1"));
        let held = admission.handshake(here, Timestamp(0)).expect("a place");
        for number in 0..200_000_u32 {
            let _ = admission.handshake(IpAddr::V4(number.into()), Timestamp(0));
        }
        assert!(remembered(&admission) <= SHARDS * 2 * IDLE + 1, "{}", remembered(&admission));
        assert!(admission.handshake(here, Timestamp(0)).is_err(), "who is connected is not forgotten");

        drop(held);
        // An hour later none of them says anything: they go when newcomers make it worth looking.
        for number in 0..60_000_u32 {
            let later = Timestamp(3_600_000 + i64::from(number) * 1_100);
            let _ = admission.handshake(IpAddr::V4((1 << 30 | number).into()), later);
        }
        assert!(remembered(&admission) <= SHARDS * (IDLE + 200), "{}", remembered(&admission));
    }

    #[test]
    fn threads_at_once_never_take_more_places_than_there_are() {
        let admission = admission(10, 100_000, 1_000_000);
        let most = AtomicU32::new(0);
        let open = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..2_000 {
                        let permits: Vec<Permit> = (0..5)
                            .filter_map(|_| admission.handshake(address("192.0.2.1"), Timestamp(0)).ok())
                            .inspect(|_| {
                                most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                            })
                            .collect();
                        open.fetch_sub(u32::try_from(permits.len()).unwrap_or(0), Ordering::SeqCst);
                    }
                });
            }
        });
        assert!((1..=10).contains(&most.into_inner()));
        let left: Vec<_> =
            (0..11).filter_map(|_| admission.handshake(address("192.0.2.1"), Timestamp(0)).ok()).collect();
        assert_eq!(left.len(), 10, "every place came back");
    }

    #[test]
    fn a_permit_is_one_pointer() {
        assert_eq!(size_of::<Permit>(), size_of::<usize>());
    }
}
