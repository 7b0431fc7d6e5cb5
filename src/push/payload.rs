//! What a notification says: JSON that only the browser it is for can read.

use bytes::Bytes;
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;
use url::Url;

use crate::domain::event::{Event, Message};
use crate::domain::ids::Seq;
use crate::domain::room::RoomKind;

/// How much of a message is shown, in characters.
const BODY_CHARS: usize = 120;
/// The same in bytes: a character may be made of any number of parts.
const BODY_BYTES: usize = 1500;

/// A notification. `tag` is the same for all of a room: a newer one takes the place of an older one.
#[derive(Debug, Serialize)]
pub struct Payload<'a> {
    title: String,
    body: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<Seq>,
    tag: &'a str,
}

impl<'a> Payload<'a> {
    /// Of a message.
    pub fn new(event: &'a Event, message: &Message, kind: RoomKind) -> Self {
        let (who, room) = (event.author.name.as_str(), event.room_name.as_str());
        Self {
            title: if kind == RoomKind::Direct { who.to_owned() } else { format!("{who} · #{room}") },
            body: beginning(&message.text),
            url: permalink(room, event.seq),
            room: Some(room),
            seq: Some(event.seq),
            tag: room,
        }
    }

    /// To see whether notifications arrive.
    pub fn test(title: &str, body: &str) -> Self {
        let url = "/settings#notifications".to_owned();
        Self { title: title.to_owned(), body: beginning(body), url, room: None, seq: None, tag: "parlor-test" }
    }

    /// As it is encrypted.
    pub fn to_bytes(&self) -> Bytes {
        // Texts, numbers and nothing else: this cannot fail.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// The beginning of a text in one line, without signs that steer. What was written stays as it was written: a notification
/// has no formatting.
fn beginning(text: &str) -> String {
    let is_seen = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
    };
    let seen: String = text.chars().filter(|c| c.is_whitespace() || is_seen(c)).collect();
    let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown = String::new();
    for (number, character) in line.graphemes(true).enumerate() {
        if number == BODY_CHARS || shown.len() + character.len() > BODY_BYTES {
            shown.push('…');
            break;
        }
        shown.push_str(character);
    }
    shown
}

/// The page of one message, as an address on this server.
fn permalink(room: &str, seq: Seq) -> String {
    let mut url = Url::parse("https://parlor.invalid/").expect("a constant that is an address");
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend(["rooms", room, &seq.to_string()]);
    }
    url.path().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_is_one_line_of_whole_characters() {
        assert_eq!(beginning(" hello\n\n  world\u{202e}\u{0} "), "hello world");
        let family = "👨‍👩‍👧";
        assert_eq!(beginning(&family.repeat(121)), format!("{}…", family.repeat(83)), "1,500 bytes at most");
        assert_eq!(beginning(&"x".repeat(120)), "x".repeat(120));
        assert_eq!(beginning(&"x".repeat(121)), format!("{}…", "x".repeat(120)));
    }

    #[test]
    fn the_longest_notification_fits_into_one_record() {
        let long = Payload {
            title: "字".repeat(100),
            url: permalink(&"字".repeat(64), 1 << 52),
            room: None,
            seq: None,
            tag: "",
            body: beginning(&"\\".repeat(9000)),
        };
        let room = "字".repeat(64);
        let long = Payload { room: Some(&room), tag: &room, seq: Some(1 << 52), ..long };
        assert!(long.to_bytes().len() <= super::super::encrypt::LONGEST, "{}", long.to_bytes().len());
    }

    #[test]
    fn a_permalink_is_written_for_an_address() {
        assert_eq!(permalink("lobby", 7), "/rooms/lobby/7");
        assert_eq!(permalink("café", 7), "/rooms/caf%C3%A9/7");
    }
}
