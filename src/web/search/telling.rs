//! What is wrong with a search, in the language of the reader. Programs are told in English, by the texts of the errors.

use crate::domain::limits::{SEARCH_BYTES, SEARCH_WORDS};
use crate::domain::search::SearchError;
use crate::web::words::Words;

/// What is wrong, and what to do.
#[must_use]
pub fn search_error(words: &Words, error: &SearchError) -> String {
    match error {
        SearchError::Nothing => words.get("search.nothing"),
        SearchError::TooLong => words.with("search.too_long", &[("max", &SEARCH_BYTES)]),
        SearchError::TooManyWords => words.with("search.too_many_words", &[("max", &SEARCH_WORDS)]),
        SearchError::UnknownFilter { name } => words.with("search.unknown_filter", &[("name", name)]),
        SearchError::MissingValue { name, example } => {
            words.with("search.missing_value", &[("name", name), ("example", example)])
        }
        SearchError::BadChoice { name, value, choices } => {
            words.with("search.bad_choice", &[("name", name), ("value", value), ("choices", choices)])
        }
        SearchError::BadDate { name, value } => words.with("search.bad_date", &[("name", name), ("value", value)]),
        SearchError::BadName { name, value, .. } => words.with("search.bad_name", &[("name", name), ("value", value)]),
        SearchError::NoSuchRoom { value } => words.with("search.no_such_room", &[("value", value)]),
    }
}
