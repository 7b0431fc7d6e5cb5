//! Ranges of addresses, as people write them: `10.0.0.0/8`, `fd00::/8`, or one address.

use std::net::IpAddr;

use derive_more::Display;

/// All addresses that begin with the same bits (RFC 4632, section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display)]
#[display("{first}/{}", self.bits())]
pub struct AddressRange {
    first: IpAddr,
    /// Bits that are not looked at, counted from the end.
    free_bits: u32,
}

impl AddressRange {
    /// Reads `ADDRESS/BITS` or `ADDRESS`. Bits behind the prefix have to be zero: others are a slip.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) if bits.bytes().all(|byte| byte.is_ascii_digit()) => {
                (address, Some(bits.parse::<u32>().ok()?))
            }
            Some(_) => return None,
            None => (text, None),
        };
        let first: IpAddr = address.parse().ok()?;
        let width = width(first);
        let free_bits = width.checked_sub(bits.unwrap_or(width))?;
        (kept(number(first), free_bits) == number(first)).then_some(Self { first, free_bits })
    }

    /// The range of this length that the address lies in; `None` where no address has so many bits. An IPv4 address in the
    /// clothes of IPv6 is the IPv4 address.
    #[must_use]
    pub fn around(address: IpAddr, bits: u32) -> Option<Self> {
        let address = address.to_canonical();
        let free_bits = width(address).checked_sub(bits)?;
        let first = match address {
            IpAddr::V4(v4) => IpAddr::V4(u32::try_from(kept(v4.to_bits().into(), free_bits)).ok()?.into()),
            IpAddr::V6(v6) => IpAddr::V6(kept(v6.to_bits(), free_bits).into()),
        };
        Some(Self { first, free_bits })
    }

    /// How many bits its addresses share.
    #[must_use]
    pub fn bits(&self) -> u32 {
        width(self.first) - self.free_bits
    }

    /// True for an address of this range. An IPv4 address in the clothes of IPv6 is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && kept(number(address), self.free_bits) == number(self.first)
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_bits().into(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn kept(number: u128, free_bits: u32) -> u128 {
    number.checked_shr(free_bits).and_then(|high| high.checked_shl(free_bits)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(range: &str, address: &str) -> bool {
        AddressRange::parse(range).expect("a range").contains(address.parse().expect("an address"))
    }

    #[test]
    fn a_range_holds_what_begins_like_it() {
        for (range, address) in [
            ("10.0.0.0/8", "10.255.0.1"),
            ("10.0.0.0/8", "::ffff:10.1.2.3"),
            ("192.0.2.7", "192.0.2.7"),
            ("0.0.0.0/0", "203.0.113.1"),
            ("fd00::/8", "fd12::1"),
            ("::/0", "2001:db8::1"),
            ("::1", "::1"),
        ] {
            assert!(is_in(range, address), "{address} in {range}");
        }
        for (range, address) in [
            ("10.0.0.0/8", "11.0.0.0"),
            ("192.0.2.6/31", "192.0.2.8"),
            ("192.0.2.7", "192.0.2.6"),
            ("0.0.0.0/0", "::1"),
            ("::/0", "192.0.2.7"),
            ("fd00::/8", "fe00::1"),
        ] {
            assert!(!is_in(range, address), "{address} in {range}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "10.0.0.0/33", "10.0.0.1/8", "::/129", "10.0.0.0/", "10.0.0.0/+8", "10.0.0", "host", "/8"] {
            assert_eq!(AddressRange::parse(text), None, "{text}");
        }
    }
}
