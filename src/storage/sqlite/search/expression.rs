//! What is asked for, in the language of FTS5 (<https://www.sqlite.org/fts5.html#full_text_query_syntax>).
//!
//! Everything stands in quotes, and words consist of letters and digits alone: nothing that somebody types can become an
//! operator. Words are looked for in the texts only, tags among the tags only.

use super::tags;
use crate::domain::ids::RoomId;
use crate::domain::search::Term;
use crate::storage::search::{Wanted, Writer};

/// The expression, with the rooms or without; `None` when that would ask for everything.
pub(super) fn of(wanted: &Wanted, rooms: &[RoomId]) -> Option<String> {
    let mut parts: Vec<String> = tags::of_marks(wanted.marks).map(|tag| one_of([tag.to_owned()])).collect();
    if !wanted.writers.is_empty() {
        parts.push(one_of(wanted.writers.iter().map(|writer| match writer {
            Writer::Person(id) => tags::of_author(*id),
            Writer::Guest(name) => tags::of_guest(name),
        })));
    }
    if !rooms.is_empty() {
        parts.push(one_of(rooms.iter().map(|room| tags::of_room(*room))));
    }
    if !wanted.terms.is_empty() {
        let terms: Vec<String> = wanted.terms.iter().map(phrase).collect();
        parts.push(format!("(text : ({}))", terms.join(" AND ")));
    }
    (!parts.is_empty()).then(|| parts.join(" AND "))
}

fn one_of(tags: impl IntoIterator<Item = String>) -> String {
    let quoted: Vec<String> = tags.into_iter().map(|tag| quote(&tag)).collect();
    format!("(tags : ({}))", quoted.join(" OR "))
}

/// One word is a phrase too.
fn phrase(term: &Term) -> String {
    let phrase = quote(&term.words.join(" "));
    if term.is_prefix { format!("{phrase} *") } else { phrase }
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;
    use sqlx::{Connection, SqliteConnection};

    use super::*;
    use crate::domain::clock::Timestamp;
    use crate::domain::search::{Days, parse};

    fn wanted(text: &str) -> Option<Wanted> {
        let query = parse(text, Days { zone: &TimeZone::UTC, now: Timestamp(0) }, text.len().is_multiple_of(2)).ok()?;
        Some(Wanted { terms: query.terms, marks: query.marks, ..Wanted::default() })
    }

    #[test]
    fn words_and_tags_are_looked_for_apart() {
        let found = of(&wanted("has:link r5 \"green tea\"").expect("good"), &[RoomId(5), RoomId(7)]);

        let expected = "(tags : (\"hl\")) AND (tags : (\"r5\" OR \"r7\")) AND (text : (\"r5\" AND \"green tea\"))";
        assert_eq!(found.as_deref(), Some(expected));
        assert_eq!(of(&Wanted::default(), &[]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn nothing_anybody_types_is_a_fault_of_the_expression(
            texts in proptest::collection::vec("(?s).{1,40}|([A-Z\"*^:+(){}\\-a-c ]|NEAR|AND|OR|NOT|text|tags){1,20}", 1..20),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let mut database = SqliteConnection::connect("sqlite::memory:").await.expect("a database");
                let schema = "CREATE VIRTUAL TABLE search_index USING fts5(text, tags, content = '', tokenize = 'ascii')";
                sqlx::query(schema).execute(&mut database).await.expect("a table");
                for wanted in texts.iter().filter_map(|text| wanted(text)) {
                    let Some(expression) = of(&wanted, &[RoomId(1)]) else { continue };
                    let found = sqlx::query("SELECT rowid FROM search_index WHERE search_index MATCH $1")
                        .bind(&expression)
                        .fetch_all(&mut database)
                        .await;
                    assert!(found.is_ok(), "{expression}: {found:?}");
                }
            });
        }
    }
}
