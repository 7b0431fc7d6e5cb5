//! What a language is made of, as far as colours go.

/// How a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Words, strings, comments.
    Code,
    /// Line by line: a key, this sign, a value.
    Keys(char),
    /// Tags.
    Markup,
    /// Lines that came and went.
    Diff,
}

/// A pair of quotes.
#[derive(Debug, Clone, Copy)]
pub struct Quote {
    /// What opens and closes it.
    pub sign: &'static str,
    /// A backslash takes the next character's meaning.
    pub escapes: bool,
    /// It may go over lines; otherwise it ends with its line at the latest.
    pub is_long: bool,
}

/// One language of the table. Lists of words are separated by spaces.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one question about a language")]
pub struct Language {
    /// What people write behind the fence, in lower case.
    pub names: &'static str,
    /// How it is written.
    pub shape: Shape,
    /// What begins a comment that ends with the line.
    pub line_comments: &'static [&'static str],
    /// A line comment stands behind white space only: `$#` is none.
    pub comments_stand_alone: bool,
    /// What begins and ends other comments.
    pub block_comments: &'static [(&'static str, &'static str)],
    /// Longer signs first.
    pub quotes: &'static [Quote],
    /// A `'` is a character where it closes at once, and a part of a name or a lifetime elsewhere.
    pub has_chars: bool,
    /// Its words.
    pub keywords: &'static str,
    /// What comes with it: types, built-in functions.
    pub types: &'static str,
    /// Its constants.
    pub constants: &'static str,
    /// `SELECT` and `select` are the same word.
    pub ignores_case: bool,
    /// Names with a capital are types.
    pub has_capital_types: bool,
    /// A string before a colon is a key.
    pub has_string_keys: bool,
    /// A word before a colon is a key.
    pub has_word_keys: bool,
    /// Letters of names beside the usual ones.
    pub name_signs: &'static str,
    /// Signs that make an attribute of the name behind them: `@override`, `$variable`.
    pub attribute_signs: &'static str,
}

/// A pair of quotes within one line, with backslashes.
pub const fn quote(sign: &'static str) -> Quote {
    Quote { sign, escapes: true, is_long: false }
}

/// A pair of quotes over many lines, with backslashes.
pub const fn long(sign: &'static str) -> Quote {
    Quote { sign, escapes: true, is_long: true }
}

/// A pair of quotes over many lines in which a backslash is nothing special.
pub const fn raw(sign: &'static str) -> Quote {
    Quote { sign, escapes: false, is_long: true }
}

/// A language of which nothing is known yet.
pub const PLAIN: Language = Language {
    names: "",
    shape: Shape::Code,
    line_comments: &[],
    comments_stand_alone: false,
    block_comments: &[],
    quotes: &[quote("\""), quote("'")],
    has_chars: false,
    keywords: "",
    types: "",
    constants: "false null true",
    ignores_case: false,
    has_capital_types: false,
    has_string_keys: false,
    has_word_keys: false,
    name_signs: "",
    attribute_signs: "",
};

/// The family with braces.
pub const BRACES: Language = Language {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    has_capital_types: true,
    attribute_signs: "@",
    ..PLAIN
};

/// The family whose comments begin with a hash.
pub const HASH: Language = Language { line_comments: &["#"], ..PLAIN };
