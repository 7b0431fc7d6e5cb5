//! Frames of framed TCP. Version 1: four bytes of length, then JSON. Version 2: a header of twelve bytes, then a body that
//! may be compressed. docs/PROTOCOL.md has the layout, with test vectors.
//!
//! ```text
//!  0       4         6      8          12
//! | "PRLR" | version | type | length    | body
//! ```
//!
//! Numbers are big-endian. The highest bit of the type says that the body is compressed.

use std::cell::RefCell;
use std::io;

use derive_more::{Display, Error};
use zstd::bulk::{Compressor, Decompressor};

use super::encoding::Packing;

/// What a frame of version 2 begins with.
pub const MAGIC: [u8; 4] = *b"PRLR";
/// The version that has a header.
pub const VERSION: u16 = 2;
/// The versions that are spoken.
pub const VERSIONS: [u16; 2] = [1, 2];
/// Bytes of the header of version 2.
pub const HEADER: usize = 12;
/// Bytes of the length of version 1.
pub const LENGTH: usize = 4;
/// Bytes of a chunk before its data: the transfer, and the number of the chunk.
pub const CHUNK_HEAD: usize = 12;
/// In the type: the body is compressed.
const PACKED: u16 = 0x8000;
/// Shorter bodies are not worth it.
const WORTH_PACKING: usize = 128;
/// The quickest level that is no special case.
const LEVEL: i32 = 1;

/// What a frame of version 2 is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A command or an event, as over a WebSocket.
    Chat = 1,
    /// A word about a file.
    File = 2,
    /// A piece of a file.
    Chunk = 3,
    /// Are you there?
    Ping = 4,
    /// I am.
    Pong = 5,
    /// The last words: a code of two bytes, and a reason.
    Close = 6,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Chat, Self::File, Self::Chunk, Self::Ping, Self::Pong, Self::Close];
}

/// The header of version 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// What follows.
    pub kind: Kind,
    /// Whether it is compressed.
    pub is_packed: bool,
    /// Bytes of the body as it stands there.
    pub length: usize,
}

/// Why a header is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum BadHead {
    /// The first four bytes.
    #[display("a frame begins with PRLR")]
    Magic,
    /// The version.
    #[display("this is version {_0}; after a Hello for version 2, frames are of version 2")]
    Version(#[error(not(source))] u16),
    /// The type.
    #[display("there is no type {_0}; types are 1 to 6, and only 1 and 2 may be compressed")]
    Kind(#[error(not(source))] u16),
}

impl Head {
    /// Reads a header.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(bytes: &[u8; HEADER]) -> Result<Self, BadHead> {
        let [m0, m1, m2, m3, v0, v1, t0, t1, length @ ..] = *bytes;
        if [m0, m1, m2, m3] != MAGIC {
            return Err(BadHead::Magic);
        }
        let (version, kind) = (u16::from_be_bytes([v0, v1]), u16::from_be_bytes([t0, t1]));
        if version != VERSION {
            return Err(BadHead::Version(version));
        }
        let is_packed = kind & PACKED != 0;
        let found = Kind::ALL.into_iter().find(|known| *known as u16 == kind & !PACKED);
        let found = found.filter(|kind| !is_packed || matches!(kind, Kind::Chat | Kind::File));
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        Ok(Self { kind: found.ok_or(BadHead::Kind(kind))?, is_packed, length })
    }

    /// Writes it.
    #[must_use]
    pub fn write(self) -> [u8; HEADER] {
        let kind = self.kind as u16 | if self.is_packed { PACKED } else { 0 };
        let mut bytes = [0; HEADER];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..6].copy_from_slice(&VERSION.to_be_bytes());
        bytes[6..8].copy_from_slice(&kind.to_be_bytes());
        bytes[8..].copy_from_slice(&u32::try_from(self.length).unwrap_or(u32::MAX).to_be_bytes());
        bytes
    }
}

/// A frame of version 1, whose body is appended by `fill`.
#[must_use]
pub fn plain(fill: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = vec![0; LENGTH];
    fill(&mut bytes);
    let length = u32::try_from(bytes.len() - LENGTH).unwrap_or(u32::MAX);
    bytes[..LENGTH].copy_from_slice(&length.to_be_bytes());
    bytes
}

/// A frame of version 2, whose body is appended by `fill`.
#[must_use]
pub fn frame(kind: Kind, packing: Packing, fill: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = vec![0; HEADER];
    fill(&mut bytes);
    let length = bytes.len() - HEADER;
    let packed = (packing == Packing::Zstd && length >= WORTH_PACKING).then(|| pack(&bytes[HEADER..])).flatten();
    let is_packed = packed.is_some();
    if let Some(packed) = packed {
        bytes.truncate(HEADER);
        bytes.extend_from_slice(&packed);
    }
    let head = Head { kind, is_packed, length: bytes.len() - HEADER };
    bytes[..HEADER].copy_from_slice(&head.write());
    bytes
}

