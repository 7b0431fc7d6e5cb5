//! One-time codes from the time (RFC 6238): SHA-1, 30 seconds, six digits, as every authenticator app knows them.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::domain::clock::Timestamp;

/// Bytes of a shared secret: as long as the hash (RFC 4226, section 4, R6).
pub const SECRET_BYTES: usize = 20;
/// How long a step is, in milliseconds.
const STEP_MS: i64 = 30_000;
/// Codes have six digits.
const MODULUS: u32 = 1_000_000;
/// The alphabet of RFC 4648, section 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step that a moment lies in.
#[must_use]
pub fn step_at(now: Timestamp) -> i64 {
    now.0.div_euclid(STEP_MS)
}

/// The code of a step.
///
/// # Panics
/// Never: HMAC takes keys of any length.
#[must_use]
pub fn code(secret: &[u8], step: i64) -> String {
    let mac = Hmac::<Sha1>::new_from_slice(secret)
        .expect("HMAC takes keys of any length (RFC 2104, section 2)")
        .chain_update(step.to_be_bytes())
        .finalize()
        .into_bytes();
    // Dynamic truncation (RFC 4226, section 5.3).
    let at = usize::from(mac[19] & 0xf);
    let number = u32::from_be_bytes([mac[at] & 0x7f, mac[at + 1], mac[at + 2], mac[at + 3]]);
    format!("{:06}", number % MODULUS)
}

/// The step whose code this is: the present one, or its neighbours, for clocks that are not quite right (section 5.2).
#[must_use]
pub fn matching_step(secret: &[u8], typed: &str, now: Timestamp) -> Option<i64> {
    let present = step_at(now);
    let is_code = |step: &i64| super::secret::same(&code(secret, *step), typed);
    [present, present - 1, present + 1].into_iter().find(is_code)
}

/// A secret as people type it into an app, and as it stands in the QR code.
#[must_use]
pub fn to_base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut buffer = [0; 8];
        buffer[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(buffer);
        for place in 0..(chunk.len() * 8).div_ceil(5) {
            let sign = bits >> (35 - 5 * place) & 31;
            text.push(char::from(BASE32[usize::try_from(sign).unwrap_or_default()]));
        }
    }
    text
}

/// The secret of such a text; `None` when it is none of ours.
#[must_use]
pub fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut held) = (0_u32, 0);
    let mut bytes = Vec::with_capacity(SECRET_BYTES);
    for sign in text.bytes().filter(|sign| *sign != b' ') {
        let value = BASE32.iter().position(|one| *one == sign.to_ascii_uppercase())?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    (bytes.len() == SECRET_BYTES).then_some(bytes)
}

/// The address in the QR code, as apps read it.
#[must_use]
pub fn uri(server: &str, account: &str, secret: &[u8]) -> String {
    let escaped =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let (server, account) = (escaped(server), escaped(account));
    format!("otpauth://totp/{server}:{account}?secret={}&issuer={server}", to_base32(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: the last six of its eight digits.
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, step_at(Timestamp(seconds * 1000))), expected, "{seconds}");
        }
        // RFC 4226, appendix D.
        for (step, expected) in [(0, "755224"), (1, "287082"), (9, "520489")] {
            assert_eq!(code(SECRET, step), expected);
        }
    }

    #[test]
    fn a_code_is_good_one_step_early_and_one_step_late_and_no_further() {
        let now = Timestamp(1_111_111_109_000);
        let present = step_at(now);
        for (shift, found) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let typed = code(SECRET, present + shift);
            assert_eq!(matching_step(SECRET, &typed, now).is_some(), found, "{shift}");
        }
        assert_eq!(matching_step(SECRET, "", now), None);
        assert_eq!(matching_step(b"another secret 12345", "081804", now), None);
    }

    #[test]
    fn base32_is_that_of_the_standard() {
        assert_eq!(to_base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(to_base32(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(from_base32("gezd gnbv gy3t qojq GEZD GNBV GY3T QOJQ").as_deref(), Some(SECRET));
        for bad in ["", "GEZDGNBV", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBV"] {
            assert_eq!(from_base32(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_address_names_server_and_account() {
        assert_eq!(
            uri("My Chat", "änn", SECRET),
            "otpauth://totp/My%20Chat:%C3%A4nn?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=My%20Chat"
        );
    }
}
