//! Frames of WebSocket: wherever the bytes are cut, the scanner sees the frames that a slow and plain reader of the whole
//! stream sees, and the assembler does with them what RFC 6455 says.

use bytes::Bytes;
use parlor::gateways::websocket::assembler::{Action, Assembler, Incoming, Message, MessageLimits};
use parlor::gateways::websocket::header_scanner::{HeaderScanner, Violation};

/// Longest payloads to try: around every border of the encoding of lengths.
const MAXIMA: [usize; 7] = [0, 10, 125, 126, 65_535, 65_536, 70_000];
const FRAGMENTS: usize = 8;

/// The first byte picks the limit, the second one the cuts; the rest is what the client sends.
pub fn run(data: &[u8]) {
    let [limit, cut, stream @ ..] = data else { return };
    let max = MAXIMA[usize::from(*limit) % MAXIMA.len()];
    let (frames, code) = read_whole(stream, max);
    check_verdict(stream, max, *cut, code);
    check_borders(stream, max, &frames, code.is_some());
    check_messages(&frames, MessageLimits { bytes: max, fragments: FRAGMENTS }, *cut);
}

/// A frame and where it ends in the stream; `end` is `None` while some of it is missing.
struct Frame {
    first: u8,
    payload: Vec<u8>,
    end: Option<usize>,
}

/// All frames, and the code to close with if one of them breaks a rule.
fn read_whole(stream: &[u8], max: usize) -> (Vec<Frame>, Option<u16>) {
    let (mut frames, mut at) = (Vec::new(), 0);
    while at < stream.len() {
        match read_one(&stream[at..], max) {
            Ok(None) => break,
            Ok(Some(mut frame)) => {
                at += frame.end.unwrap_or(stream.len() - at);
                frame.end = frame.end.map(|_| at);
                frames.push(frame);
            }
            Err(code) => return (frames, Some(code)),
        }
    }
    (frames, None)
}

fn read_one(bytes: &[u8], max: usize) -> Result<Option<Frame>, u16> {
    let first = bytes[0];
    let (opcode, is_control) = (first & 0x0f, first & 0x08 != 0);
    if first & 0x70 != 0 || ![0, 1, 2, 8, 9, 10].contains(&opcode) || (is_control && first & 0x80 == 0) {
        return Err(1002);
    }
    let Some(&second) = bytes.get(1) else { return Ok(None) };
    let short = usize::from(second & 0x7f);
    if second & 0x80 == 0 || (is_control && short > 125) {
        return Err(1002);
    }
    let (length, header) = match short {
        126 => match bytes.get(2..4) {
            Some(long) => (u64::from(u16::from_be_bytes(long.try_into().expect("two"))), 4),
            None => return Ok(None),
        },
        127 => match bytes.get(2..10) {
            Some(long) => (u64::from_be_bytes(long.try_into().expect("eight")), 10),
            None => return Ok(None),
        },
        short => (short as u64, 2),
    };
    let is_shortest = match header {
        4 => length > 125,
        10 => length > 65_535 && length < 1 << 63,
        _ => true,
    };
    if !is_shortest {
        return Err(1002);
    }
    let Some(length) = usize::try_from(length).ok().filter(|length| *length <= max) else { return Err(1009) };
    let Some(mask) = bytes.get(header..header + 4) else { return Ok(None) };
    let end = header + 4 + length;
    let Some(masked) = bytes.get(header + 4..end) else {
        return Ok(Some(Frame { first, payload: Vec::new(), end: None }));
    };
    let payload = masked.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    Ok(Some(Frame { first, payload, end: Some(end) }))
}

/// Whole, byte by byte and in pieces: the same verdict.
fn check_verdict(stream: &[u8], max: usize, cut: u8, code: Option<u16>) {
    for size in [stream.len().max(1), 1, 1 + usize::from(cut % 32)] {
        let mut scanner = HeaderScanner::new(max);
        let verdict = stream.chunks(size).try_for_each(|chunk| scanner.feed(chunk));
        assert_eq!(verdict.err().map(Violation::close_code), code, "in pieces of {size}");
        if code.is_some() {
            assert!(scanner.feed(&[]).is_err(), "a violation stays");
        }
    }
}

/// Frames end where they end.
fn check_borders(stream: &[u8], max: usize, frames: &[Frame], is_bad: bool) {
    let mut scanner = HeaderScanner::new(max);
    let (mut at, mut ends) = (0, Vec::new());
    while at < stream.len() {
        let Ok(progress) = scanner.advance(&stream[at..]) else {
            assert!(is_bad);
            break;
        };
        assert!(progress.bytes > 0, "it would stand still");
        at += progress.bytes;
        if progress.frame_ended {
            ends.push(at);
        }
    }
    assert_eq!(ends, frames.iter().filter_map(|frame| frame.end).collect::<Vec<_>>());
}

