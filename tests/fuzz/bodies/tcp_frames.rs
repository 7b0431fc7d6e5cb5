//! Frames of framed TCP: wherever the bytes are cut, the same frames come out, none longer than is allowed, and a plain
//! reader of the whole stream sees the same.

use parlor::gateways::tcp::splitter::{Broken, FRAME_BYTES, NEWCOMER_BYTES, Splitter};
use parlor::protocol::framed::{HEADER, Head, Kind, unpack};

/// The first byte picks the version, the second one the cuts; the rest is what the client sends.
pub fn run(data: &[u8]) {
    let [version, cut, stream @ ..] = data else { return };
    let is_two = version % 2 == 1;
    let whole = split(is_two, stream, stream.len().max(1));
    for size in [1, 1 + usize::from(*cut)] {
        assert_eq!(split(is_two, stream, size), whole, "in pieces of {size}");
    }
    assert_eq!(whole.0, read_whole(is_two, stream));
}

type Frames = Vec<(Kind, Vec<u8>)>;

fn split(is_two: bool, stream: &[u8], size: usize) -> (Frames, Option<Broken>) {
    let mut splitter = Splitter::default();
    if is_two {
        splitter.speak_two();
    }
    let mut frames = Vec::new();
    for mut piece in stream.chunks(size) {
        loop {
            match splitter.next(&mut piece) {
                Ok(Some(frame)) => {
                    assert!(frame.body.len() <= FRAME_BYTES);
                    frames.push((frame.kind, frame.body.to_vec()));
                }
                Ok(None) => break,
                Err(broken) => return (frames, Some(broken)),
            }
        }
        assert!(piece.is_empty(), "nothing is left behind");
    }
    (frames, None)
}

/// All good frames up to the first bad one.
fn read_whole(is_two: bool, mut stream: &[u8]) -> Frames {
    let mut frames = Vec::new();
    loop {
        let (kind, is_packed, length, rest) = if is_two {
            let Some(Ok(head)) = stream.first_chunk().map(Head::read) else { return frames };
            (head.kind, head.is_packed, head.length, &stream[HEADER..])
        } else {
            let Some(length) = stream.first_chunk() else { return frames };
            (Kind::Chat, false, u32::from_be_bytes(*length) as usize, &stream[4..])
        };
        let most = if is_two { FRAME_BYTES } else { NEWCOMER_BYTES };
        if length > most || !is_two && length == 0 || rest.len() < length {
            return frames;
        }
        let (body, next) = rest.split_at(length);
        let body = if is_packed { unpack(body, FRAME_BYTES).ok() } else { Some(body.to_vec()) };
        let Some(body) = body else { return frames };
        frames.push((kind, body));
        stream = next;
    }
}
