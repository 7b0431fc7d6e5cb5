//! Searching: the language people search in, the words of a text, and what of a text is shown as a match. Pure; what is
//! found is a question for `storage`, and who may see it one for `permission`.

pub mod dates;
pub mod error;
pub mod matching;
mod parse;
pub mod query;
pub mod words;

pub use dates::Days;
pub use error::SearchError;
pub use parse::parse;
pub use query::{FromWhom, InRoom, Marks, Query, Term, has_link};

#[cfg(test)]
mod tests;
