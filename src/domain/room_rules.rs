//! What those who keep order may set about a room beside its kind: who may come in, who may write, who finds it.

use std::hint::black_box;

use derive_more::{Display, Error};
use serde::{Deserialize, Serialize};

use super::mask::{KeptOut, MASKS, Mask};

/// Longest key of a room, in bytes.
pub const KEY_BYTES: usize = 32;
/// Most people a room may be limited to.
pub const MOST_PEOPLE: u32 = 100_000;

/// The rules of one room. A room without rules has the default ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct RoomRules {
    /// Only those with a voice write, and those who keep order.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub moderated: bool,
    /// Everybody who may write may change the topic.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub open_topic: bool,
    /// Newcomers take an invitation.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub invite_only: bool,
    /// It stands in no list of those who are not in it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Newcomers have to know this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<RoomKey>,
    /// Nobody comes in while so many are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
    /// Who is kept out by mask, at most [`MASKS`] of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masks: Vec<KeptOut>,
}

/// One rule that is to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleChange {
    /// [`RoomRules::moderated`]
    Moderated(bool),
    /// [`RoomRules::open_topic`]
    OpenTopic(bool),
    /// [`RoomRules::invite_only`]
    InviteOnly(bool),
    /// [`RoomRules::hidden`]
    Hidden(bool),
    /// [`RoomRules::key`]
    Key(Option<RoomKey>),
    /// [`RoomRules::most`]
    Most(Option<u32>),
    /// One more of [`RoomRules::masks`].
    KeepOut(KeptOut),
    /// One less of them.
    LetIn(Mask),
}

/// A key with spaces, commas or control characters, or of no length, or of too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
#[display("a key has 1 to {KEY_BYTES} bytes, without spaces, commas or control characters")]
pub struct BadKey;

/// What newcomers have to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoomKey(String);

impl RoomKey {
    /// Checks what somebody typed.
    ///
    /// # Errors
    /// When no client could ever send it.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let is_bad = |c: char| c.is_control() || c.is_whitespace() || c == ',';
        if text.is_empty() || text.len() > KEY_BYTES || text.starts_with(':') || text.chars().any(is_bad) {
            return Err(BadKey);
        }
        Ok(Self(text.to_owned()))
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is it, without telling by the time where it differs.
    #[must_use]
    pub fn is(&self, typed: &str) -> bool {
        let (own, typed) = (self.0.as_bytes(), typed.as_bytes());
        let differences = own.iter().zip(typed).fold(0, |all, (one, other)| black_box(all | (one ^ other)));
        own.len() == typed.len() && differences == 0
    }
}

impl TryFrom<String> for RoomKey {
    type Error = BadKey;

    fn try_from(text: String) -> Result<Self, BadKey> {
        Self::parse(&text)
    }
}

impl From<RoomKey> for String {
    fn from(key: RoomKey) -> Self {
        key.0
    }
}

impl RoomRules {
    /// Changes one rule; `false` when it was so already.
    pub fn change(&mut self, change: RuleChange) -> bool {
        fn set<T: PartialEq>(place: &mut T, value: T) -> bool {
            let differs = *place != value;
            *place = value;
            differs
        }
        match change {
            RuleChange::Moderated(on) => set(&mut self.moderated, on),
            RuleChange::OpenTopic(on) => set(&mut self.open_topic, on),
            RuleChange::InviteOnly(on) => set(&mut self.invite_only, on),
            RuleChange::Hidden(on) => set(&mut self.hidden, on),
            RuleChange::Key(key) => set(&mut self.key, key),
            RuleChange::Most(most) => set(&mut self.most, most),
            RuleChange::KeepOut(kept) => {
                let is_new = self.masks.len() < MASKS && self.masks.iter().all(|old| old.mask != kept.mask);
                if is_new {
                    self.masks.push(kept);
                }
                is_new
            }
            RuleChange::LetIn(mask) => {
                let before = self.masks.len();
                self.masks.retain(|old| old.mask != mask);
                self.masks.len() < before
            }
        }
    }

    /// Whether a mask would be one too many.
    #[must_use]
    pub fn has_no_place_for(&self, mask: &Mask) -> bool {
        self.masks.len() >= MASKS && self.masks.iter().all(|old| old.mask != *mask)
    }

    /// Whether this is the key; a room without one takes every key, and none.
    #[must_use]
    pub fn is_opened_by(&self, key: Option<&str>) -> bool {
        self.key.as_ref().is_none_or(|own| key.is_some_and(|key| own.is(key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_word() {
        for bad in ["", "a b", "a,b", "a\nb", ":a", &"x".repeat(KEY_BYTES + 1)] {
            assert_eq!(RoomKey::parse(bad), Err(BadKey), "{bad:?}");
        }
        assert_eq!(RoomKey::parse("schlüssel").map(|key| key.0), Ok("schlüssel".to_owned()));
    }

    #[test]
    fn a_change_says_whether_it_changes_anything() {
        let mut rules = RoomRules::default();
        assert!(rules.change(RuleChange::Moderated(true)) && !rules.change(RuleChange::Moderated(true)));
        assert!(rules.is_opened_by(None) && rules.is_opened_by(Some("x")));
        let key = RoomKey::parse("x").ok();
        assert!(rules.change(RuleChange::Key(key)));
        assert!(rules.is_opened_by(Some("x")) && !rules.is_opened_by(Some("y")) && !rules.is_opened_by(None));
        assert!(!rules.is_opened_by(Some("xx")) && !rules.is_opened_by(Some("")));
    }
}
