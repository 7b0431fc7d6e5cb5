//! Cuts the bytes of a server into frames (RFC 6455, section 5.2). For load tests, where a general reader would cost more
//! than the server that is measured; it knows what a Parlor server sends and refuses everything else.

use std::ops::Range;

/// Opcodes (RFC 6455, section 11.8).
pub const TEXT: u8 = 1;
/// The other side ends the connection.
pub const CLOSE: u8 = 8;
/// The other side asks for a sign of life.
pub const PING: u8 = 9;
/// A sign of life.
pub const PONG: u8 = 10;

const FIN: u8 = 0x80;
const MASKED: u8 = 0x80;

/// What stands at the start of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Split {
    /// A whole frame.
    Frame {
        /// What it is.
        opcode: u8,
        /// Where its payload is.
        payload: Range<usize>,
    },
    /// The beginning of a frame: so many bytes are needed, as far as is known.
    Needs(usize),
    /// Something no Parlor server sends: a fragment, a mask, an extension.
    Foreign,
}

/// Looks at the first frame of these bytes. The next one begins at the end of its payload.
#[must_use]
pub fn split(bytes: &[u8]) -> Split {
    let [first, second, ..] = *bytes else { return Split::Needs(2) };
    if first & 0xf0 != FIN || second & MASKED != 0 {
        return Split::Foreign;
    }
    let (start, length) = match second {
        126 => match bytes.get(2..4).and_then(<[u8]>::first_chunk) {
            Some(two) => (4, usize::from(u16::from_be_bytes(*two))),
            None => return Split::Needs(4),
        },
        127 => match bytes.get(2..10).and_then(<[u8]>::first_chunk) {
            Some(eight) => match usize::try_from(u64::from_be_bytes(*eight)) {
                Ok(length) if length < usize::MAX - 10 => (10, length),
                _ => return Split::Foreign,
            },
            None => return Split::Needs(10),
        },
        short => (2, usize::from(short)),
    };
    let end = start + length;
    if bytes.len() < end {
        return Split::Needs(end);
    }
    Split::Frame { opcode: first & 0x0f, payload: start..end }
}

/// Writes a frame of a client. The mask is all zeros: it protects proxies from scripts in browsers (RFC 6455, section
/// 10.3), of which there are none here, and costs nothing to apply.
pub fn write(opcode: u8, payload: &[u8], out: &mut Vec<u8>) {
    out.push(FIN | opcode);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ 0..=125), _) => out.push(MASKED | length),
        (_, Ok(length)) => {
            out.push(MASKED | 0x7e);
            out.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            out.push(MASKED | 0x7f);
            out.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A frame as a server writes it.
    fn served(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(opcode, payload, &mut bytes);
        let mask_at = bytes.len() - payload.len() - 4;
        bytes.drain(mask_at..mask_at + 4);
        bytes[1] &= !MASKED;
        bytes
    }

    #[test]
    fn what_no_parlor_server_sends_is_foreign() {
        assert_eq!(split(&[0x01, 0x00]), Split::Foreign, "a fragment");
        assert_eq!(split(&[0xc1, 0x00]), Split::Foreign, "a compressed one");
        assert_eq!(split(&[0x81, 0x80, 0, 0, 0, 0]), Split::Foreign, "a masked one");
        assert_eq!(split(&[0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255]), Split::Foreign, "an endless one");
    }

    proptest! {
        #[test]
        fn frames_are_cut_alike_wherever_the_bytes_end(
            payloads in proptest::collection::vec((0_usize..70_000, any::<u8>()), 1..4),
            cut: prop::sample::Index,
        ) {
            let payloads: Vec<Vec<u8>> = payloads.into_iter().map(|(length, byte)| vec![byte; length]).collect();
            let bytes: Vec<u8> = payloads.iter().flat_map(|payload| served(TEXT, payload)).collect();
            let end = cut.index(bytes.len());
            let mut at = 0;
            let mut found = Vec::new();
            // First what has come up to the cut, then all of it.
            for limit in [end, bytes.len()] {
                while let Split::Frame { opcode, payload } = split(&bytes[at..limit]) {
                    prop_assert_eq!(opcode, TEXT);
                    found.push(bytes[at..limit][payload.clone()].to_vec());
                    at += payload.end;
                }
                if let Split::Needs(needed) = split(&bytes[at..limit]) {
                    prop_assert!(needed > limit - at);
                }
            }
            prop_assert_eq!(found, payloads);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = split(&bytes);
        }
    }
}
