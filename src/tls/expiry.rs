//! From when and until when a certificate is good: the one field of X.509 (RFC 5280, section 4.1) that rustls does not tell. It is read,
//! not judged; whether a certificate is any good is for clients to say.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::domain::clock::Timestamp;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// Beginning and end of the validity of this certificate, in DER; `None` when it is no certificate.
pub(super) fn validity(der: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (certificate, _) = expect(SEQUENCE, der)?;
    let (fields, _) = expect(SEQUENCE, certificate)?;
    // The version may be left out.
    let rest = expect(VERSION, fields).map_or(fields, |(_, rest)| rest);
    let (_serial_number, rest) = expect(INTEGER, rest)?;
    let (_signature_algorithm, rest) = expect(SEQUENCE, rest)?;
    let (_issuer, rest) = expect(SEQUENCE, rest)?;
    let (validity, _) = expect(SEQUENCE, rest)?;
    let (kind, not_before, rest) = element(validity)?;
    let from = time(kind, std::str::from_utf8(not_before).ok()?)?;
    let (kind, not_after, _) = element(rest)?;
    Some((from, time(kind, std::str::from_utf8(not_after).ok()?)?))
}

fn expect(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    element(bytes).filter(|(found, ..)| *found == tag).map(|(_, content, rest)| (content, rest))
}

/// Tag and content of the first element, and what follows it (X.690, section 8.1).
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let digits = usize::from(first & 0x7f);
        // Certificates are far shorter than what four digits can say.
        let (digits, rest) = rest.split_at_checked(digits).filter(|(digits, _)| (1..=4).contains(&digits.len()))?;
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// Always UTC, always with seconds (RFC 5280, section 4.1.2.5).
fn time(kind: u8, text: &str) -> Option<Timestamp> {
    let text = match kind {
        // Two digits of a year: 50 and above are of the last century.
        UTC_TIME if text.get(..2)? >= "50" => format!("19{text}"),
        UTC_TIME => format!("20{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
    Some(Timestamp(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    fn certificate(year: i32) -> Vec<u8> {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 3, 4);
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        for (year, expected) in [(2031, "2031-03-04T00:00:00.000Z"), (2061, "2061-03-04T00:00:00.000Z")] {
            let (from, until) = validity(&certificate(year)).unwrap();
            assert_eq!(until.rfc3339(), expected);
            assert!(from < until);
        }
        assert_eq!(time(UTC_TIME, "991231235959Z").unwrap().rfc3339(), "1999-12-31T23:59:59.000Z");
        assert_eq!(time(UTC_TIME, "99123123595"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), cut in 0_usize..200) {
            static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| certificate(2031));
            let _ = validity(&bytes);
            let mut broken = GOOD.clone();
            let at = cut.min(broken.len() - 1);
            broken[at] ^= 0xff;
            let _ = validity(&broken);
            let _ = validity(&broken[..at]);
        }
    }
}
