//! Checked names of people and rooms. Parse once, then trust: whoever holds a `UserName` holds a good one.
//!
//! Two names are the same name when their keys are equal: NFKC, lower case, then the confusable skeleton of
//! Unicode TR 39 (section 4), so that `аnn` with a Cyrillic `а` cannot pass for `ann`.

use std::fmt;
use std::sync::Arc;

use derive_more::{Display, Error};
use serde::{Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;
use unicode_security::GeneralSecurityProfile;
use unicode_segmentation::UnicodeSegmentation;
use utoipa::ToSchema;

use super::limits;

/// The word behind an `@` that means everybody in a room; nobody may be called so.
pub const EVERYONE: &str = "room";
/// Rooms made for two people carry this prefix; nobody may choose a name with it.
pub const DIRECT_PREFIX: &str = "direct-";
/// Signs that names of people may have beside letters and digits.
const USER_SIGNS: &str = "_-.";
/// Signs that names of rooms may have beside letters and digits.
const ROOM_SIGNS: &str = "_-";
/// Two rounds of folding are enough for every letter known; more would be a fault of the tables.
const KEY_ROUNDS: usize = 4;

/// Why a name was refused. The text is for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Display, Error)]
pub enum NameError {
    /// Nothing was typed.
    #[display("a name is needed")]
    Empty,
    /// More characters than allowed.
    #[display("the name has {chars} characters, {max} are allowed")]
    TooLong {
        /// Grapheme clusters found.
        chars: usize,
        /// Grapheme clusters allowed.
        max: usize,
    },
    /// A character that names may not have.
    #[display("the name may not contain {character:?}; use letters, digits and {allowed}")]
    BadCharacter {
        /// The first one found.
        character: char,
        /// The signs that are allowed beside letters and digits.
        allowed: &'static str,
    },
    /// A name starts with a letter or a digit.
    #[display("the name must start with a letter or a digit")]
    BadStart,
    /// Names the server keeps for itself.
    #[display("this name is reserved; choose another")]
    Reserved,
}

/// The form under which names are compared and kept unique.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Display)]
pub struct NameKey(Arc<str>);

impl NameKey {
    /// The key of any text, also of one that is no good name (then nothing will match it).
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut key = folded(text);
        // What a letter looks like may fold further; the key of a key has to be that key.
        for _ in 0..KEY_ROUNDS {
            let next = folded(&key);
            if next == key {
                break;
            }
            key = next;
        }
        Self(key.into())
    }

    /// A key that the database has kept.
    #[must_use]
    pub fn trusted(key: String) -> Self {
        Self(key.into())
    }

    /// The key as the database keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One round of folding. Each letter is folded by itself: in a whole word a capital sigma at the end would become
/// another letter than the one in the middle.
fn folded(text: &str) -> String {
    let lower: String = text.nfkc().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c }).collect();
    unicode_security::skeleton(&lower).flat_map(char::to_lowercase).nfkc().collect()
}

/// The name of a person: 1 to 32 characters, letters, digits, `_`, `-` and `.`, as typed (NFC).
#[derive(Clone, PartialEq, Eq, Hash, ToSchema)]
#[schema(value_type = String)]
pub struct UserName(Arc<str>);

/// The name of a room: 1 to 64 characters, letters, digits, `_` and `-`, in lower case.
#[derive(Clone, PartialEq, Eq, Hash, ToSchema)]
#[schema(value_type = String)]
pub struct RoomName(Arc<str>);

impl UserName {
    /// Checks what somebody typed. Spaces around it are dropped.
    ///
    /// # Errors
    /// Says which rule the name breaks.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let name: String = text.trim().nfc().collect();
        check(&name, limits::USER_NAME_CHARS, USER_SIGNS)?;
        // Behind an `@` it means everybody in the room.
        if name.eq_ignore_ascii_case(EVERYONE) {
            return Err(NameError::Reserved);
        }
        Ok(Self(name.into()))
    }

    /// A name that was checked before it was stored.
    #[must_use]
    pub fn trusted(text: String) -> Self {
        Self(text.into())
    }

    /// The form under which it is unique.
    #[must_use]
    pub fn key(&self) -> NameKey {
        NameKey::of(&self.0)
    }
}

impl RoomName {
    /// Checks what somebody typed; a leading `#` and spaces around it are dropped, letters become lower case.
    ///
    /// # Errors
    /// Says which rule the name breaks.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        match Self::parse_existing(text) {
            Ok(name) if name.0.starts_with(DIRECT_PREFIX) => Err(NameError::Reserved),
            other => other,
        }
    }

    /// Reads the name of an existing room, which may be a direct one.
    ///
    /// # Errors
    /// Says which rule the name breaks.
    pub fn parse_existing(text: &str) -> Result<Self, NameError> {
        let bare = text.trim();
        let bare = bare.strip_prefix('#').unwrap_or(bare);
        // Every message names its room: the common case takes the short way to the same result.
        let name: String = if bare.is_ascii() {
            bare.to_ascii_lowercase()
        } else {
            bare.nfkc().collect::<String>().to_lowercase().nfc().collect()
        };
        check(&name, limits::ROOM_NAME_CHARS, ROOM_SIGNS)?;
        Ok(Self(name.into()))
    }

    /// A name that was checked before it was stored.
    #[must_use]
    pub fn trusted(text: String) -> Self {
        Self(text.into())
    }

    /// The form under which it is unique.
    #[must_use]
    pub fn key(&self) -> NameKey {
        NameKey::of(&self.0)
    }
}

/// True for a character that the name of a person may have.
#[must_use]
pub fn is_user_name_char(character: char) -> bool {
    is_name_char(character, USER_SIGNS)
}

