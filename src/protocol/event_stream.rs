//! Frames as a stream of events carries them (WHATWG HTML, section 9.2): one block for each frame, its type as the name of
//! the event and the JSON of the other doors as its data.
//!
//! An id has to say where the reader is in all rooms of the stream, so it differs from reader to reader, while a frame is
//! written once for all. So a block begins here with a line that is not sent: which place in which log it brings the reader
//! to. Whoever sends it takes that line off and writes the id of its own reader instead.

use bytes::Bytes;

use super::payload::{Payload, PayloadKind};
use crate::domain::ids::Seq;
use crate::domain::name::RoomName;

/// Begins every JSON frame: the type comes first.
const TYPE: &[u8] = br#"{"type":""#;
/// Marks a place that counts only for a reader who has none yet in that room.
const UNLESS_KNOWN: u8 = b'=';

/// Where a frame brings its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// Nowhere: it is no entry of a log.
    None,
    /// Behind this entry.
    Behind(&'a RoomName, Seq),
    /// Behind this entry, for a reader who has no place in this room yet: the answer to whoever joins.
    Start(&'a RoomName, Seq),
}

/// What else a block says.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Where it brings its reader.
    pub place: Place<'a>,
    /// The name of the event, where it is not the type of the frame.
    pub name: Option<&'static str>,
    /// Milliseconds after which to come back when the stream has ended.
    pub retry: Option<u64>,
}

impl Head<'_> {
    /// A frame that is no entry of a log.
    pub const PLAIN: Self = Head { place: Place::None, name: None, retry: None };
}

/// A block, taken apart for one reader.
#[derive(Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// The room and the number of the place, if it has one.
    pub place: Option<(&'a str, Seq)>,
    /// The place counts only for a reader who has none yet in that room.
    pub unless_known: bool,
    /// What is sent.
    pub bytes: Bytes,
}

/// One block; `json` appends the frame, which has no line break in it.
#[must_use]
pub fn block(head: &Head<'_>, json: impl FnOnce(&mut Vec<u8>)) -> Payload {
    let mut frame = Vec::new();
    json(&mut frame);
    let own = frame.strip_prefix(TYPE).and_then(|rest| rest.split(|byte| *byte == b'"').next()).unwrap_or_default();
    let name = head.name.map_or(own, str::as_bytes);
    let mut bytes = Vec::with_capacity(frame.len() + 64);
    match head.place {
        Place::None => {}
        Place::Behind(room, seq) => bytes.extend_from_slice(format!("{room}:{seq}").as_bytes()),
        Place::Start(room, seq) => {
            bytes.push(UNLESS_KNOWN);
            bytes.extend_from_slice(format!("{room}:{seq}").as_bytes());
        }
    }
    bytes.push(b'\n');
    if let Some(retry) = head.retry {
        bytes.extend_from_slice(format!("retry: {retry}\n").as_bytes());
    }
    bytes.extend_from_slice(b"event: ");
    bytes.extend_from_slice(name);
    bytes.extend_from_slice(b"\ndata: ");
    bytes.extend_from_slice(&frame);
    bytes.extend_from_slice(b"\n\n");
    Payload::raw(PayloadKind::Text, bytes)
}

/// Takes a block apart that [`block`] has written.
#[must_use]
pub fn take_apart(payload: &Payload) -> Block<'_> {
    let body = payload.body();
    let end = body.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let line = std::str::from_utf8(&body[..end]).unwrap_or_default();
    let unless_known = line.as_bytes().first() == Some(&UNLESS_KNOWN);
    let place = line.trim_start_matches(char::from(UNLESS_KNOWN)).rsplit_once(':');
    let place = place.and_then(|(room, seq)| Some((room, seq.parse().ok()?)));
    Block { place, unless_known, bytes: payload.framed().slice_ref(&body[(end + 1).min(body.len())..]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(head: &Head<'_>) -> Payload {
        block(head, |bytes| bytes.extend_from_slice(br#"{"type":"message","seq":12}"#))
    }

    #[test]
    fn a_block_has_the_type_as_its_name_and_says_where_it_leads() {
        let room = RoomName::trusted("lobby".into());
        let payload = written(&Head { place: Place::Behind(&room, 12), ..Head::PLAIN });

        let block = take_apart(&payload);

        assert_eq!((block.place, block.unless_known), (Some(("lobby", 12)), false));
        assert_eq!(&block.bytes[..], b"event: message\ndata: {\"type\":\"message\",\"seq\":12}\n\n");
    }

    #[test]
    fn a_start_is_told_from_a_place_and_a_frame_outside_of_logs_has_none() {
        let room = RoomName::trusted("lobby".into());
        let start = written(&Head { place: Place::Start(&room, 3), name: Some("reset"), retry: None });
        let goodbye = written(&Head { retry: Some(1500), ..Head::PLAIN });

        let (start, goodbye) = (take_apart(&start), take_apart(&goodbye));

        assert_eq!((start.place, start.unless_known), (Some(("lobby", 3)), true));
        assert!(start.bytes.starts_with(b"event: reset\n"));
        assert_eq!(goodbye.place, None);
        assert!(goodbye.bytes.starts_with(b"retry: 1500\nevent: message\n"));
    }
}
