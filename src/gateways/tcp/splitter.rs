//! Frames out of bytes, within bounds. Knows no socket. The length is looked at before anything is kept for it, and what a
//! frame takes up grows with what has come, not with what was announced.

use derive_more::{Display, Error};

use crate::domain::limits;
use crate::protocol::framed::{BadHead, HEADER, Head, Kind, LENGTH, MAGIC, unpack};

/// Longest frame of somebody who has not said who they are.
pub const NEWCOMER_BYTES: usize = 8 * 1024;
/// Longest frame of anybody else, before and after it is unpacked.
pub const FRAME_BYTES: usize = limits::FRAME_BYTES;

/// One frame. In version 1 all are of the chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its body, unpacked.
    pub body: &'a [u8],
}

/// Why what comes is no frame. Nothing that follows can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum Broken {
    /// A frame without a body in version 1.
    #[display("a frame of no bytes; four bytes of length come first, big-endian, then JSON")]
    Empty,
    /// Longer than is allowed.
    #[display("a frame has at most {most} bytes here")]
    TooLong {
        /// So many are.
        most: usize,
    },
    /// A header where none is due.
    #[display("this begins like version 2; say Hello first")]
    TooEarly,
    /// A header that is none.
    #[display("{_0}")]
    Head(BadHead),
    /// A body that cannot be unpacked.
    #[display("this cannot be unpacked, or has more than {FRAME_BYTES} bytes then")]
    Packed,
}

/// The frames of one connection.
#[derive(Debug)]
pub struct Splitter {
    has_header: bool,
    most: usize,
    /// What has come of a frame that is not whole.
    kept: Vec<u8>,
    /// It was given out with the last call.
    is_used: bool,
}

impl Default for Splitter {
    /// Of somebody who has not said who they are.
    fn default() -> Self {
        Self { has_header: false, most: NEWCOMER_BYTES, kept: Vec::new(), is_used: false }
    }
}

impl Splitter {
    /// They have said who they are: version 1 goes on, with longer frames.
    pub fn let_in(&mut self) {
        self.most = FRAME_BYTES;
    }

    /// From the next frame on it is version 2.
    pub fn speak_two(&mut self) {
        self.has_header = true;
        self.most = FRAME_BYTES;
    }

    /// The next frame; `bytes` is moved on to what follows it. `None` when all bytes are used up.
    ///
    /// # Errors
    /// When it is none; then nothing more can be read.
    pub fn next<'kept, 'read: 'kept>(&'kept mut self, bytes: &mut &'read [u8]) -> Result<Option<Frame<'kept>>, Broken> {
        if std::mem::take(&mut self.is_used) {
            // Most are silent for long: an idle connection holds no buffer.
            self.kept = Vec::new();
        }
        let head_bytes = if self.has_header { HEADER } else { LENGTH };
        if self.kept.is_empty()
            && let Some(head) = self.head(bytes)?
            && let Some(body) = bytes.get(head_bytes..head_bytes + head.length)
        {
            *bytes = &bytes[head_bytes + head.length..];
            if head.is_packed {
                return self.unpacked(head.kind, body).map(Some);
            }
            return Ok(Some(Frame { kind: head.kind, body }));
        }
        if !self.fill(head_bytes, bytes) {
            return Ok(None);
        }
        // Looked at again with each piece that comes: it is cheap.
        let Some(head) = self.head(&self.kept)? else { return Ok(None) };
        if !self.fill(head_bytes + head.length, bytes) {
            return Ok(None);
        }
        if head.is_packed {
            let body = self.kept.split_off(head_bytes);
            return self.unpacked(head.kind, &body).map(Some);
        }
        self.is_used = true;
        Ok(Some(Frame { kind: head.kind, body: &self.kept[head_bytes..] }))
    }

    /// Takes bytes until so many are kept; true when they are.
    fn fill(&mut self, wanted: usize, bytes: &mut &[u8]) -> bool {
        let (taken, rest) = bytes.split_at(wanted.saturating_sub(self.kept.len()).min(bytes.len()));
        self.kept.extend_from_slice(taken);
        *bytes = rest;
        self.kept.len() >= wanted
    }

