//! The text of a message, checked.

use derive_more::{Display, Error};
use serde::Serialize;

use super::limits;

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum TextError {
    /// Only white space.
    #[display("there is nothing to send: `text` is empty")]
    Empty,
    /// Over the limit.
    #[display("`text` has {bytes} bytes, {max} are allowed; send it in parts")]
    TooLong {
        /// Bytes found.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// NUL has no place in a text.
    #[display("`text` may not contain the character U+0000")]
    Nul,
}

/// 1 byte to 16 KiB of text with something in it to see; line ends are `\n`, none at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MessageText(String);

impl MessageText {
    /// Checks what somebody wrote.
    ///
    /// # Errors
    /// Says which rule it breaks.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if text.len() > limits::TEXT_BYTES {
            return Err(TextError::TooLong { bytes: text.len(), max: limits::TEXT_BYTES });
        }
        if text.contains('\0') {
            return Err(TextError::Nul);
        }
        if text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
            return Err(TextError::Empty);
        }
        let unix = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
        let end = unix.trim_end().len();
        // Blank lines in front go, the indentation of the first line stays: it may be code.
        let first_sign = unix.find(|c: char| !c.is_whitespace()).unwrap_or(0);
        let start = unix[..first_sign].rfind('\n').map_or(0, |at| at + 1);
        Ok(Self(unix[start..end].to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, given away.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Characters that draw nothing by themselves: a message of these alone would look like a fault.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
        || character.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn white_space_around_goes_and_indentation_stays() {
        assert_eq!(
            MessageText::parse("\r\n\n  hello\r\nworld \n").map(MessageText::into_string),
            Ok("  hello\nworld".into())
        );
    }

    #[test]
    fn a_text_without_anything_to_see_is_empty() {
        for text in ["", " \n\t", "\u{200b}\u{feff}", "\u{202e}"] {
            assert_eq!(MessageText::parse(text), Err(TextError::Empty), "{text:?}");
        }
    }

    #[test]
    fn sixteen_kibibytes_are_the_limit() {
        assert!(MessageText::parse(&"x".repeat(16 * 1024)).is_ok());
        assert_eq!(
            MessageText::parse(&"x".repeat(16 * 1024 + 1)),
            Err(TextError::TooLong { bytes: 16_385, max: 16_384 })
        );
    }

    proptest! {
        #[test]
        fn a_parsed_text_parses_to_itself(text in "(?s).{0,80}") {
            if let Ok(parsed) = MessageText::parse(&text) {
                prop_assert_eq!(MessageText::parse(parsed.as_str()), Ok(parsed.clone()));
            }
        }
    }
}
