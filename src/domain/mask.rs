//! Masks: patterns over a person's name, user name and host, as chats of the IRC family keep people out of a room with
//! (RFC 2812, section 2.5.1). A host is made of the id, so that a mask can mean one person and shows no address.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::clock::Timestamp;
use super::ids::UserId;
use super::name::{NameKey, UserName};

/// Longest mask, in bytes.
pub const MASK_BYTES: usize = 200;
/// Most masks of one room.
pub const MASKS: usize = 100;

/// A pattern `name!user@host`, in which `*` stands for any characters and `?` for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    name: String,
    user: String,
    host: String,
}

/// A mask that keeps people out of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptOut {
    /// Whom.
    pub mask: Mask,
    /// Who said so.
    #[serde(deserialize_with = "name_of_old")]
    pub by: UserName,
    /// When.
    pub at: Timestamp,
}

/// Whoever set a mask may be gone since, and guests have had names that nobody may choose: one word, no more is asked.
fn name_of_old<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UserName, D::Error> {
    let name = String::deserialize(deserializer)?;
    if name.is_empty() || name.len() > MASK_BYTES || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(serde::de::Error::custom("a name is one word"));
    }
    Ok(UserName::trusted(name))
}

/// The host under which somebody is shown.
#[must_use]
pub fn host_of(user: UserId) -> String {
    // The end of an id of version 7 is random (RFC 9562, section 5.7); its beginning is a time.
    let random = user.as_bytes()[10..].iter().fold(0_u64, |random, byte| random << 8 | u64::from(*byte));
    format!("{random:012x}.parlor")
}

impl Mask {
    /// Reads a mask; what is left out is `*`. `None` for an empty one, one that is too long, or one with spaces.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text.len() > MASK_BYTES || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return None;
        }
        let (before, host) = match text.split_once('@') {
            Some((before, host)) => (before, host),
            None => (text, ""),
        };
        let (name, user) = match before.split_once('!') {
            Some((name, user)) => (name, user),
            // `user@host`, as some clients write it.
            None if text.contains('@') => ("", before),
            None => (before, ""),
        };
        let part = |text: &str| if text.is_empty() { "*".to_owned() } else { text.to_lowercase() };
        Some(Self { name: part(name), user: part(user), host: part(host) })
    }

    /// Whether it means this person.
    #[must_use]
    pub fn matches(&self, name: &str, user: &str, host: &str) -> bool {
        let is_same = |pattern: &str, text: &str| matches(pattern, &text.to_lowercase());
        is_same(&self.name, name) && is_same(&self.user, user) && is_same(&self.host, host)
    }

    /// The one name it means, if it means one and nothing else.
    #[must_use]
    pub fn only_name(&self) -> Option<NameKey> {
        let is_any = self.user == "*" && self.host == "*";
        (is_any && !self.name.contains(['*', '?'])).then(|| NameKey::of(&self.name))
    }
}

impl Serialize for Mask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a mask is one word of at most 200 bytes"))
    }
}

impl std::fmt::Display for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}!{}@{}", self.name, self.user, self.host)
    }
}

/// Whether a text is what a pattern with `*` and `?` says. Takes at most the product of both lengths in steps.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut read) = (0, 0);
    // Where the last star stands, and how far the text was read when it was met.
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[read] => {
                at += 1;
                read += 1;
            }
            _ => match &mut star {
                Some((stood, taken)) => {
                    *taken += 1;
                    (at, read) = (*stood + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_mask_is_completed() {
        for (typed, whole) in [
            ("ann", "ann!*@*"),
            ("Ann!*@*", "ann!*@*"),
            ("*@host.example", "*!*@host.example"),
            ("ann!user", "ann!user@*"),
            ("a!b@c", "a!b@c"),
        ] {
            assert_eq!(Mask::parse(typed).map(|mask| mask.to_string()).as_deref(), Some(whole), "{typed}");
        }
        assert_eq!(Mask::parse(""), None);
        assert_eq!(Mask::parse("a b"), None);
        assert_eq!(Mask::parse(&"x".repeat(MASK_BYTES + 1)), None);
    }

    #[test]
    fn a_mask_means_whom_it_says() {
        let means = |mask: &str| Mask::parse(mask).is_some_and(|mask| mask.matches("Ann", "a", "1f.parlor"));
        assert!(means("ann") && means("a*") && means("?nn!*@*") && means("*!*@*.parlor"));
        assert!(!means("bob") && !means("*!b@*") && !means("*!*@*.example"));
        assert_eq!(Mask::parse("ann").and_then(|mask| mask.only_name()), Some(NameKey::of("ann")));
        assert_eq!(Mask::parse("a*").and_then(|mask| mask.only_name()), None);
    }

    proptest! {
        #[test]
        fn a_star_takes_anything_and_a_text_is_its_own_pattern(text in "[a-z]{0,20}", more in "[a-z]{0,20}") {
            prop_assert!(matches("*", &text) && matches(&text, &text));
            let star = format!("{text}*");
            let whole = format!("{text}{more}");
            prop_assert!(matches(&star, &whole));
            let shorter = whole.strip_suffix(&text).unwrap_or_default().to_owned();
            prop_assert_eq!(matches(&whole, &shorter), whole == shorter);
        }
    }
}
