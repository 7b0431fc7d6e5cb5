//! The language of a search: words, "phrases", `begin*`, and filters such as `from:ann`.
//!
//! Whatever somebody types is a [`Query`] or a [`SearchError`]. Only the folded words of it ever reach the database.
//!
//! **How to add a filter:** a row in [`FILTERS`], an arm in [`Parser::filter`], a line in docs/PROTOCOL.md.

use super::dates::Days;
use super::error::{SearchError, shown};
use super::query::{FromWhom, InRoom, Query, Term};
use super::words::words;
use crate::domain::limits::{SEARCH_BYTES, SEARCH_WORDS};
use crate::domain::name::{NameKey, RoomName};

/// Every filter with an example.
const FILTERS: [(&str, &str); 7] = [
    ("from", "from:ann"),
    ("in", "in:lobby"),
    ("before", "before:2026-11-21"),
    ("after", "after:2026-11-21"),
    ("on", "on:2026-11-21"),
    ("has", "has:link"),
    ("is", "is:pinned"),
];
/// A name longer than any that could be meant.
const NAME_BYTES: usize = 256;
/// So many characters a word must have before it may stand for all that begin with it: one letter begins everything.
const PREFIX_CHARS: usize = 2;

/// Reads a search. `is_typing`: the last word is not finished, and stands for all that begin with it.
///
/// # Errors
/// Says what is wrong and what to do.
pub fn parse(text: &str, days: Days<'_>, is_typing: bool) -> Result<Query, SearchError> {
    if text.len() > SEARCH_BYTES {
        return Err(SearchError::TooLong);
    }
    let mut parser = Parser { rest: text, days, query: Query::default(), words: 0, ends_in_word: false };
    while parser.next()? {}
    let mut query = parser.query;
    if let Some(last) = query.terms.last_mut().filter(|_| is_typing && parser.ends_in_word) {
        last.is_prefix = may_be_prefix(&last.words);
    }
    if query == Query::default() { Err(SearchError::Nothing) } else { Ok(query) }
}

struct Parser<'a> {
    rest: &'a str,
    days: Days<'a>,
    query: Query,
    words: usize,
    /// Nothing stands behind the last word.
    ends_in_word: bool,
}

impl<'a> Parser<'a> {
    /// Takes the next piece; `false` at the end.
    fn next(&mut self) -> Result<bool, SearchError> {
        self.rest = self.rest.trim_start_matches(is_gap);
        if self.rest.is_empty() {
            return Ok(false);
        }
        if let Some(name) = self.filter_name() {
            // The name and the colon.
            self.rest = &self.rest[name.len() + 1..];
            let value = self.value();
            self.ends_in_word = false;
            self.filter(name, value)?;
        } else {
            let is_phrase = self.rest.starts_with(is_quote);
            let text = self.value();
            self.ends_in_word = !is_phrase && self.rest.is_empty();
            self.term(text, !is_phrase && text.ends_with('*'))?;
        }
        Ok(true)
    }

    /// What stands in front of a colon, if it can only be meant as a filter: a known one, or letters with a value behind
    /// them that looks like no address, time or path.
    fn filter_name(&self) -> Option<&'a str> {
        let (name, value) = self.rest.split_once(':')?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return None;
        }
        let is_value = value.starts_with(|c: char| !is_gap(c) && !"/\\:".contains(c) && !c.is_ascii_digit());
        (is_value || example(name).is_some()).then_some(name)
    }

    /// Up to the next space, or all between quotes. A quote that is never closed goes on to the end.
    fn value(&mut self) -> &'a str {
        let is_quoted = self.rest.starts_with(is_quote);
        let text = if is_quoted { self.rest.trim_start_matches(is_first_quote()) } else { self.rest };
        let end = if is_quoted { text.find(is_quote) } else { text.find(|c: char| is_gap(c) || is_quote(c)) };
        let (value, rest) = text.split_at(end.unwrap_or(text.len()));
        self.rest = if is_quoted { rest.trim_start_matches(is_first_quote()) } else { rest };
        value
    }

    fn term(&mut self, text: &str, is_prefix: bool) -> Result<(), SearchError> {
        let words: Vec<String> = words(text).into_iter().map(|word| word.folded).collect();
        self.words += words.len();
        if self.words > SEARCH_WORDS {
            return Err(SearchError::TooManyWords);
        }
        if !words.is_empty() {
            let is_prefix = is_prefix && may_be_prefix(&words);
            self.query.terms.push(Term { words, is_prefix });
        }
        Ok(())
    }

    fn filter(&mut self, name: &str, value: &str) -> Result<(), SearchError> {
        let Some((name, example)) = example(name) else {
            return Err(SearchError::UnknownFilter { name: shown(name) });
        };
        if value.is_empty() {
            return Err(SearchError::MissingValue { name, example });
        }
        let marks = &mut self.query.marks;
        match (name, value.to_lowercase().as_str()) {
            ("has", "link" | "links") => marks.link = true,
            ("has", "code") => marks.code = true,
            ("has", "reaction" | "reactions") => marks.reaction = true,
            ("is", "pinned") => marks.pinned = true,
            ("has", _) => return Err(bad_choice(name, value, "has:link has:reaction has:code")),
            ("is", _) => return Err(bad_choice(name, value, "is:pinned")),
            ("from", "me") => self.query.authors.push(FromWhom::Me),
            ("from", _) => self.query.authors.push(FromWhom::Named(person(name, value)?)),
            ("in", _) => self.query.rooms.push(room(name, value)?),
            _ => {
                let bad = || SearchError::BadDate { name, value: shown(value) };
                let stretch = self.days.read(value).ok_or_else(bad)?;
                self.query.limit_by(name, stretch);
            }
        }
        // Filters cost as much as words.
        self.words += 1;
        if self.words > SEARCH_WORDS { Err(SearchError::TooManyWords) } else { Ok(()) }
    }
}

/// The filter of this name, in capitals or not, with its example.
fn example(name: &str) -> Option<(&'static str, &'static str)> {
    FILTERS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
}

fn bad_choice(name: &'static str, value: &str, choices: &'static str) -> SearchError {
    SearchError::BadChoice { name, value: shown(value), choices }
}

/// `ann` or `@ann`. Any name may be asked for, also one that nobody has.
fn person(name: &'static str, value: &str) -> Result<NameKey, SearchError> {
    let bare = value.strip_prefix('@').unwrap_or(value).trim();
    if bare.is_empty() || bare.len() > NAME_BYTES {
        return Err(SearchError::BadName { name, what: "person", value: shown(value) });
    }
    Ok(NameKey::of(bare))
}

/// `lobby`, `#lobby`, or `@ann` for the direct room with her.
fn room(name: &'static str, value: &str) -> Result<InRoom, SearchError> {
    if value.starts_with('@') {
        return person(name, value).map(InRoom::With);
    }
    let bad = |_| SearchError::BadName { name, what: "room", value: shown(value) };
    RoomName::parse_existing(value).map(InRoom::Named).map_err(bad)
}

fn may_be_prefix(words: &[String]) -> bool {
    words.last().is_some_and(|last| last.chars().count() >= PREFIX_CHARS)
}

fn is_gap(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// Quotes of all countries: keyboards of phones write them by themselves.
fn is_quote(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '„' | '«' | '»' | '\u{201f}' | '＂')
}

/// Strips one quote, not all of them.
fn is_first_quote() -> impl FnMut(char) -> bool {
    let mut is_first = true;
    move |character| std::mem::take(&mut is_first) && is_quote(character)
}
