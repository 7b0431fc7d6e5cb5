//! Emoji: one of them as a reaction, and texts of nothing else. What counts as one says the table of Unicode, so that
//! letters, half flags and made-up sequences never do.

use std::fmt;

use derive_more::{Display, Error};
use serde::{Serialize, Serializer};
use unicode_segmentation::UnicodeSegmentation;
use utoipa::ToSchema;

use super::limits::EMOJI_BYTES;

/// A message of up to this many emoji and nothing else is shown large.
pub const JUMBO: usize = 8;

/// Why something is no emoji.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum EmojiError {
    /// Not in the table.
    #[display("this is not one emoji; send one, such as 👍, or its name, such as :thumbsup:")]
    Unknown,
    /// Longer than any emoji there is.
    #[display("an emoji has at most {EMOJI_BYTES} bytes")]
    TooLong,
}

/// Exactly one emoji, written as Unicode recommends it: two people who mean the same one always hold the same value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String)]
pub struct Emoji(&'static str);

impl Emoji {
    /// Reads an emoji, with or without its variation selectors, or its name between colons.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(text: &str) -> Result<Self, EmojiError> {
        let text = text.trim();
        if let Some(name) = text.strip_prefix(':').and_then(|rest| rest.strip_suffix(':')) {
            return Self::named(name).ok_or(EmojiError::Unknown);
        }
        if text.len() > EMOJI_BYTES {
            return Err(EmojiError::TooLong);
        }
        Self::written(text).ok_or(EmojiError::Unknown)
    }

    fn written(text: &str) -> Option<Self> {
        emojis::get(text).map(|emoji| Self(emoji.as_str()))
    }

    fn named(name: &str) -> Option<Self> {
        emojis::get_by_shortcode(name).map(|emoji| Self(emoji.as_str()))
    }

    /// The emoji.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// What it is called in English, for those who do not see it: "thumbs up".
    #[must_use]
    pub fn name(self) -> &'static str {
        emojis::get(self.0).map_or("", emojis::Emoji::name)
    }
}

impl fmt::Display for Emoji {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Emoji {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Serialize for Emoji {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

/// True for a text of one to eight emoji, or their names between colons, and white space.
#[must_use]
pub fn is_jumbo(text: &str) -> bool {
    jumbo(text).is_some()
}

/// Such a text with its names replaced by the emoji; `None` for every other text.
#[must_use]
pub fn jumbo(text: &str) -> Option<String> {
    let mut shown = String::new();
    let mut count = 0;
    for (number, line) in text.trim().lines().enumerate() {
        if number > 0 {
            shown.push('\n');
        }
        for (number, word) in line.split_whitespace().enumerate() {
            if number > 0 {
                shown.push(' ');
            }
            let mut rest = word;
            while !rest.is_empty() {
                count += 1;
                let (emoji, behind) = first_emoji(rest).filter(|_| count <= JUMBO)?;
                shown.push_str(emoji.as_str());
                rest = behind;
            }
        }
    }
    (count > 0).then_some(shown)
}

/// The emoji that a word begins with, and what follows it.
fn first_emoji(word: &str) -> Option<(Emoji, &str)> {
    if let Some(rest) = word.strip_prefix(':') {
        let (name, behind) = rest.split_once(':')?;
        return Emoji::named(name).map(|emoji| (emoji, behind));
    }
    // The common case needs no look at the tables.
    if word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let first = word.graphemes(true).next()?;
    Emoji::written(first).map(|emoji| (emoji, &word[first.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_is_one_however_it_is_written() {
        for (text, emoji) in [
            ("👍", "👍"),
            (" 👍 ", "👍"),
            ("👍\u{fe0f}", "👍"),
            ("👍🏽", "👍🏽"),
            ("❤", "❤\u{fe0f}"),
            ("❤\u{fe0f}", "❤\u{fe0f}"),
            ("1\u{20e3}", "1\u{fe0f}\u{20e3}"),
            ("🇩🇪", "🇩🇪"),
            ("👩\u{200d}❤\u{200d}👨", "👩\u{200d}❤\u{fe0f}\u{200d}👨"),
            (":smile:", "😄"),
            (":+1:", "👍"),
        ] {
            assert_eq!(Emoji::parse(text).map(Emoji::as_str), Ok(emoji), "{text:?}");
        }
        assert_eq!(Emoji::parse("👍").map(Emoji::name), Ok("thumbs up"));
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in [
            "",
            "a",
            "1",
            "#",
            "👍👍",
            "👍a",
            "🇩",
            "\u{200d}",
            "\u{fe0f}",
            "🏽🏽",
            ":",
            "::",
            ":nothing:",
            "smile",
            "❤\u{fe0e}",
        ] {
            assert_eq!(Emoji::parse(text), Err(EmojiError::Unknown), "{text:?}");
        }
        assert_eq!(Emoji::parse(&"👍".repeat(100)), Err(EmojiError::TooLong));
    }

    #[test]
    fn every_emoji_of_the_table_fits() {
        for emoji in emojis::iter().flat_map(|emoji| emoji.skin_tones().map_or_else(|| vec![emoji], Iterator::collect))
        {
            assert_eq!(Emoji::parse(emoji.as_str()).map(Emoji::as_str), Ok(emoji.as_str()));
            assert!(is_jumbo(emoji.as_str()), "{emoji}");
        }
    }

    #[test]
    fn a_text_of_few_emoji_alone_is_large() {
        for text in ["👍", "👍🏽👍", " 🎉 🎉\n🎉", ":smile:", ":smile::+1: 🇩🇪🇫🇷", "1\u{fe0f}\u{20e3}", "😀😀😀😀😀😀😀😀"]
        {
            assert!(is_jumbo(text), "{text:?}");
        }
        for text in
            ["", " ", "a", "👍 ok", "1", "ok 👍", ":nothing:", ":", "😀😀😀😀😀😀😀😀😀", "*", "👍\u{200b}", "🇩"]
        {
            assert!(!is_jumbo(text), "{text:?}");
        }
    }
}
