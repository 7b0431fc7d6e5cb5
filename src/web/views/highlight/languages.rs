//! The table of languages. To add one: an entry in the file it fits into.

mod compiled;
mod data;
mod scripted;

use std::collections::HashMap;

use super::Kind;
use super::language::Language;

/// The longest name in the table.
const NAME_BYTES: usize = 16;

/// A language with its words in a form that is quick to look up.
#[derive(Debug)]
pub struct Known {
    /// What it is made of.
    pub language: &'static Language,
    words: HashMap<&'static str, Kind>,
}

/// All languages. Made once.
#[derive(Debug)]
pub struct Languages {
    known: Vec<Known>,
    names: HashMap<&'static str, usize>,
}

impl Languages {
    /// Reads the table.
    pub fn new() -> Self {
        let known: Vec<Known> = all().map(Known::new).collect();
        let names = known.iter().enumerate();
        let names = names.flat_map(|(at, known)| known.language.names.split_whitespace().map(move |name| (name, at)));
        Self { names: names.collect(), known }
    }

    /// The language that is meant by what stands behind a fence: `rust`, `Rust`, `rust,ignore`, `{.rust}`.
    pub fn find(&self, name: &str) -> Option<&Known> {
        let name = name.trim_start_matches(['{', '.']);
        let name = name.split([',', '}', ' ', ';', ':']).next()?;
        if name.is_empty() || name.len() > NAME_BYTES {
            return None;
        }
        self.names.get(name.to_ascii_lowercase().as_str()).map(|at| &self.known[*at])
    }
}

impl Known {
    fn new(language: &'static Language) -> Self {
        let kinds =
            [(language.types, Kind::Type), (language.constants, Kind::Number), (language.keywords, Kind::Keyword)];
        let words = kinds.into_iter().flat_map(|(words, kind)| words.split_whitespace().map(move |word| (word, kind)));
        Self { language, words: words.collect() }
    }

    /// What a word is, if the language knows it.
    pub fn word(&self, word: &str) -> Option<Kind> {
        if self.language.ignores_case && word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            // No word of the table is longer.
            return self.words.get(word.get(..24).unwrap_or(word).to_ascii_lowercase().as_str()).copied();
        }
        self.words.get(word).copied()
    }
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Language> {
    compiled::ALL.iter().chain(&scripted::ALL).chain(&data::ALL)
}
