//! Tests of the language: what people type, and what it means.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::query::Marks;
use super::*;
use crate::domain::clock::Timestamp;
use crate::domain::limits::{SEARCH_BYTES, SEARCH_WORDS};
use crate::domain::name::{NameKey, RoomName};

fn read(text: &str) -> Result<Query, SearchError> {
    parse(text, Days { zone: &TimeZone::UTC, now: Timestamp(1_795_215_900_000) }, false)
}

/// The terms in one line: `tea "green tea" de*`.
fn terms(query: &Query) -> String {
    let term = |term: &Term| {
        let words = term.words.join(" ");
        let quoted = if term.words.len() > 1 { format!("\"{words}\"") } else { words };
        if term.is_prefix { format!("{quoted}*") } else { quoted }
    };
    query.terms.iter().map(term).collect::<Vec<_>>().join(" ")
}

fn read_terms(text: &str) -> String {
    read(text).map_or_else(|error| format!("error: {error}"), |query| terms(&query))
}

#[test]
fn words_and_phrases() {
    assert_eq!(read_terms("  Green tea "), "green tea");
    assert_eq!(read_terms("\"green tea\" now"), "\"green tea\" now");
    assert_eq!(read_terms("“green tea” „noch einer“ «le thé»"), "\"green tea\" \"noch einer\" \"le the\"");
    assert_eq!(read_terms("say\"green tea"), "say \"green tea\"");
    assert_eq!(read_terms("foo-bar"), "\"foo bar\"", "what stands together is found together");
    assert_eq!(read_terms("東京"), "\"東 京\"");
    assert_eq!(read_terms("dep* \"green te*\" a* *"), "dep* \"green te\" a");
    assert_eq!(read_terms("NEAR(a b, 2) OR NOT text:"), "\"near a\" b 2 or not text", "there are no operators");
}

#[test]
fn what_looks_like_a_filter_and_is_none() {
    for text in ["https://example.com", "12:30", "std::io", ":smile:", "c:\\temp", "localhost:8080", "note: later"] {
        let found = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(Query { terms: found.terms.clone(), ..Query::default() }, found, "{text}");
    }
}

#[test]
fn filters() {
    let query =
        read("from:ann From:@Bob from:me in:#General in:@cid has:link HAS:Code is:pinned tea").expect("a query");
    assert_eq!(terms(&query), "tea");
    let named = |name| FromWhom::Named(NameKey::of(name));
    assert_eq!(query.authors, [named("ann"), named("bob"), FromWhom::Me]);
    let general = RoomName::parse_existing("general").expect("a name");
    assert_eq!(query.rooms, [InRoom::Named(general), InRoom::With(NameKey::of("cid"))]);
    assert_eq!(query.marks, Marks { link: true, code: true, pinned: true, reaction: false });
    assert_eq!(read("from:\"ann\"").expect("a query").authors, [named("ann")]);
}

#[test]
fn days_narrow_each_other() {
    let range = |text| {
        let query = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        [query.first, query.end].map(|at| at.map(|at| at.rfc3339()[..10].to_owned()))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(range("before:2026-11-21"), [None, some("2026-11-21")]);
    assert_eq!(range("after:2026-11-21"), [some("2026-11-22"), None], "the day itself is not after it");
    assert_eq!(range("on:2026-11"), [some("2026-11-01"), some("2026-12-01")]);
    assert_eq!(range("after:2026-10 before:2026-12 before:2027 after:2025"), [some("2026-11-01"), some("2026-12-01")]);
    assert_eq!(range("on:yesterday"), [some("2026-11-19"), some("2026-11-20")]);
}

#[test]
fn errors_say_what_to_do() {
    for (text, part) in [
        ("", "write a word"),
        (" \n\0 ... !", "write a word"),
        ("\"\"", "write a word"),
        ("form:ann", "`form:` is no filter"),
        ("from:", "from:ann"),
        ("from: ann", "from:ann"),
        ("has:", "has:link"),
        ("has:image", "has:reaction"),
        ("is:starred", "is:pinned"),
        ("before:tomorrow", "2026-11-21"),
        ("after:2026-02-31", "`after:` needs a day"),
        ("in:a/b", "name of a room"),
        ("in:@", "name of a person"),
        (&"x".repeat(SEARCH_BYTES + 1), "1000 bytes"),
        (&"x ".repeat(200), "64 words"),
        (&"京".repeat(SEARCH_WORDS + 1), "64 words"),
        (&"in:lobby ".repeat(70), "64 words"),
    ] {
        let error = read(text).expect_err(text).to_string();
        assert!(error.contains(part), "{text:?}: {error}");
    }
}

#[test]
fn while_typing_the_last_word_may_go_on() {
    let typing = |text: &str| {
        let days = Days { zone: &TimeZone::UTC, now: Timestamp(0) };
        parse(text, days, true).map_or_else(|error| format!("error: {error}"), |query| terms(&query))
    };
    assert_eq!(typing("green te"), "green te*");
    assert_eq!(typing("green te "), "green te");
    assert_eq!(typing("\"green te\""), "\"green te\"");
    assert_eq!(typing("t"), "t", "one letter begins everything");
    assert_eq!(typing("tea in:lobby"), "tea");
    assert_eq!(typing("foo-ba"), "\"foo ba\"*");
}

proptest! {
    #[test]
    fn any_text_is_a_query_or_an_error_that_says_why(
        text in "(?s).{0,80}|([a-z]{0,6}:?[\"“*\\-: ]?\\PC{0,3} ?){0,12}|((from|in|before|has|is|on):\\PC{0,8} ){0,5}",
    ) {
        match read(&text) {
            Ok(query) => {
                prop_assert_ne!(&query, &Query::default());
                for word in query.terms.iter().flat_map(|term| &term.words) {
                    prop_assert!(!word.is_empty() && word.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric()));
                }
            }
            Err(error) => {
                let words = error.to_string();
                prop_assert!(!words.is_empty() && words.len() < 400 && !words.chars().any(char::is_control), "{}", words);
            }
        }
    }
}
