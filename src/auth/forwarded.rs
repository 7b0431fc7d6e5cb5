//! Whose address is this? The one place that decides it, for every door: who is counted, what the log names, whether a
//! browser came over TLS, under which name it knows the server.
//!
//! What a request says about itself is believed only from a proxy that the settings name. Everybody else can write such
//! headers too, and they change nothing.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::domain::address_range::AddressRange;

/// What is known of a connection, whatever is said on it.
#[derive(Debug, Clone, Default)]
pub struct Doorway {
    /// Who is believed.
    pub trusted: Vec<AddressRange>,
    /// Whether the connections of this server are under TLS.
    pub is_tls: bool,
}

/// What a request says about where it comes from: the values of each header, in their order.
#[derive(Debug, Clone, Default)]
pub struct Said<'a> {
    /// `X-Forwarded-For`
    pub x_for: Vec<&'a str>,
    /// `X-Forwarded-Proto`
    pub x_proto: Vec<&'a str>,
    /// `X-Forwarded-Host`
    pub x_host: Vec<&'a str>,
    /// `Forwarded` (RFC 7239)
    pub forwarded: Vec<&'a str>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Where they are.
    pub address: IpAddr,
    /// Whether they came over TLS.
    pub is_secure: bool,
    /// The name under which they know the server, where a proxy tells; else that of the request counts.
    pub host: Option<String>,
}

/// One proxy's account of whom it asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Account<'a> {
    /// Everybody on the way, the nearest one last.
    addresses: Vec<Option<IpAddr>>,
    proto: Option<&'a str>,
    host: Option<&'a str>,
}

impl Doorway {
    /// Who asks on a connection from this address.
    #[must_use]
    pub fn caller(&self, peer: Option<IpAddr>, said: &Said<'_>) -> Caller {
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.to_canonical());
        let direct = Caller { address: peer, is_secure: self.is_tls, host: None };
        if !self.trusts(peer) {
            return direct;
        }
        let account = match (x_account(said), standard_account(said)) {
            (Some(account), None) | (None, Some(account)) => account,
            // A proxy writes one of them and lets the other pass as the client has written it. Which one, nobody knows.
            (Some(one), Some(other)) if one.addresses == other.addresses => {
                Account { proto: one.proto.or(other.proto), host: one.host.or(other.host), ..one }
            }
            _ => return direct,
        };
        let is_secure = match account.proto {
            Some(proto) => ["https", "wss"].iter().any(|secure| proto.eq_ignore_ascii_case(secure)),
            None => self.is_tls,
        };
        let host = account.host.filter(|host| is_host(host)).map(str::to_owned);
        Caller { address: self.farthest(peer, &account.addresses), is_secure, host }
    }

    /// True when a trusted proxy passes on two accounts that name different people. It writes one of them; the other came from
    /// the client, and would hide where they are.
    #[must_use]
    pub fn is_contradicted(&self, peer: Option<IpAddr>, said: &Said<'_>) -> bool {
        let is_trusted = peer.is_some_and(|peer| self.trusts(peer.to_canonical()));
        is_trusted
            && match (x_account(said), standard_account(said)) {
                (Some(one), Some(other)) => one.addresses != other.addresses,
                _ => false,
            }
    }

    /// True for a proxy that the settings name.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|range| range.contains(address))
    }

    /// From the nearest on, the first one that is not trusted: what it says of those behind it may be a lie. Where a
    /// trusted one says something that is no address, it stands for whoever is behind it.
    fn farthest(&self, peer: IpAddr, addresses: &[Option<IpAddr>]) -> IpAddr {
        let mut farthest = peer;
        for address in addresses.iter().rev() {
            let Some(address) = address else { break };
            farthest = *address;
            if !self.trusts(farthest) {
                break;
            }
        }
        farthest
    }
}

fn x_account<'a>(said: &Said<'a>) -> Option<Account<'a>> {
    let nearest = |values: &[&'a str]| values.last().and_then(|value| value.rsplit(',').next()).map(str::trim);
    let account = Account {
        addresses: said.x_for.iter().flat_map(|value| value.split(',')).map(|value| address(value.trim())).collect(),
        proto: nearest(&said.x_proto),
        host: nearest(&said.x_host),
    };
    (account != Account::default()).then_some(account)
}

fn standard_account<'a>(said: &Said<'a>) -> Option<Account<'a>> {
    let elements: Vec<&str> = said.forwarded.iter().flat_map(|value| split_outside_quotes(value, b',')).collect();
    let nearest = *elements.last()?;
    let addresses = elements.iter().map(|element| parameter(element, "for").and_then(|text| address(unquoted(text))));
    Some(Account {
        addresses: addresses.collect(),
        proto: parameter(nearest, "proto").map(unquoted),
        host: parameter(nearest, "host").map(unquoted),
    })
}

/// Names of parameters do not mind their case (RFC 7239, section 4).
fn parameter<'a>(element: &'a str, wanted: &str) -> Option<&'a str> {
    let pairs = split_outside_quotes(element, b';').into_iter().filter_map(|pair| pair.split_once('='));
    pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim()).next()
}

/// None of what is looked for holds a quote or a backslash: such a value is no address and no host, and is dropped then.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