/// True for a character that the name of a room may have.
#[must_use]
pub fn is_room_name_char(character: char) -> bool {
    is_name_char(character, ROOM_SIGNS)
}

fn check(name: &str, max: usize, allowed: &'static str) -> Result<(), NameError> {
    let Some(first) = name.chars().next() else {
        return Err(NameError::Empty);
    };
    // Counting clusters is linear; the byte test keeps a megabyte of combining marks from being counted at all.
    if name.len() > max * 32 {
        return Err(NameError::TooLong { chars: name.chars().count(), max });
    }
    let chars = if name.is_ascii() { name.len() } else { name.graphemes(true).count() };
    if chars > max {
        return Err(NameError::TooLong { chars, max });
    }
    if let Some(character) = name.chars().find(|&c| !is_name_char(c, allowed)) {
        return Err(NameError::BadCharacter { character, allowed });
    }
    if first.is_alphanumeric() { Ok(()) } else { Err(NameError::BadStart) }
}

/// Letters, digits and the marks that belong to letters, as far as TR 39 allows them in identifiers.
fn is_name_char(character: char, allowed: &str) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || allowed.contains(character);
    }
    character.identifier_allowed()
        && !character.is_control()
        && (character.is_alphanumeric() || unicode_normalization::char::is_combining_mark(character))
}

macro_rules! text_traits {
    ($name:ident) => {
        impl $name {
            /// The name as people see it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}
text_traits!(UserName);
text_traits!(RoomName);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_names_are_accepted_as_typed() {
        for name in ["ann", "Ann", "jean-luc", "o_brien", "r2.d2", "Žofie", "莉莉", "محمد", "नमस्ते"]
        {
            assert_eq!(UserName::parse(name).map(|n| n.to_string()), Ok(name.nfc().collect()), "{name}");
        }
    }

    #[test]
    fn a_name_of_thirty_three_characters_is_too_long() {
        assert!(UserName::parse(&"a".repeat(32)).is_ok());
        assert_eq!(UserName::parse(&"a".repeat(33)), Err(NameError::TooLong { chars: 33, max: 32 }));
        // e + acute accent is one character, however it is written.
        assert!(UserName::parse(&"e\u{301}".repeat(32)).is_ok());
    }

    #[test]
    fn spaces_controls_bidi_and_zero_width_signs_are_refused() {
        for name in ["a b", "a\u{202e}b", "a\u{200b}b", "a\u{0}b", "a\nb", "<b>", "a/b", "-a", ".", "", "  ", "😀"] {
            assert!(UserName::parse(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn nobody_is_called_everybody() {
        for name in ["room", "Room"] {
            assert_eq!(UserName::parse(name), Err(NameError::Reserved));
        }
        assert!(RoomName::parse("room").is_ok() && UserName::parse("rooms").is_ok());
    }

    #[test]
    fn look_alikes_and_other_cases_share_a_key() {
        let key = NameKey::of("paypal");
        assert_eq!(NameKey::of("PayPal"), key);
        assert_eq!(NameKey::of("раураl"), key, "Cyrillic letters that look like Latin ones");
        assert_eq!(NameKey::of("ｐａｙｐａｌ"), key, "full-width letters");
        assert_ne!(NameKey::of("paypa"), key);
    }

    #[test]
    fn capital_letters_make_no_other_name() {
        for (capital, small) in [("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"), ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"), ("ŽOFIE", "žofie")]
        {
            assert_eq!(NameKey::of(capital), NameKey::of(small), "{capital}");
        }
    }

    #[test]
    fn the_name_of_a_direct_room_is_folded_like_any_other() {
        // The first letter is a full-width one.
        assert_eq!(RoomName::parse_existing("\u{ff44}irect-A").map(|n| n.to_string()), Ok("direct-a".to_owned()));
        assert_eq!(RoomName::parse("\u{ff44}irect-A"), Err(NameError::Reserved));
    }

    #[test]
    fn room_names_are_folded_and_the_direct_prefix_is_reserved() {
        assert_eq!(RoomName::parse(" #General ").map(|n| n.to_string()), Ok("general".to_owned()));
        assert_eq!(RoomName::parse("direct-abc"), Err(NameError::Reserved));
        assert!(RoomName::parse_existing("direct-abc").is_ok());
        assert!(RoomName::parse("a.b").is_err());
        assert_eq!(RoomName::parse(&"r".repeat(65)), Err(NameError::TooLong { chars: 65, max: 64 }));
    }

    proptest! {
        #[test]
        fn a_parsed_name_parses_to_itself(text in "\\PC{0,40}") {
            if let Ok(name) = UserName::parse(&text) {
                prop_assert_eq!(UserName::parse(name.as_str()), Ok(name.clone()));
                prop_assert!(!name.as_str().chars().any(char::is_control));
                prop_assert!(name.as_str().graphemes(true).count() <= limits::USER_NAME_CHARS);
            }
        }

        #[test]
        fn a_parsed_room_name_parses_to_itself(text in "\\PC{0,70}") {
            if let Ok(name) = RoomName::parse(&text) {
                prop_assert_eq!(RoomName::parse(name.as_str()), Ok(name.clone()));
            }
        }

        #[test]
        fn case_never_changes_the_key_of_an_ascii_name(text in "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,31}") {
            prop_assert_eq!(NameKey::of(&text), NameKey::of(&text.to_uppercase()));
        }

        #[test]
        fn taking_the_key_twice_changes_nothing(text in "[a-z0-9_.-]{1,32}") {
            let key = NameKey::of(&text);
            prop_assert_eq!(NameKey::of(key.as_str()), key);
        }
    }
}
