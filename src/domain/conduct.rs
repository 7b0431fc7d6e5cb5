//! Who is shut out of the server or may not write on it, and the audit of what was decided: everything that admins and
//! moderators say about people, as all doors hold it in memory.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use derive_more::{Display, Error};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::address_range::AddressRange;
use super::clock::Timestamp;
use super::ids::UserId;
use super::name::UserName;
use super::person::Author;

/// Addresses that can be banned together: any range that is not nearly everybody, written as `192.0.2.0/24` or
/// `2001:db8::/32`. What stands behind the prefix counts for nothing: two ways to write one network would be two bans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display)]
pub struct Network(AddressRange);

/// What is wrong with a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum BadNetwork {
    /// It is none.
    #[display("write an address such as 192.0.2.7, or a network such as 192.0.2.0/24 or 2001:db8::/32")]
    NotANetwork,
    /// It would be nearly everybody.
    #[display("this network is too large: at least /8 for IPv4 and /16 for IPv6")]
    TooLarge,
}

impl Network {
    /// True when the address lies in it. An IPv4 address in the clothes of IPv6 is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(address)
    }
}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let (address, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(one, bits)| (one, Some(bits)));
        let address = address.parse::<IpAddr>().map_err(|_| BadNetwork::NotANetwork)?.to_canonical();
        let (length, least) = if address.is_ipv4() { (32, 8) } else { (128, 16) };
        let bits = bits.map_or(Ok(length), str::parse::<u32>).map_err(|_| BadNetwork::NotANetwork)?;
        let range = AddressRange::around(address, bits).ok_or(BadNetwork::NotANetwork)?;
        if bits < least { Err(BadNetwork::TooLarge) } else { Ok(Self(range)) }
    }
}

impl Serialize for Network {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Whom a ban shuts out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Banned {
    /// An account.
    Account(Author),
    /// Whoever comes from there.
    Network(Network),
}

/// Somebody is shut out of the whole server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// Its number.
    pub id: i64,
    /// Whom.
    pub who: Banned,
    /// Why; also told to whoever is shut out.
    pub reason: String,
    /// Who decided it.
    pub made_by: Author,
    /// When.
    pub made_at: Timestamp,
    /// Until when; `None` for ever.
    pub ends_at: Option<Timestamp>,
}

/// A ban from the whole server, as programs read it: of an account or of a network.
#[derive(Serialize, ToSchema)]
#[schema(as = Ban)]
pub struct ShownBan<'a> {
    id: i64,
    user: Option<&'a UserName>,
    #[schema(value_type = Option<String>)]
    network: Option<&'a Network>,
    /// Also told to whoever is shut out.
    reason: &'a str,
    made_by: &'a UserName,
    made_at: Timestamp,
    /// `null` for ever.
    ends_at: Option<Timestamp>,
}

impl Ban {
    /// The ban as programs read it.
    #[must_use]
    pub fn shown(&self) -> ShownBan<'_> {
        let (user, network) = match &self.who {
            Banned::Account(account) => (Some(&account.name), None),
            Banned::Network(network) => (None, Some(network)),
        };
        ShownBan {
            id: self.id,
            user,
            network,
            reason: &self.reason,
            made_by: &self.made_by.name,
            made_at: self.made_at,
            ends_at: self.ends_at,
        }
    }

    /// The same as a value.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!(self.shown())
    }

    /// True while it shuts anybody out.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| end > now)
    }
}

/// Everything that was decided about people. Small, and read by all doors: it is replaced as a whole when it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conduct {
    /// Accounts whose logins do not work, and why.
    pub suspended: HashMap<UserId, String>,
    /// Accounts that read and do not write.
    pub silenced: HashSet<UserId>,
    /// New accounts that are trusted before their time.
    pub trusted: HashSet<UserId>,
    /// Bans, the ended ones too.
    pub bans: Vec<Ban>,
}

impl Conduct {
    /// Why this account, or whoever comes from this address, is not let in; an empty reason where none was given.
    #[must_use]
    pub fn shut_out(&self, user: Option<UserId>, address: Option<IpAddr>, now: Timestamp) -> Option<&str> {
        let suspended = user.and_then(|user| self.suspended.get(&user));
        let hits = |ban: &&Ban| {
            ban.is_in_force(now)
                && match &ban.who {
                    Banned::Account(account) => user == Some(account.id),
                    Banned::Network(network) => address.is_some_and(|address| network.contains(address)),
                }
        };
        let banned = || self.bans.iter().find(hits).map(|ban| &ban.reason);
        suspended.or_else(banned).map(String::as_str)
    }

