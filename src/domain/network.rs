//! What counts as one address where people are told apart by where they come from.

use std::net::IpAddr;

/// The part of an address that one person holds: all of an IPv4 address, and of IPv6 a whole /64 (RFC 4291, section
/// 2.5.4), or whoever has one could come under as many addresses as they like. An IPv4 address in the clothes of IPv6 is
/// the IPv4 address.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        network(text.parse().expect("an address")).to_string()
    }

    #[test]
    fn a_person_is_one_address_of_ipv4_or_one_network_of_ipv6() {
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