fn split_outside_quotes(text: &str, separator: u8) -> Vec<&str> {
    let (mut parts, mut start, mut is_quoted) = (Vec::new(), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            byte if byte == separator && !is_quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// An address, alone, in brackets, or with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = || text.parse::<IpAddr>().ok();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare().or_else(bracketed).or_else(with_port).map(|address| address.to_canonical())
}

/// True for what can be a host, with or without a port, as far as its characters tell.
#[must_use]
pub fn is_host(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    !text.is_empty() && text.len() <= 260 && text.bytes().all(good)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn doorway() -> Doorway {
        let trusted = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"].map(|range| AddressRange::parse(range).expect("good"));
        Doorway { trusted: trusted.to_vec(), is_tls: false }
    }

    fn address_of(peer: &str, said: &Said<'_>) -> String {
        doorway().caller(Some(ip(peer)), said).address.to_string()
    }

    #[test]
    fn nobody_is_believed_but_a_trusted_proxy() {
        let said = Said {
            x_for: vec!["198.51.100.7"],
            x_proto: vec!["https"],
            x_host: vec!["chat.example"],
            forwarded: vec![],
        };

        let forged = doorway().caller(Some(ip("203.0.113.5")), &said);
        let forwarded = doorway().caller(Some(ip("10.1.1.1")), &said);

        assert_eq!(forged, Caller { address: ip("203.0.113.5"), is_secure: false, host: None });
        let host = Some("chat.example".to_owned());
        assert_eq!(forwarded, Caller { address: ip("198.51.100.7"), is_secure: true, host });
        assert_eq!(Doorway::default().caller(Some(ip("127.0.0.1")), &said).address, ip("127.0.0.1"));
    }

    #[test]
    fn the_nearest_one_that_is_not_trusted_counts() {
        let x_for = |values: &[&'static str]| Said { x_for: values.to_vec(), ..Said::default() };
        for (values, expected) in [
            (&["6.6.6.6, 198.51.100.7"][..], "198.51.100.7"),
            (&["6.6.6.6", "198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            (&["10.0.0.9, 10.0.0.2"], "10.0.0.9"),
            (&["198.51.100.7:4711"], "198.51.100.7"),
            (&["[2001:db8::1]:80"], "2001:db8::1"),
            (&["2001:db8::1"], "2001:db8::1"),
            (&["::ffff:198.51.100.7"], "198.51.100.7"),
            (&["6.6.6.6, unknown"], "10.1.1.1"),
            (&["6.6.6.6, unknown, 10.0.0.2"], "10.0.0.2"),
            (&[""], "10.1.1.1"),
        ] {
            assert_eq!(address_of("10.1.1.1", &x_for(values)), expected, "{values:?}");
        }
    }

    #[test]
    fn the_standard_header_says_the_same() {
        let forwarded = |value| Said { forwarded: vec![value], ..Said::default() };
        for (value, expected) in [
            ("for=198.51.100.7", "198.51.100.7"),
            ("For=\"198.51.100.7:4711\";proto=https", "198.51.100.7"),
            ("for=6.6.6.6, for=\"[2001:db8::1]:4711\"", "2001:db8::1"),
            ("for=6.6.6.6, for=198.51.100.7;by=\"a,b\", for=10.0.0.3", "198.51.100.7"),
            ("for=6.6.6.6, for=_hidden", "10.1.1.1"),
            ("for=6.6.6.6, proto=https", "10.1.1.1"),
        ] {
            assert_eq!(address_of("10.1.1.1", &forwarded(value)), expected, "{value}");
        }
        let caller =
            doorway().caller(Some(ip("10.1.1.1")), &forwarded("for=198.51.100.7;proto=https;host=\"a.example:444\""));
        assert_eq!((caller.is_secure, caller.host.as_deref()), (true, Some("a.example:444")));
    }

    #[test]
    fn two_accounts_that_differ_are_both_not_believed() {
        let said = |forwarded| Said {
            x_for: vec!["198.51.100.7"],
            x_proto: vec!["https"],
            forwarded: vec![forwarded],
            ..Said::default()
        };

        assert_eq!(address_of("10.1.1.1", &said("for=127.0.0.1")), "10.1.1.1");
        assert!(!doorway().caller(Some(ip("10.1.1.1")), &said("for=127.0.0.1")).is_secure);
        assert_eq!(address_of("10.1.1.1", &said("for=198.51.100.7")), "198.51.100.7");
        let is_contradicted = |peer, forwarded| doorway().is_contradicted(Some(ip(peer)), &said(forwarded));
        assert!(is_contradicted("10.1.1.1", "for=127.0.0.1"));
        assert!(!is_contradicted("10.1.1.1", "for=198.51.100.7"));
        assert!(!is_contradicted("203.0.113.5", "for=127.0.0.1"), "nobody listens to a stranger");
    }

    #[test]
    fn a_host_that_is_none_is_dropped_and_a_server_under_tls_knows_it_by_itself() {
        let said = Said { x_host: vec!["a.example\" onload=\"x"], ..Said::default() };
        assert_eq!(doorway().caller(Some(ip("10.1.1.1")), &said).host, None);

        let under_tls = Doorway { is_tls: true, ..doorway() };
        assert!(under_tls.caller(Some(ip("203.0.113.5")), &Said::default()).is_secure);
        let plain = Said { x_proto: vec!["http"], ..Said::default() };
        assert!(!under_tls.caller(Some(ip("10.1.1.1")), &plain).is_secure, "the browser came without");
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic_or_makes_a_stranger_another(one in "\\PC{0,60}", two in "[for=,;\" a-f0-9.:\\[\\]]{0,60}") {
            let said = Said { x_for: vec![&one, &two], x_proto: vec![&two], x_host: vec![&one], forwarded: vec![&two] };
            let _ = doorway().caller(Some(ip("10.0.0.1")), &said);
            prop_assert_eq!(address_of("203.0.113.5", &said), "203.0.113.5");
        }
    }
}
