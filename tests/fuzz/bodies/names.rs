//! Names of people and rooms: a good name reads as itself, and its key is that of every way to write it.

use parlor::domain::limits;
use parlor::domain::name::{NameError, NameKey, RoomName, UserName};
use unicode_segmentation::UnicodeSegmentation;

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    check_key(text);
    match UserName::parse(text) {
        Ok(name) => {
            check_good(name.as_str(), limits::USER_NAME_CHARS);
            assert_eq!(UserName::parse(name.as_str()), Ok(name.clone()));
            assert_eq!(NameKey::of(name.as_str()), name.key());
            check_cases(name.as_str());
        }
        Err(error) => check_error(&error),
    }
    match RoomName::parse_existing(text) {
        Ok(name) => {
            check_good(name.as_str(), limits::ROOM_NAME_CHARS);
            assert_eq!(RoomName::parse_existing(name.as_str()), Ok(name.clone()));
            assert_eq!(RoomName::parse_existing(&format!("#{name}")), Ok(name.clone()));
            check_cases(name.as_str());
        }
        Err(error) => check_error(&error),
    }
    if let Ok(name) = RoomName::parse(text) {
        assert_eq!(RoomName::parse_existing(text), Ok(name), "the two ways to read a room agree");
    }
}

/// Folding a second time changes nothing: otherwise two keys could mean one name.
fn check_key(text: &str) {
    let key = NameKey::of(text);
    assert_eq!(NameKey::of(key.as_str()), key, "{text:?}");
}

fn check_good(name: &str, max: usize) {
    assert!((1..=max).contains(&name.graphemes(true).count()), "{name:?}");
    assert!(!name.chars().any(|c| c.is_control() || c.is_whitespace()), "{name:?}");
    assert!(!name.contains(['<', '>', '&', '"', '\'', '/', '#', '?', '@', ':']), "{name:?}");
}

/// Capital and small letters are the same letters.
fn check_cases(name: &str) {
    let pairs = |c: char| {
        let (mut up, mut low) = (c.to_uppercase(), c.to_lowercase());
        match (up.next(), up.next(), low.next(), low.next()) {
            (Some(up), None, Some(low), None) if up.to_lowercase().eq([low]) => Some((up, low)),
            _ => None,
        }
    };
    let capitals: String = name.chars().map(|c| pairs(c).map_or(c, |(up, _)| up)).collect();
    let smalls: String = name.chars().map(|c| pairs(c).map_or(c, |(_, low)| low)).collect();
    assert_eq!(NameKey::of(&capitals), NameKey::of(&smalls), "{name:?}");
    assert_eq!(NameKey::of(name), NameKey::of(&smalls), "{name:?}");
}

fn check_error(error: &NameError) {
    let words = error.to_string();
    assert!(!words.is_empty() && words.len() < 200 && !words.chars().any(char::is_control), "{words:?}");
}
