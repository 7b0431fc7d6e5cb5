//! Where things are: values of the `Location` header.

use std::fmt::Write;

use crate::domain::ids::Seq;
use crate::domain::name::RoomName;

/// A room in the API.
#[must_use]
pub fn of_room(room: &RoomName) -> String {
    format!("/api/v1/rooms/{}", segment(room.as_str()))
}

/// The page of an event: its permalink.
#[must_use]
pub fn of_event(room: &RoomName, seq: Seq) -> String {
    format!("/rooms/{}/{seq}", segment(room.as_str()))
}

/// One segment of a path, percent-encoded (RFC 3986, section 2.1).
fn segment(text: &str) -> String {
    let mut path = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_scripts_fit_into_a_header() {
        assert_eq!(of_room(&RoomName::trusted("caf\u{e9}-1".to_owned())), "/api/v1/rooms/caf%C3%A9-1");
        assert_eq!(of_event(&RoomName::trusted("lobby".to_owned()), 7), "/rooms/lobby/7");
    }
}
