//! What somebody looks for.

use super::dates::Stretch;
use crate::domain::clock::Timestamp;
use crate::domain::name::{NameKey, RoomName};

/// A search, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// All of these have to be in the text.
    pub terms: Vec<Term>,
    /// In one of these rooms, if there are any.
    pub rooms: Vec<InRoom>,
    /// By one of these people, if there are any.
    pub authors: Vec<FromWhom>,
    /// What it has to have.
    pub marks: Marks,
    /// Not before this.
    pub first: Option<Timestamp>,
    /// Before this.
    pub end: Option<Timestamp>,
}

/// A word, or words that stand next to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Folded, see [`words`](super::words).
    pub words: Vec<String>,
    /// The last of them may go on.
    pub is_prefix: bool,
}

/// `in:`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InRoom {
    /// A room by its name.
    Named(RoomName),
    /// The direct room with this person.
    With(NameKey),
}

/// `from:`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromWhom {
    /// Whoever asks.
    Me,
    /// Somebody of this name.
    Named(NameKey),
}

/// `has:` and `is:`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct Marks {
    /// A link.
    pub link: bool,
    /// Code.
    pub code: bool,
    /// Somebody reacted.
    pub reaction: bool,
    /// It is pinned.
    pub pinned: bool,
}

impl Query {
    /// Leaves only what lies within this, too.
    pub(super) fn limit(&mut self, first: Option<Timestamp>, end: Option<Timestamp>) {
        self.first = self.first.max(first);
        self.end = match (self.end, end) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }

    /// `before:`, `after:`, `on:`: the stretch itself belongs to none but the last.
    pub(super) fn limit_by(&mut self, filter: &str, stretch: Stretch) {
        match filter {
            "before" => self.limit(None, Some(stretch.first)),
            "after" => self.limit(Some(stretch.end), None),
            _ => self.limit(Some(stretch.first), Some(stretch.end)),
        }
    }
}

impl Marks {
    /// What a text has by itself.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        Self { link: has_link(text), code: has_code(text), ..Self::default() }
    }
}

/// True when there is an address of the web in it.
#[must_use]
pub fn has_link(text: &str) -> bool {
    let schemes = ["http://", "https://", "www.", "mailto:"];
    text.contains("](") || text.split_whitespace().any(|word| schemes.iter().any(|scheme| contains(word, scheme)))
}

/// Whether an address stands in the word with something behind it, in capitals or not.
fn contains(word: &str, scheme: &str) -> bool {
    let (word, scheme) = (word.as_bytes(), scheme.as_bytes());
    word.windows(scheme.len() + 1).any(|part| part[..scheme.len()].eq_ignore_ascii_case(scheme))
}

/// Code between backticks, or a fence.
fn has_code(text: &str) -> bool {
    let is_fence = |line: &str| line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
    let is_closed = text.matches('`').count() > 1;
    text.lines().any(is_fence) || (is_closed && text.split('`').skip(1).step_by(2).any(|code| !code.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_links_and_code() {
        for text in ["see https://a.example/x", "[docs](/rooms)", "(HTTP://a.example)", "www.a.example"] {
            assert!(Marks::of_text(text).link, "{text}");
        }
        for text in ["no link", "https://", "http", "a]b(c"] {
            assert!(!Marks::of_text(text).link, "{text}");
        }
        for text in ["run `make`", "```rust\nfn", "  ~~~\nx"] {
            assert!(Marks::of_text(text).code, "{text}");
        }
        for text in ["it`s", "``", "plain"] {
            assert!(!Marks::of_text(text).code, "{text}");
        }
    }
}
