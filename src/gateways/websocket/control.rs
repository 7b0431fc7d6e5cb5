//! Control frames from the server (RFC 6455, section 5.5): two bytes of header, no mask, at most 125 bytes of payload.

use bytes::{BufMut, Bytes, BytesMut};

use super::assembler::close_reason;

/// Most bytes of a payload.
const MOST: u8 = 125;

/// A ping without a payload.
pub const PING: Bytes = Bytes::from_static(&[0x89, 0]);

/// The answer to a ping: the same payload (section 5.5.3). The payload came in a control frame, so it is short enough.
pub fn pong(payload: &Bytes) -> Bytes {
    frame(0x8a, payload)
}

/// A close with a code and a reason, cut to what fits, or without a code.
pub fn close(closing: Option<(u16, &str)>) -> Bytes {
    let mut payload = BytesMut::new();
    if let Some((code, reason)) = closing {
        payload.put_u16(code);
        payload.put_slice(close_reason(reason).as_bytes());
    }
    frame(0x88, &payload)
}

fn frame(first: u8, payload: &[u8]) -> Bytes {
    let length = u8::try_from(payload.len()).map_or(MOST, |length| length.min(MOST));
    let mut frame = BytesMut::with_capacity(2 + payload.len());
    frame.put_u8(first);
    frame.put_u8(length);
    frame.put_slice(&payload[..usize::from(length)]);
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_carries_its_code_and_a_reason_that_fits() {
        assert_eq!(&close(None)[..], [0x88, 0]);
        assert_eq!(&close(Some((1001, "bye")))[..], [&[0x88, 5, 0x03, 0xe9][..], b"bye"].concat());
        assert!(close(Some((1008, &"x".repeat(300)))).len() <= 127);
    }

    #[test]
    fn a_pong_repeats_the_payload() {
        assert_eq!(&pong(&Bytes::from_static(b"hi"))[..], [&[0x8a, 2][..], b"hi"].concat());
    }
}