    fn unpacked(&mut self, kind: Kind, body: &[u8]) -> Result<Frame<'_>, Broken> {
        self.kept = unpack(body, FRAME_BYTES).map_err(|_| Broken::Packed)?;
        self.is_used = true;
        Ok(Frame { kind, body: &self.kept })
    }

    /// The head, if it is there already.
    fn head(&self, bytes: &[u8]) -> Result<Option<Head>, Broken> {
        let head = if self.has_header {
            let Some(head) = bytes.first_chunk() else { return Ok(None) };
            Head::read(head).map_err(Broken::Head)?
        } else {
            let Some(length) = bytes.first_chunk() else { return Ok(None) };
            if *length == MAGIC {
                return Err(Broken::TooEarly);
            }
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            if length == 0 {
                return Err(Broken::Empty);
            }
            Head { kind: Kind::Chat, is_packed: false, length }
        };
        if head.length > self.most { Err(Broken::TooLong { most: self.most }) } else { Ok(Some(head)) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::encoding::Packing;
    use crate::protocol::framed::{frame, plain};

    type Seen = Vec<Result<(Kind, Vec<u8>), Broken>>;

    fn split(mut splitter: Splitter, pieces: &[&[u8]]) -> Seen {
        let mut seen = Vec::new();
        for piece in pieces {
            let mut bytes = *piece;
            loop {
                match splitter.next(&mut bytes) {
                    Ok(Some(frame)) => seen.push(Ok((frame.kind, frame.body.to_vec()))),
                    Ok(None) => break,
                    Err(broken) => {
                        seen.push(Err(broken));
                        return seen;
                    }
                }
            }
        }
        seen
    }

    fn two() -> Splitter {
        let mut splitter = Splitter::default();
        splitter.speak_two();
        splitter
    }

    #[test]
    fn bad_lengths_are_refused_before_anything_is_kept() {
        for (length, broken) in [
            (0, Broken::Empty),
            (NEWCOMER_BYTES + 1, Broken::TooLong { most: NEWCOMER_BYTES }),
            (1 << 31, Broken::TooLong { most: NEWCOMER_BYTES }),
            (u32::MAX as usize, Broken::TooLong { most: NEWCOMER_BYTES }),
        ] {
            let bytes = u32::try_from(length).unwrap().to_be_bytes();
            assert_eq!(split(Splitter::default(), &[&bytes]), [Err(broken)], "{length}");
            assert_eq!(split(Splitter::default(), &[&bytes[..1], &bytes[1..]]), [Err(broken)], "{length}");
        }
        assert_eq!(split(Splitter::default(), &[b"PRLR\0\x02"]), [Err(Broken::TooEarly)]);
        assert_eq!(split(two(), &[b"XRLR\0\x02\0\x01\0\0\0\0"]), [Err(Broken::Head(BadHead::Magic))]);
        let long = b"PRLR\0\x02\0\x01\x80\0\0\0";
        assert_eq!(split(two(), &[long]), [Err(Broken::TooLong { most: FRAME_BYTES })]);
    }

    #[test]
    fn what_was_announced_takes_no_memory_until_it_comes() {
        let mut splitter = Splitter::default();
        let mut bytes = &[0, 0, 0x1f, 0, b'{'][..];
        assert_eq!(splitter.next(&mut bytes), Ok(None));
        assert!(splitter.kept.capacity() <= 16, "{}", splitter.kept.capacity());
    }

    #[test]
    fn a_bomb_is_no_frame() {
        let mut bomb = frame(Kind::Chat, Packing::Zstd, |bytes| bytes.resize(bytes.len() + 1_000_000, b' '));
        assert!(bomb.len() < 1000);
        assert_eq!(split(two(), &[&bomb]), [Err(Broken::Packed)]);
        bomb.truncate(40);
        bomb[8..12].copy_from_slice(&28_u32.to_be_bytes());
        assert_eq!(split(two(), &[&bomb]), [Err(Broken::Packed)], "one that is torn neither");
    }

    proptest! {
        #[test]
        fn borders_of_pieces_change_nothing(
            bodies in prop::collection::vec(prop::collection::vec(0_u8..3, 1..400), 1..6),
            is_two in any::<bool>(),
            size in 1_usize..50,
        ) {
            let write = |body: &Vec<u8>| if is_two {
                frame(Kind::Chat, Packing::Zstd, |bytes| bytes.extend(body))
            } else {
                plain(|bytes| bytes.extend(body))
            };
            let stream: Vec<u8> = bodies.iter().flat_map(write).collect();
            let pieces: Vec<&[u8]> = stream.chunks(size).collect();
            let splitter = || if is_two { two() } else { Splitter::default() };
            let expected: Seen = bodies.into_iter().map(|body| Ok((Kind::Chat, body))).collect();
            prop_assert_eq!(&split(splitter(), &pieces), &expected);
            prop_assert_eq!(&split(splitter(), &[&stream]), &expected);
        }
    }
}
