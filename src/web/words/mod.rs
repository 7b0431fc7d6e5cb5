//! The words people read, in their language. The texts stand in `locales/`, one file for each language; templates ask with
//! `t(key="...")`, scripts with `t("js. ...")` of `static/js/words.js`, and everything else in the web with [`Words`].
//!
//! **How to add a word:** a line in every file of `locales/`. **How to add a language:** a file there, a row in
//! [`language`], a rule in [`plural`].

pub mod catalogue;
#[cfg(test)]
mod completeness;
mod fill;
pub mod language;
pub mod plural;
pub mod telling;
pub mod template;

use std::fmt::Display;
use std::sync::Arc;

use catalogue::Catalogue;
use language::Language;

/// What is put into a text: its name between the braces, and the value.
pub type Values<'a> = &'a [(&'a str, &'a dyn Display)];

/// The words of one language. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Words(Arc<Catalogue>);

impl Words {
    /// The words of this catalogue.
    #[must_use]
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        Self(catalogue)
    }

    /// The words of a language, read anew.
    ///
    /// # Panics
    /// When they cannot be read.
    #[cfg(test)]
    #[must_use]
    pub fn of(language: Language) -> Self {
        Self(Catalogue::load_all().expect("good files").swap_remove(language as usize))
    }

    /// Whose words these are.
    #[must_use]
    pub fn language(&self) -> Language {
        self.0.language()
    }

    /// The text of a key, plain: it is still to be escaped.
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The text of a key with values in it.
    #[must_use]
    pub fn with(&self, key: &str, values: Values<'_>) -> String {
        self.fill(key, None, values)
    }

    /// The text of a key for so many things: the right plural, with `{count}` and other values in it.
    #[must_use]
    pub fn count(&self, key: &str, count: u64, values: Values<'_>) -> String {
        self.fill(key, Some(count), values)
    }

    /// A number as people write it: `1,234`.
    #[must_use]
    pub fn number(&self, number: u64) -> String {
        fill::number(number, self.language().group_sign())
    }

    fn fill(&self, key: &str, count: Option<u64>, values: Values<'_>) -> String {
        let Some(text) = self.0.find(key, count) else {
            // A key that is not there is a mistake in the code; the tests find it, and nobody's page fails over it.
            debug_assert!(false, "the key {key} is not in locales/en.toml");
            log::error!("there is no text for the key {key}");
            return key.to_owned();
        };
        let filled = fill::fill(text, |name| {
            if let ("count", Some(count)) = (name, count) {
                return Some(self.number(count));
            }
            let value = values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
            value.map(|value| fill::isolated(value, self.language()))
        });
        debug_assert!(filled.is_ok(), "{key}: {filled:?}");
        filled.unwrap_or_else(|_| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(language: Language, text: &str) -> Words {
        Words::new(Arc::new(Catalogue::parse(language, text, None).expect("good TOML")))
    }

    #[test]
    fn a_text_takes_its_values_and_its_plural() {
        let english = words(
            Language::English,
            "\"a.hello\" = \"Hello {name}!\"\n\"a.rooms.one\" = \"{count} room\"\n\"a.rooms.other\" = \"{count} rooms\"",
        );
        assert_eq!(english.with("a.hello", &[("name", &"ann")]), "Hello ann!");
        assert_eq!(english.count("a.rooms", 1, &[]), "1 room");
        assert_eq!(english.count("a.rooms", 12_345, &[]), "12,345 rooms");
    }

    #[test]
    fn names_do_not_turn_the_direction_of_a_sentence() {
        let english = words(Language::English, "\"a.hello\" = \"Hello {name}!\"");
        assert_eq!(english.with("a.hello", &[("name", &"ليلى")]), "Hello \u{2068}ليلى\u{2069}!");
        let arabic = words(Language::Arabic, "\"a.hello\" = \"مرحبًا {name}!\"");
        assert_eq!(arabic.with("a.hello", &[("name", &"ann")]), "مرحبًا \u{2068}ann\u{2069}!");
    }
}
