//! Makes lines of an export out of what other programs wrote: ids that are always the same, texts that fit, a log that is
//! counted.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::limits;
use crate::domain::room_rules::RoomRules;
use crate::storage::archive::{EventLine, FORMAT, Header, Line, Person, RoomLine, VERSION};

/// The same id whenever the same thing is imported (RFC 9562, version 8).
pub(super) fn id_of(kind: &str, name: &str) -> UserId {
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(name).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    UserId(Uuid::from_bytes(bytes))
}

pub(super) fn header(now: Timestamp) -> Line {
    let header = Header { format: FORMAT.to_owned(), version: VERSION, made_at: now, secrets: false, room: None };
    Line::Header(header)
}

/// A public room without anything special.
pub(super) fn room(id: i64, name: &str, made_at: Timestamp, events: usize) -> RoomLine {
    RoomLine {
        id,
        name: name.to_owned(),
        kind: "public".to_owned(),
        topic: String::new(),
        description: String::new(),
        archived: false,
        slow_mode: 0,
        retention_days: None,
        rules: RoomRules::default(),
        people: Vec::new(),
        made_by: None,
        made_at,
        events: events as u64,
    }
}

/// An event that has only what all have; its number is the next one.
pub(super) fn event(log: &[EventLine], room: i64, kind: &str, author: Person, at: Timestamp) -> EventLine {
    EventLine {
        room,
        seq: log.len() as u64 + 1,
        kind: kind.to_owned(),
        author,
        at,
        text: None,
        target: None,
        thread: None,
        nonce: None,
        data: None,
        state: None,
    }
}

/// Parts that fit into a message each; at the end of a line or a word where there is one.
pub(super) fn fitting(mut text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    while text.len() > limits::TEXT_BYTES {
        let most = text.floor_char_boundary(limits::TEXT_BYTES);
        let end = text[..most].rfind(['\n', ' ']).filter(|end| *end > most / 2).unwrap_or(most);
        parts.push(&text[..end]);
        text = text[end..].trim_start_matches(['\n', ' ']);
    }
    if !text.is_empty() || parts.is_empty() {
        parts.push(text);
    }
    parts
}

/// One line of at most so many bytes, without control characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line[..line.floor_char_boundary(most)].trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_becomes_several_that_are_whole_together() {
        let long = "word ".repeat(10_000);

        let parts = fitting(&long);

        assert!(parts.len() > 2 && parts.iter().all(|part| part.len() <= limits::TEXT_BYTES));
        assert_eq!(parts.join(" ").trim(), long.trim());
        assert_eq!(fitting("short"), ["short"]);
        assert!(fitting(&"ü".repeat(20_000)).iter().all(|part| part.len() <= limits::TEXT_BYTES));
    }

    #[test]
    fn the_same_name_has_the_same_id_and_others_have_others() {
        assert_eq!(id_of("slack", "U1"), id_of("slack", "U1"));
        assert_ne!(id_of("slack", "U1"), id_of("irc", "U1"));
    }
}
