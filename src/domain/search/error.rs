//! What is wrong with a search, in words that say what to do.

use derive_more::{Display, Error};

use crate::domain::limits::{SEARCH_BYTES, SEARCH_WORDS};

/// Most characters of somebody's words that are repeated in an error.
const SHOWN_CHARS: usize = 40;

/// Why a search was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Display, Error)]
pub enum SearchError {
    /// Nothing that could be looked for.
    #[display("write a word, a \"phrase\", or a filter such as from:ann")]
    Nothing,
    /// Over the limit.
    #[display("a search has at most {SEARCH_BYTES} bytes; use fewer words")]
    TooLong,
    /// Over the limit.
    #[display("a search has at most {SEARCH_WORDS} words; use fewer")]
    TooManyWords,
    /// A name before a colon that means nothing.
    #[display(
        "`{name}:` is no filter; there are from: in: before: after: on: has: and is:. Put it in quotes to look for it as words"
    )]
    UnknownFilter {
        /// As it was written.
        #[error(not(source))]
        name: String,
    },
    /// A filter without anything behind it.
    #[display("write something right after `{name}:`, for example {example}")]
    MissingValue {
        /// The filter.
        name: &'static str,
        /// How it is used.
        example: &'static str,
    },
    /// `has:` or `is:` with something that there is not.
    #[display("`{name}:` does not know `{value}`; there is {choices}")]
    BadChoice {
        /// The filter.
        name: &'static str,
        /// As it was written.
        value: String,
        /// What there is.
        choices: &'static str,
    },
    /// Not a day.
    #[display(
        "`{name}:` needs a day such as 2026-11-21, a month such as 2026-11, a year, `today` or `yesterday`, not `{value}`"
    )]
    BadDate {
        /// The filter.
        name: &'static str,
        /// As it was written.
        value: String,
    },
    /// Not the name of a room or of a person.
    #[display("`{name}:` needs the name of a {what}, not `{value}`")]
    BadName {
        /// The filter.
        name: &'static str,
        /// Room or person.
        what: &'static str,
        /// As it was written.
        value: String,
    },
    /// A room that is not there, or not to be seen.
    #[display("`in:{value}`: there is no such room, or you may not see it")]
    NoSuchRoom {
        /// As it was written.
        #[error(not(source))]
        value: String,
    },
}

/// Somebody's words, as an error may repeat them.
#[must_use]
pub(super) fn shown(text: &str) -> String {
    let mut chars = text.chars().filter(|character| !character.is_control());
    let mut shown: String = chars.by_ref().take(SHOWN_CHARS).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}
