//! Searches and the texts they are looked for in: whatever is typed is a query of plain words or an error that says why,
//! and what is shown of a text is a part of it.
//!
//! The first line is the search, the rest the text.

use jiff::tz::TimeZone;
use parlor::domain::clock::Timestamp;
use parlor::domain::limits;
use parlor::domain::search::{Days, Query, matching, parse, words};

pub fn run(data: &[u8]) {
    let Ok(input) = std::str::from_utf8(data) else { return };
    let (typed, text) = input.split_once('\n').unwrap_or((input, input));
    check_words(text);
    for is_typing in [false, true] {
        let days = Days { zone: &TimeZone::UTC, now: Timestamp(1_795_215_900_000) };
        match parse(typed, days, is_typing) {
            Ok(query) => check_query(&query, text),
            Err(error) => {
                let words = error.to_string();
                assert!(!words.is_empty() && words.len() < 400 && !words.chars().any(char::is_control), "{words:?}");
            }
        }
    }
}

/// Nothing that could part a word again, or mean something to an index, is left in one.
fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| !c.is_whitespace() && (!c.is_ascii() || c.is_ascii_alphanumeric()))
}

fn check_words(text: &str) {
    let mut end = 0;
    for word in words::words(text) {
        assert!(word.range.start >= end && word.range.end <= text.len() && !word.range.is_empty(), "{word:?}");
        assert!(text.get(word.range.clone()).is_some() && is_plain(&word.folded), "{word:?}");
        end = word.range.end;
    }
}

fn check_query(query: &Query, text: &str) {
    assert_ne!(*query, Query::default());
    let mut count = 0;
    for term in &query.terms {
        assert!(!term.words.is_empty() && term.words.iter().all(|word| is_plain(word)), "{term:?}");
        count += term.words.len();
    }
    assert!(count + query.rooms.len() + query.authors.len() <= limits::SEARCH_WORDS);
    let snippet = matching::snippet(text, &query.terms);
    assert!(snippet.pieces.iter().all(|piece| !piece.text.is_empty()));
    assert!(matching::score(text, &query.terms, 8.0).is_finite());
}