/// A frame with a piece of a file: which transfer, which piece, its bytes.
#[must_use]
pub fn chunk(transfer: u64, number: u32, data: &[u8]) -> Vec<u8> {
    frame(Kind::Chunk, Packing::None, |bytes| {
        bytes.extend_from_slice(&transfer.to_be_bytes());
        bytes.extend_from_slice(&number.to_be_bytes());
        bytes.extend_from_slice(data);
    })
}

/// Reads the body of such a frame; `None` when it is too short.
#[must_use]
pub fn read_chunk(body: &[u8]) -> Option<(u64, u32, &[u8])> {
    let (transfer, rest) = body.split_first_chunk()?;
    let (number, data) = rest.split_first_chunk()?;
    Some((u64::from_be_bytes(*transfer), u32::from_be_bytes(*number), data))
}

/// A frame with the last words.
#[must_use]
pub fn close(code: u16, reason: &str) -> Vec<u8> {
    frame(Kind::Close, Packing::None, |bytes| {
        bytes.extend_from_slice(&code.to_be_bytes());
        bytes.extend_from_slice(reason.as_bytes());
    })
}

/// The body of a frame that was compressed, if it has at most `most` bytes then. Nothing beyond that is ever held.
///
/// # Errors
/// When it has more, or is no Zstandard.
pub fn unpack(body: &[u8], most: usize) -> io::Result<Vec<u8>> {
    PACKERS.with_borrow_mut(|packers| {
        let unpacker = match &mut packers.1 {
            Some(unpacker) => unpacker,
            empty => empty.insert(Decompressor::new()?),
        };
        unpacker.decompress(body, most)
    })
}

thread_local! {
    /// Working memory of the compressor, which is too large to be made for each frame. It remembers nothing between two.
    static PACKERS: RefCell<(Option<Compressor<'static>>, Option<Decompressor<'static>>)> =
        const { RefCell::new((None, None)) };
}

/// The body compressed, if that is shorter.
fn pack(body: &[u8]) -> Option<Vec<u8>> {
    PACKERS.with_borrow_mut(|packers| {
        let packer = match &mut packers.0 {
            Some(packer) => packer,
            empty => empty.insert(Compressor::new(LEVEL).ok()?),
        };
        packer.compress(body).ok().filter(|packed| packed.len() < body.len())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_header_is_read_as_it_was_written_and_nothing_else_is_one() {
        let head = Head { kind: Kind::File, is_packed: true, length: 70_000 };
        let bytes = head.write();
        assert_eq!(bytes, *b"PRLR\x00\x02\x80\x02\x00\x01\x11\x70");
        assert_eq!(Head::read(&bytes), Ok(head));
        assert_eq!(Head::read(b"GET / HTTP/1"), Err(BadHead::Magic));
        assert_eq!(Head::read(b"PRLR\x00\x03\x00\x01\0\0\0\0"), Err(BadHead::Version(3)));
        for kind in [0, 7, 0x8003, 0x8004, 0xffff_u16] {
            let mut bytes = *b"PRLR\x00\x02\x00\x00\0\0\0\0";
            bytes[6..8].copy_from_slice(&kind.to_be_bytes());
            assert_eq!(Head::read(&bytes), Err(BadHead::Kind(kind)));
        }
    }

    #[test]
    fn a_long_body_is_compressed_and_a_short_one_is_not() {
        let long = frame(Kind::Chat, Packing::Zstd, |bytes| bytes.extend([b'x'; 5000]));
        let head = Head::read(long.first_chunk().unwrap()).unwrap();
        assert!(head.is_packed && head.length < 100 && long.len() == HEADER + head.length);
        assert_eq!(unpack(&long[HEADER..], 5000).unwrap(), [b'x'; 5000]);
        let short = frame(Kind::Chat, Packing::Zstd, |bytes| bytes.extend([b'x'; 100]));
        assert!(!Head::read(short.first_chunk().unwrap()).unwrap().is_packed);
    }

    #[test]
    fn a_bomb_is_refused_before_it_goes_off() {
        let bomb = pack(&vec![0; 50_000_000]).unwrap();
        assert!(bomb.len() < 10_000, "a good one");
        assert!(unpack(&bomb, 64 * 1024).is_err());
        assert!(unpack(b"no zstd at all", 64 * 1024).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_packed_comes_out_the_same(body in prop::collection::vec(0_u8..4, 0..5000)) {
            if let Some(packed) = pack(&body) {
                prop_assert_eq!(unpack(&packed, body.len()).unwrap(), body);
            }
        }
    }
}
