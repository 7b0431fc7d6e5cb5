//! Addresses of pages, and which addresses a form may send somebody to.

use std::fmt::Write;

use crate::domain::ids::Seq;
use crate::protocol::answer::RoomEntry;

/// The page of a room that is not a direct one.
#[must_use]
pub fn room(name: &str) -> String {
    format!("/rooms/{}", segment(name))
}

/// The page of the direct room with this person.
#[must_use]
pub fn direct(name: &str) -> String {
    format!("/direct/{}", segment(name))
}

/// The card of this person, as somebody of a room if one is named.
#[must_use]
pub fn person(name: &str, room: Option<&str>) -> String {
    let card = format!("/people/{}", segment(name));
    room.map_or(card.clone(), |room| format!("{card}?room={}", segment(room)))
}

/// The page of a room in a list.
#[must_use]
pub fn of_entry(entry: &RoomEntry) -> String {
    entry.other.as_ref().map_or_else(|| room(entry.room.as_str()), |other| direct(other.name.as_str()))
}

/// The address of one event. Direct rooms have it too, under the room's made name.
#[must_use]
pub fn permalink(name: &str, seq: Seq) -> String {
    format!("{}/{seq}", room(name))
}

/// The login page that leads on to `next`.
#[must_use]
pub fn login(next: &str) -> String {
    format!("/login?next={}", segment(next))
}

/// One segment of a path, or one value of a query (RFC 3986, section 2).
#[must_use]
pub fn segment(text: &str) -> String {
    escape(text, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// The address to go on to, if it is one of ours: everything else would let a link of ours lead to a foreign page.
#[must_use]
pub fn local(next: &str) -> Option<String> {
    let is_ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        // Browsers drop tabs and line breaks: "/\t/evil.example" would become "//evil.example".
        && !next.chars().any(char::is_control)
        && next.len() <= 2048;
    // What a query has decoded is written again as a header may carry it.
    is_ours.then(|| escape(next, |byte| byte.is_ascii_graphic() && !b"\"<>^`{|}".contains(&byte)))
}

fn escape(text: &str, is_plain: impl Fn(u8) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_plain(byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_followed() {
        for good in ["/", "/rooms/lobby", "/rooms/lobby?before=7#m-3", "/rooms/%C3%A9"] {
            assert_eq!(local(good).as_deref(), Some(good));
        }
        assert_eq!(local("/rooms/é").as_deref(), Some("/rooms/%C3%A9"));
        let bad = [
            "",
            "rooms",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil",
            "https://evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            " /rooms",
            "/\n/x",
        ];
        for next in bad {
            assert_eq!(local(next), None, "{next:?}");
        }
        assert_eq!(local(&format!("/{}", "x".repeat(3000))), None);
    }

    #[test]
    fn names_of_any_letters_make_good_paths() {
        assert_eq!(room("lobby"), "/rooms/lobby");
        assert_eq!(direct("Žofie"), "/direct/%C5%BDofie");
        assert_eq!(login("/rooms/a?b=c&d"), "/login?next=%2Frooms%2Fa%3Fb%3Dc%26d");
    }
}
