//! Reads of a JSON frame only what a load test needs, without parsing the rest. It leans on the order in which the server
//! writes its fields; a frame that looks otherwise is parsed in full.

use serde_json::Value;

use super::frame::Frame;
use crate::domain::ids::Seq;

/// What a frame is, at a glance.
#[derive(Debug, PartialEq)]
pub enum Glance<'a> {
    /// An event: its number, and the text of a message as JSON writes it, without the quotes; empty for others.
    Event {
        /// Its number.
        seq: Seq,
        /// Its text, escaped.
        text: &'a [u8],
    },
    /// A message was stored.
    Stored {
        /// The id of the command.
        id: &'a [u8],
        /// Its number.
        seq: Seq,
    },
    /// Of no interest: typing, presence, read cursors.
    Nothing,
    /// Everything else, parsed.
    Full(Box<Frame>),
    /// No frame at all.
    Unreadable,
}

/// Looks at a frame.
#[must_use]
pub fn glance(frame: &[u8]) -> Glance<'_> {
    quick(frame).unwrap_or_else(|| match serde_json::from_slice::<Value>(frame).map(Frame::read) {
        Ok(Ok(frame)) => Glance::Full(Box::new(frame)),
        _ => Glance::Unreadable,
    })
}

fn quick(frame: &[u8]) -> Option<Glance<'_>> {
    let rest = frame.strip_prefix(b"{\"type\":\"")?;
    let (kind, rest) = quoted(rest)?;
    match kind {
        b"message" | b"joined" | b"left" => {
            let (_, rest) = quoted(rest.strip_prefix(b",\"room\":\"")?)?;
            let (seq, rest) = number(rest.strip_prefix(b",\"seq\":")?)?;
            let text = if kind == b"message" { message_text(rest)? } else { &[] };
            Some(Glance::Event { seq, text })
        }
        b"ack" => {
            let (id, rest) = quoted(rest.strip_prefix(b",\"id\":\"")?)?;
            let (_, rest) = quoted(rest.strip_prefix(b",\"room\":\"")?)?;
            let (seq, _) = number(rest.strip_prefix(b",\"seq\":")?)?;
            Some(Glance::Stored { id, seq })
        }
        b"presence" | b"typing" | b"read" => Some(Glance::Nothing),
        _ => None,
    }
}

fn message_text(rest: &[u8]) -> Option<&[u8]> {
    let (_, rest) = quoted(rest.strip_prefix(b",\"author\":{\"id\":\"")?)?;
    let (_, rest) = quoted(rest.strip_prefix(b",\"name\":\"")?)?;
    let rest = rest.strip_prefix(b"},\"text\":\"")?;
    let mut is_escaped = false;
    let end = rest.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    })?;
    Some(&rest[..end])
}

/// Up to the next quote, and what follows it. Not for texts with escapes: names and kinds have none.
fn quoted(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = rest.iter().position(|byte| *byte == b'"')?;
    Some((&rest[..end], &rest[end + 1..]))
}

fn number(rest: &[u8]) -> Option<(Seq, &[u8])> {
    let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    let number = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
    Some((number, &rest[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;
    use crate::domain::event::{Event, EventBody, Message};
    use crate::domain::ids::{RoomId, UserId};
    use crate::domain::membership::Role;
    use crate::domain::name::{RoomName, UserName};
    use crate::domain::person::Author;
    use crate::protocol::answer::{Answer, Sent};
    use crate::protocol::encode::{self, EventHtml};
    use crate::protocol::encoding::Encoding;
    use crate::protocol::payload::Payload;
    use proptest::prelude::*;

    struct NoHtml;

    impl EventHtml for NoHtml {
        fn render(&self, _: &Event) -> String {
            String::new()
        }
    }

    fn author() -> Author {
        Author { id: UserId(uuid::Uuid::from_u128(7)), name: UserName::trusted("ann~2".into()) }
    }

    fn written(body: EventBody, seq: Seq) -> String {
        let room_name = RoomName::trusted("lobby".into());
        let event = Event { room: RoomId(1), room_name, seq, n: seq, author: author(), at: Timestamp(0), body };
        text(encode::event(&event, Encoding::Json, &NoHtml).unwrap())
    }

    fn text(payload: Payload) -> String {
        String::from_utf8(payload.body().to_vec()).expect("text")
    }

    #[test]
    fn acks_and_memberships_are_read_at_a_glance() {
        let sent = Sent { room: RoomName::trusted("lobby".into()), seq: 9, at: Timestamp(0), duplicate: false };
        let ack = encode::answer(Some("17"), &Answer::Sent(sent), Encoding::Json, &NoHtml).map(text).unwrap();
        assert_eq!(quick(ack.as_bytes()), Some(Glance::Stored { id: b"17", seq: 9 }));
        let joined = written(EventBody::Joined { role: Role::Member, by: Some(author()) }, 3);
        assert_eq!(quick(joined.as_bytes()), Some(Glance::Event { seq: 3, text: b"" }));
    }

    #[test]
    fn what_is_not_known_at_a_glance_is_parsed() {
        let bye = br#"{"type":"bye","reason":"away","reconnect_after_ms":5}"#;
        assert!(matches!(glance(bye), Glance::Full(frame) if matches!(*frame, Frame::Bye { .. })));
        let other_order = br#"{"seq":4,"type":"message","room":"lobby","text":"hi","at":"now"}"#;
        assert!(matches!(glance(other_order), Glance::Full(frame) if matches!(*frame, Frame::Log(_))));
        assert_eq!(glance(b"hello"), Glance::Unreadable);
    }

    proptest! {
        #[test]
        fn a_message_is_read_as_the_server_writes_it(said in "\\PC{0,40}[\"\\\\\n\t]{0,3}", seq in 1_u64..1 << 53) {
            let body = EventBody::Message(Message { text: said.clone(), reply_to: None, nonce: Some("n".into()), ..Message::default() });
            let frame = written(body, seq);
            let json = serde_json::to_string(&said).unwrap();
            let expected = Glance::Event { seq, text: &json.as_bytes()[1..json.len() - 1] };
            prop_assert_eq!(quick(frame.as_bytes()), Some(expected));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = glance(&bytes);
        }
    }
}