/// The messages of whole frames.
fn check_messages(frames: &[Frame], limits: MessageLimits, cut: u8) {
    let mut assembler = Assembler::new(limits);
    let mut model = Model { limits, open: None, closed: false };
    for frame in frames.iter().filter(|frame| frame.end.is_some()) {
        let action = assembler.take(incoming(frame.first, &frame.payload));
        model.check(frame, &action);
        if let Action::Deliver(message) = action {
            check_in_fragments(&message, limits, cut);
        }
    }
}

fn incoming(first: u8, payload: &[u8]) -> Incoming {
    let payload = Bytes::copy_from_slice(payload);
    match (first & 0x0f, first & 0x80 != 0) {
        (0, false) => Incoming::Continue(payload),
        (0, true) => Incoming::Last(payload),
        (1, false) => Incoming::FirstText(payload),
        (1, true) => Incoming::Text(payload),
        (2, false) => Incoming::FirstBinary(payload),
        (2, true) => Incoming::Binary(payload),
        (8, _) => Incoming::Close(payload),
        (9, _) => Incoming::Ping(payload),
        _ => Incoming::Pong(payload),
    }
}

/// What RFC 6455 asks for, kept as simple as it can be said.
struct Model {
    limits: MessageLimits,
    /// Whether it is text, the bytes, and how many fragments.
    open: Option<(bool, Vec<u8>, usize)>,
    closed: bool,
}

impl Model {
    fn check(&mut self, frame: &Frame, action: &Action) {
        if self.closed {
            assert_eq!(*action, Action::Nothing, "nothing follows a close");
            return;
        }
        self.closed = matches!(action, Action::Close(_));
        match frame.first & 0x0f {
            8 => assert!(self.closed, "a close is answered"),
            9 => assert_eq!(*action, Action::Pong(Bytes::copy_from_slice(&frame.payload))),
            10 => assert_eq!(*action, Action::Nothing),
            opcode => self.check_data(opcode, frame.first & 0x80 != 0, &frame.payload, action),
        }
    }

    fn check_data(&mut self, opcode: u8, is_last: bool, payload: &[u8], action: &Action) {
        if (opcode == 0) != self.open.is_some() {
            assert_closed(action, &[1002]);
            return;
        }
        let (is_text, mut bytes, count) = self.open.take().unwrap_or((opcode == 1, Vec::new(), 0));
        bytes.extend_from_slice(payload);
        let is_broken = match std::str::from_utf8(&bytes) {
            Ok(_) => false,
            Err(error) => is_text && (is_last || error.error_len().is_some()),
        };
        let is_long = bytes.len() > self.limits.bytes;
        // A message in one piece is not counted.
        let is_cut_small = !(opcode != 0 && is_last) && count + 1 > self.limits.fragments;
        let codes: Vec<u16> = [(is_long || is_cut_small, 1009), (is_broken, 1007)]
            .into_iter()
            .filter_map(|(applies, code)| applies.then_some(code))
            .collect();
        if !codes.is_empty() {
            assert_closed(action, &codes);
        } else if is_last {
            let Action::Deliver(message) = action else { panic!("a whole message gave {action:?}") };
            assert_eq!((matches!(message, Message::Text(_)), content(message)), (is_text, &bytes[..]));
        } else {
            assert_eq!(*action, Action::Nothing);
            self.open = Some((is_text, bytes, count + 1));
        }
    }
}

fn assert_closed(action: &Action, codes: &[u16]) {
    assert!(
        matches!(action, Action::Close(Some(closing)) if codes.contains(&closing.code)),
        "{action:?}, not {codes:?}"
    );
}

fn content(message: &Message) -> &[u8] {
    match message {
        Message::Text(text) => text.as_bytes(),
        Message::Binary(bytes) => bytes,
    }
}

/// A message that is cut into fragments is the same message, with a ping between them.
fn check_in_fragments(message: &Message, limits: MessageLimits, cut: u8) {
    let bytes = content(message);
    let size = (1 + usize::from(cut)).max(bytes.len().div_ceil(limits.fragments - 1));
    let first = if matches!(message, Message::Text(_)) { 0x01 } else { 0x02 };
    let mut assembler = Assembler::new(limits);
    for (number, part) in bytes.chunks(size).enumerate() {
        let opcode = if number == 0 { first } else { 0x00 };
        assert_eq!(assembler.take(incoming(opcode, part)), Action::Nothing);
        assert_eq!(assembler.take(incoming(0x89, b"")), Action::Pong(Bytes::new()));
    }
    let last = if bytes.is_empty() { 0x80 | first } else { 0x80 };
    assert_eq!(assembler.take(incoming(last, b"")), Action::Deliver(message.clone()));
}
