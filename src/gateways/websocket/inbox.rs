//! From bytes to frames, within bounds. Headers are looked at as the bytes pass (`header_scanner`), before anything is
//! kept: a frame that is announced as too long, or breaks a rule, is refused at once, and never more than one frame of
//! the allowed length is held. Frames before a bad one are delivered; nothing after it is.

use actix_http::ws::{OpCode, Parser};
use actix_web_actors::ws::ProtocolError;
use bytes::{Bytes, BytesMut};

use super::assembler::Incoming;
use super::header_scanner::{HeaderScanner, Violation};

/// The incoming side of one connection.
pub struct Inbox {
    scanner: HeaderScanner,
    /// The frame that has not arrived as a whole yet; nearly always there is none.
    partial: Option<Box<BytesMut>>,
}

/// Why nothing more can be read.
#[derive(Debug)]
pub enum Broken {
    /// A header breaks a rule.
    Header(Violation),
    /// The decoder refused the frame.
    Frame(ProtocolError),
}

impl Broken {
    /// The code to close with (RFC 6455, section 7.4.1).
    pub fn close_code(&self) -> u16 {
        match self {
            Self::Header(violation) => violation.close_code(),
            Self::Frame(ProtocolError::Overflow) => 1009,
            Self::Frame(_) => 1002,
        }
    }
}

impl Inbox {
    /// Nothing has been read. `max_payload` is the longest payload of one frame, in bytes.
    pub fn new(max_payload: usize) -> Self {
        Self { scanner: HeaderScanner::new(max_payload), partial: None }
    }

    /// The next frame; `bytes` is moved on to what follows it. `None` when all bytes are used up.
    pub fn next(&mut self, bytes: &mut &[u8]) -> Option<Result<Incoming, Broken>> {
        while !bytes.is_empty() {
            let progress = match self.scanner.advance(bytes) {
                Ok(progress) => progress,
                Err(violation) => return Some(Err(Broken::Header(violation))),
            };
            let (here, rest) = bytes.split_at(progress.bytes);
            *bytes = rest;
            if progress.frame_ended {
                let mut whole = self.partial.take().map_or_else(BytesMut::new, |partial| *partial);
                whole.extend_from_slice(here);
                return Some(decode(&mut whole));
            }
            self.partial.get_or_insert_default().extend_from_slice(here);
        }
        None
    }
}

fn decode(whole: &mut BytesMut) -> Result<Incoming, Broken> {
    // The scanner has judged the length before.
    let parsed = Parser::parse(whole, true, whole.len()).map_err(Broken::Frame)?;
    // The scanner has seen the end of the frame, so there is one.
    let (is_last, opcode, payload) = parsed.ok_or(Broken::Frame(ProtocolError::BadOpCode))?;
    let payload = payload.map_or_else(Bytes::new, BytesMut::freeze);
    Ok(match (opcode, is_last) {
        (OpCode::Text, true) => Incoming::Text(payload),
        (OpCode::Text, false) => Incoming::FirstText(payload),
        (OpCode::Binary, true) => Incoming::Binary(payload),
        (OpCode::Binary, false) => Incoming::FirstBinary(payload),
        (OpCode::Continue, true) => Incoming::Last(payload),
        (OpCode::Continue, false) => Incoming::Continue(payload),
        (OpCode::Ping, _) => Incoming::Ping(payload),
        (OpCode::Pong, _) => Incoming::Pong(payload),
        (OpCode::Close, _) => Incoming::Close(payload),
        (OpCode::Bad, _) => return Err(Broken::Frame(ProtocolError::BadOpCode)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::header_scanner::tests::{any_frame, frame};
    use super::*;

    /// What comes out of these chunks: the frames, and why it ended.
    fn read(chunks: &[&[u8]], max: usize) -> (Vec<String>, Option<u16>) {
        let (mut inbox, mut frames) = (Inbox::new(max), Vec::new());
        for chunk in chunks {
            let mut bytes = *chunk;
            while let Some(next) = inbox.next(&mut bytes) {
                match next {
                    Ok(frame) => frames.push(format!("{frame:?}")),
                    Err(broken) => return (frames, Some(broken.close_code())),
                }
            }
        }
        (frames, None)
    }

    #[test]
    fn frames_before_a_bad_one_are_delivered_and_none_after_it() {
        let (good, bad) = (frame(0x82, b"good"), frame(0xf2, b"bad"));

        let (frames, code) = read(&[&[&good[..], &good, &bad, &good].concat(), &good], 100);

        assert_eq!((frames.len(), code), (2, Some(1002)));
    }

    #[test]
    fn a_frame_that_is_announced_as_too_long_is_refused_before_its_payload_comes() {
        let mut inbox = Inbox::new(100);
        let long = frame(0x82, &[7; 101]);

        let refused = inbox.next(&mut &long[..8]);

        assert!(matches!(refused, Some(Err(Broken::Header(Violation::TooBig)))));
        assert!(inbox.partial.is_none());
    }

    #[test]
    fn a_whole_frame_leaves_no_memory_behind() {
        let mut inbox = Inbox::new(100);

        assert!(inbox.next(&mut &frame(0x82, b"hello")[..]).is_some());

        assert!(inbox.partial.is_none());
    }

    proptest! {
        #[test]
        fn borders_of_chunks_change_nothing(
            frames in prop::collection::vec(any_frame(), 0..8),
            cuts in prop::collection::vec(1_usize..20, 1..40),
        ) {
            let bytes = frames.concat();
            let (mut chunks, mut rest, mut cuts) = (Vec::new(), &bytes[..], cuts.into_iter().cycle());
            while !rest.is_empty() {
                let (chunk, after) = rest.split_at(rest.len().min(cuts.next().unwrap()));
                chunks.push(chunk);
                rest = after;
            }

            prop_assert_eq!(read(&chunks, 64), read(&[&bytes], 64));
        }
    }
}