    /// True when this new account is not yet trusted. Ids of accounts tell when they were made (RFC 9562, section 5.7).
    #[must_use]
    pub fn is_new(&self, user: UserId, quarantine: Duration, now: Timestamp) -> bool {
        let made = user.0.get_timestamp().map(|made| made.to_unix());
        let made = made.map(|(seconds, nanos)| {
            Timestamp(i64::try_from(seconds).unwrap_or(0) * 1000 + i64::from(nanos / 1_000_000))
        });
        !self.trusted.contains(&user) && made.is_some_and(|made| now.since(made) < quarantine)
    }
}

#[cfg(test)]
mod tests {
    use super::super::name::UserName;
    use super::*;
    use uuid::{NoContext, Uuid};

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn network(text: &str) -> Network {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn author(id: u128) -> Author {
        Author { id: UserId(Uuid::from_u128(id)), name: UserName::trusted("ann".to_owned()) }
    }

    fn ban(who: Banned, ends_at: Option<Timestamp>) -> Ban {
        Ban { id: 1, who, reason: "spam".to_owned(), made_by: author(9), made_at: NOW, ends_at }
    }

    #[test]
    fn networks_hold_what_begins_alike() {
        for (text, inside, outside) in [
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.200/24", "192.0.2.1", "192.0.3.1"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("::ffff:192.0.2.7", "192.0.2.7", "::1"),
        ] {
            let network = network(text);
            assert!(network.contains(inside.parse().expect("an address")), "{inside} in {text}");
            assert!(!network.contains(outside.parse().expect("an address")), "{outside} not in {text}");
        }
        assert_eq!(network("192.0.2.200/24").to_string(), "192.0.2.0/24");
        assert!(network("192.0.2.0/24").contains("::ffff:192.0.2.9".parse().expect("an address")));
    }

    #[test]
    fn what_is_no_network_is_told() {
        for text in ["", "x", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2/24", "::1/129", "1.2.3.4/24/8"] {
            assert_eq!(text.parse::<Network>(), Err(BadNetwork::NotANetwork), "{text}");
        }
        for text in ["0.0.0.0/0", "10.0.0.0/7", "::/0", "2000::/3"] {
            assert_eq!(text.parse::<Network>(), Err(BadNetwork::TooLarge), "{text}");
        }
    }

    #[test]
    fn the_banned_and_the_suspended_are_shut_out_until_the_end() {
        let address = Some("192.0.2.7".parse().expect("an address"));
        let (ann, bob) = (author(1), author(2));
        let end = Timestamp(NOW.0 + 1);
        let mut conduct = Conduct {
            bans: vec![
                ban(Banned::Account(ann.clone()), Some(end)),
                ban(Banned::Network(network("192.0.2.0/24")), None),
            ],
            ..Conduct::default()
        };
        assert_eq!(conduct.shut_out(Some(ann.id), None, NOW), Some("spam"));
        assert_eq!(conduct.shut_out(Some(ann.id), None, end), None);
        assert_eq!(conduct.shut_out(Some(bob.id), None, NOW), None);
        assert_eq!(conduct.shut_out(Some(bob.id), address, end), Some("spam"));
        assert_eq!(conduct.shut_out(None, address, NOW), Some("spam"));
        conduct.suspended.insert(bob.id, String::new());
        assert_eq!(conduct.shut_out(Some(bob.id), None, NOW), Some(""));
    }

    #[test]
    fn an_account_is_new_for_a_while_unless_somebody_trusts_it() {
        let made = uuid::Timestamp::from_unix(NoContext, 1_800_000_000, 0);
        let user = UserId(Uuid::new_v7(made));
        let mut conduct = Conduct::default();
        let day = Duration::from_hours(24);
        assert!(conduct.is_new(user, day, Timestamp(NOW.0 + 1000)));
        assert!(!conduct.is_new(user, day, Timestamp(NOW.0 + 86_400_000)));
        assert!(!conduct.is_new(user, Duration::ZERO, NOW));
        conduct.trusted.insert(user);
        assert!(!conduct.is_new(user, day, NOW));
    }
}
