//! What somebody says of themselves in one line: an emoji, a few words, and until when it holds.

use derive_more::{Display, Error};
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;
use utoipa::ToSchema;

use super::clock::Timestamp;
use super::emoji::Emoji;
use super::limits::STATUS_TEXT_CHARS;

/// Why a status was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum StatusError {
    /// More characters than allowed.
    #[display("a status has at most {STATUS_TEXT_CHARS} characters, this one has {chars}")]
    TooLong {
        /// Grapheme clusters found.
        chars: usize,
    },
    /// A character that steers a terminal.
    #[display("a status may not contain control characters")]
    Control,
}

/// One line about somebody; nothing in it for most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatusLine {
    /// One emoji, or nothing.
    pub emoji: Option<Emoji>,
    /// A few words, or nothing.
    pub text: StatusText,
    /// When it goes away by itself.
    pub until: Option<Timestamp>,
}

impl StatusLine {
    /// True when nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.emoji.is_none() && self.text.as_str().is_empty()
    }

    /// The same, or nothing when its time is over.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        if self.until.is_some_and(|until| until <= now) { Self::default() } else { self }
    }

    /// The emoji and the words in one piece, for where there is one line of text.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{} {}", self.emoji.map_or("", Emoji::as_str), self.text.as_str()).trim().to_owned()
    }
}

/// At most a hundred characters in one line; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String)]
#[serde(transparent)]
pub struct StatusText(String);

impl StatusText {
    /// Checks what somebody typed. White space becomes single spaces. What is not seen, and what turns the direction of
    /// the text around it, is left out: the line stands beside names, and must not touch them.
    ///
    /// # Errors
    /// When it is too long, or has control characters.
    pub fn parse(text: &str) -> Result<Self, StatusError> {
        if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
            return Err(StatusError::Control);
        }
        let seen: String = text.chars().filter(|c| !is_steering(*c)).collect();
        let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        let chars = line.graphemes(true).count();
        // A character may be made of any number of parts; nobody needs more than a few.
        if chars > STATUS_TEXT_CHARS || line.len() > STATUS_TEXT_CHARS * 16 {
            return Err(StatusError::TooLong { chars });
        }
        Ok(Self(line))
    }

    /// One that was checked before it was stored.
    #[must_use]
    pub fn trusted(text: String) -> Self {
        Self(text)
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Signs that draw nothing but change what stands around them. The joiners of emoji and of some scripts stay.
fn is_steering(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e001f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_is_one_line_that_touches_nothing_around_it() {
        let text = |text: &str| StatusText::parse(text).map(|text| text.0);
        assert_eq!(text("  on\n holiday\t"), Ok("on holiday".to_owned()));
        assert_eq!(text("a\u{202e}b\u{200b}\u{2066}c"), Ok("abc".to_owned()));
        assert_eq!(text("a\u{0}b"), Err(StatusError::Control));
        assert_eq!(text("a\u{1b}[31mb"), Err(StatusError::Control));
        assert_eq!(text(&"é".repeat(100)), Ok("é".repeat(100)));
        assert_eq!(text(&"é".repeat(101)), Err(StatusError::TooLong { chars: 101 }));
        assert_eq!(text("می‌خواهم"), Ok("می‌خواهم".to_owned()), "joiners are part of the word");
    }

    #[test]
    fn a_status_is_over_when_its_time_is() {
        let line = StatusLine { text: StatusText("out".into()), until: Some(Timestamp(10)), ..StatusLine::default() };
        assert_eq!(line.clone().at(Timestamp(9)), line);
        assert!(line.at(Timestamp(10)).is_empty());
    }

    proptest! {
        #[test]
        fn a_parsed_text_parses_to_itself(text in "(?s).{0,120}") {
            if let Ok(parsed) = StatusText::parse(&text) {
                prop_assert_eq!(StatusText::parse(parsed.as_str()), Ok(parsed.clone()));
            }
        }
    }
}
