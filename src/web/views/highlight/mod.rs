//! Colours for code in messages: a small lexer driven by tables, one pass over the bytes, no backtracking and no regular
//! expressions. It knows words, strings, comments and numbers of some thirty languages and never pretends to parse them.
//! Why not a library: `docs/decisions/0016-own-highlighter.md`.
//!
//! `language` says what a language is made of, `languages` is the table of them, `lexer` cuts code into tokens, `lines`
//! does so for what is written line by line, `markup` for what is written in tags, `html` writes spans.

mod html;
mod language;
mod languages;
mod lexer;
mod lines;
mod markup;

use html::Spans;
use language::Shape;
use languages::Languages;

/// Most spans of one block: what comes behind is shown without colours.
const SPANS: usize = 2_000;

/// What a piece of code is; text without a colour is none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A word of the language.
    Keyword,
    /// A string or a character.
    String,
    /// A comment.
    Comment,
    /// A number or a constant.
    Number,
    /// A type, or a word that comes with the language.
    Type,
    /// A function where it is called or made.
    Function,
    /// An annotation, an attribute, a key, a variable with a sign.
    Attribute,
    /// A line that came.
    Inserted,
    /// A line that went.
    Deleted,
}

impl Kind {
    /// Every kind there is.
    pub const ALL: [Self; 9] = [
        Self::Keyword,
        Self::String,
        Self::Comment,
        Self::Number,
        Self::Type,
        Self::Function,
        Self::Attribute,
        Self::Inserted,
        Self::Deleted,
    ];

    /// The class of its spans; `static/css/components/code.css` has a colour for each.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Keyword => "hl-k",
            Self::String => "hl-s",
            Self::Comment => "hl-c",
            Self::Number => "hl-n",
            Self::Type => "hl-t",
            Self::Function => "hl-f",
            Self::Attribute => "hl-a",
            Self::Inserted => "hl-i",
            Self::Deleted => "hl-d",
        }
    }
}

/// Colours code. Made once and shared.
#[derive(Debug)]
pub struct Highlighter(Languages);

impl Default for Highlighter {
    fn default() -> Self {
        Self::new()
    }
}

impl Highlighter {
    /// With all languages of the table.
    #[must_use]
    pub fn new() -> Self {
        Self(Languages::new())
    }

    /// Adds the code as HTML, with colours if the language is known; `name` is what stands behind the fence.
    pub fn write(&self, name: &str, code: &str, html: &mut String) {
        let mut spans = Spans::new(html, SPANS);
        match self.0.find(name) {
            None => spans.plain(code),
            Some(known) => match known.language.shape {
                Shape::Markup => markup::lex(code, &mut spans),
                Shape::Diff => lines::diff(code, &mut spans),
                Shape::Keys(sign) => lines::keys(known, sign, code, &mut spans),
                Shape::Code => lexer::lex(known, code, &mut spans),
            },
        }
        spans.finish();
    }
}

#[cfg(test)]
mod tests;
