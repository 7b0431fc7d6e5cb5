//! The bytes of one outgoing frame: written once, shared by everybody who gets it.
//!
//! A frame from server to client is not masked (RFC 6455, section 5.1), so its header is the same for every receiver
//! and stands before the payload in the same piece of memory. Doors that frame otherwise have encodings of their own, whose
//! payloads are what goes over their wire.

use bytes::Bytes;

/// Room before the body for the longest header: two bytes and a length of eight.
const HEADROOM: usize = 10;
/// FIN and the opcodes of RFC 6455, section 5.2.
const FIN: u8 = 0x80;

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadKind {
    /// UTF-8.
    Text,
    /// Anything.
    Binary,
}

impl PayloadKind {
    fn opcode(self) -> u8 {
        match self {
            Self::Text => 1,
            Self::Binary => 2,
        }
    }
}

/// One frame, cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    framed: Bytes,
    header: usize,
    kind: PayloadKind,
}

impl Payload {
    /// A text frame.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::write(PayloadKind::Text, |bytes| bytes.extend_from_slice(text.as_bytes()))
    }

    /// A binary frame.
    #[must_use]
    pub fn binary(body: &[u8]) -> Self {
        Self::write(PayloadKind::Binary, |bytes| bytes.extend_from_slice(body))
    }

    /// A frame whose body is appended by `fill`. The body of a text frame has to be UTF-8.
    #[must_use]
    pub fn write(kind: PayloadKind, fill: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut bytes = vec![0; HEADROOM];
        fill(&mut bytes);
        let start = put_header(&mut bytes, FIN | kind.opcode());
        let header = HEADROOM - start;
        Self { framed: Bytes::from(bytes).slice(start..), header, kind }
    }

    /// Bytes that go over the wire as they are, for doors that frame otherwise than a WebSocket.
    #[must_use]
    pub fn raw(kind: PayloadKind, bytes: Vec<u8>) -> Self {
        Self { framed: bytes.into(), header: 0, kind }
    }

    /// Several frames in one piece of memory, as they follow each other on the wire; `None` for none. The body of such a
    /// payload is of no use.
    #[must_use]
    pub fn join<'a>(payloads: impl Iterator<Item = &'a Self> + Clone) -> Option<Self> {
        let first = payloads.clone().next()?;
        let mut bytes = Vec::with_capacity(payloads.clone().map(|payload| payload.framed.len()).sum());
        let count = payloads.fold(0, |count, payload| {
            bytes.extend_from_slice(&payload.framed);
            count + 1
        });
        if count == 1 {
            return Some(first.clone());
        }
        Some(Self { framed: bytes.into(), header: 0, kind: first.kind })
    }

    /// The frame as it goes over the wire: for a WebSocket, header and body.
    #[must_use]
    pub fn framed(&self) -> &Bytes {
        &self.framed
    }

    /// The body alone.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.framed[self.header..]
    }

    /// What the body is.
    #[must_use]
    pub fn kind(&self) -> PayloadKind {
        self.kind
    }
}

/// Writes the header right before the body, which begins at [`HEADROOM`]; answers where the header begins
/// (RFC 6455, section 5.2: lengths of seven bits, 16 or 64, the shortest that holds it).
fn put_header(bytes: &mut [u8], first: u8) -> usize {
    let length = bytes.len() - HEADROOM;
    let start = match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..=125), _) => {
            bytes[HEADROOM - 1] = short;
            HEADROOM - 2
        }
        (_, Ok(length)) => {
            bytes[HEADROOM - 3] = 126;
            bytes[HEADROOM - 2..HEADROOM].copy_from_slice(&length.to_be_bytes());
            HEADROOM - 4
        }
        _ => {
            bytes[1] = 127;
            bytes[2..HEADROOM].copy_from_slice(&(length as u64).to_be_bytes());
            0
        }
    };
    bytes[start] = first;
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_the_shortest_that_holds_the_length() {
        for (length, header) in [
            (0, vec![0x81, 0]),
            (5, vec![0x81, 5]),
            (125, vec![0x81, 125]),
            (126, vec![0x81, 126, 0, 126]),
            (65_535, vec![0x81, 126, 0xff, 0xff]),
            (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let text = "x".repeat(length);

            let payload = Payload::text(&text);

            assert_eq!(payload.framed()[..header.len()], header, "{length}");
            assert_eq!(payload.body(), text.as_bytes(), "{length}");
            assert_eq!(payload.framed().len(), header.len() + length);
        }
    }

    #[test]
    fn a_binary_frame_says_so() {
        let payload = Payload::binary(&[1, 2]);

        assert_eq!((&payload.framed()[..], payload.kind()), (&[0x82, 2, 1, 2][..], PayloadKind::Binary));
    }

    #[test]
    fn clones_share_their_bytes() {
        let payload = Payload::text("shared");
        assert_eq!(payload.clone().framed().as_ptr(), payload.framed().as_ptr());
    }
}
