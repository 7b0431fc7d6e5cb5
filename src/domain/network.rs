//! What counts as one address where people are told apart by where they come from, and which addresses everybody may
//! reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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

/// An address of the public Internet, as far as its number tells: not of this machine, of a private network, of a single
/// link, of many at once, nor kept back for something else (RFC 6890 and the registries of IANA that follow it). Where IPv6
/// carries an IPv4 address, that one counts.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// An address at which one machine can be found, of whatever network: not "any", not many at once, and none of a single
/// link, where clouds keep what only their own machines may ask.
#[must_use]
pub fn is_one_machine(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, ..] = v4.octets();
            first != 0 && !v4.is_link_local() && first < 224
        }
        IpAddr::V6(v6) => !v6.is_unspecified() && !v6.is_multicast() && !v6.is_unicast_link_local(),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    /// First address and length of the prefix.
    const NOT_PUBLIC: [(Ipv4Addr, u32); 15] = [
        (Ipv4Addr::UNSPECIFIED, 8),
        (Ipv4Addr::new(10, 0, 0, 0), 8),
        (Ipv4Addr::new(100, 64, 0, 0), 10),
        (Ipv4Addr::new(127, 0, 0, 0), 8),
        (Ipv4Addr::new(169, 254, 0, 0), 16),
        (Ipv4Addr::new(172, 16, 0, 0), 12),
        (Ipv4Addr::new(192, 0, 0, 0), 24),
        (Ipv4Addr::new(192, 0, 2, 0), 24),
        (Ipv4Addr::new(192, 88, 99, 0), 24),
        (Ipv4Addr::new(192, 168, 0, 0), 16),
        (Ipv4Addr::new(198, 18, 0, 0), 15),
        (Ipv4Addr::new(198, 51, 100, 0), 24),
        (Ipv4Addr::new(203, 0, 113, 0), 24),
        (Ipv4Addr::new(224, 0, 0, 0), 4),
        (Ipv4Addr::new(240, 0, 0, 0), 4),
    ];
    let is_in = |(first, bits): &(Ipv4Addr, u32)| (v4.to_bits() ^ first.to_bits()) >> (32 - bits) == 0;
    !NOT_PUBLIC.iter().any(is_in)
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    match v6.segments() {
        // Translated to IPv4 on the way (RFC 6052, section 2.1).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_v4(Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low)))
        }
        // Special purposes, Teredo among them; examples; 6to4, which may lead anywhere; examples again.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x2002, ..] => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // All that is given out so far (RFC 4291, section 2.4).
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        let is_public = |text: &str| is_public(text.parse().expect("an address"));
        for good in
            ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "192.0.1.1", "223.255.255.255", "2606:4700::1111"]
        {
            assert!(is_public(good), "{good}");
        }
        for good in ["64:ff9b::808:808", "2001:200::1", "2a00:1450:4001:80b::200e"] {
            assert!(is_public(good), "{good}");
        }
        for bad in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!is_public(bad), "{bad}");
            assert!(!is_public(&format!("::ffff:{bad}")), "{bad} in the clothes of IPv6");
            assert!(!is_public(&format!("64:ff9b::{bad}")), "{bad} translated");
        }
        for bad in [
            "::",
            "::1",
            "::1.2.3.4",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "fec0::1",
            "2001::1",
            "2001:db8::1",
            "2001:10::1",
            "2002:7f00:1::1",
            "3fff::1",
            "100::1",
            "5f00::1",
            "64:ff9b:1::1",
        ] {
            assert!(!is_public(bad), "{bad}");
        }
    }

    #[test]
    fn a_machine_of_a_home_network_is_one_and_its_link_is_none() {
        let is_one = |text: &str| is_one_machine(text.parse().expect("an address"));
        for good in ["127.0.0.1", "192.168.1.7", "10.1.2.3", "::1", "fd12::1", "1.1.1.1"] {
            assert!(is_one(good), "{good}");
        }
        for bad in [
            "0.0.0.0",
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_one(bad), "{bad}");
        }
    }

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
