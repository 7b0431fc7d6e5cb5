//! The texts of one language: `locales/<language>.toml`, flat lines `"section.key" = "Text with {name}"`. Keys of texts
//! that speak of a number end with a form of [`Plural`]. A release carries the files inside the binary; a debug build
//! reads them from disk.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use derive_more::{Display, Error};
use rust_embed::RustEmbed;

use super::language::Language;
use super::plural::Plural;

/// Keys that scripts may ask for begin with this, and no others are sent to browsers.
const FOR_SCRIPTS: &str = "js.";

/// The files.
#[derive(RustEmbed)]
#[folder = "locales"]
#[include = "*.toml"]
pub struct Files;

/// A file that could not be read. The text is for whoever changes it.
#[derive(Debug, Display, Error)]
#[display("locales/{}.toml cannot be read: {reason}", language.tag())]
pub struct CatalogueError {
    language: Language,
    #[error(not(source))]
    reason: String,
}

/// The texts of one language, and those of English behind them.
#[derive(Debug)]
pub struct Catalogue {
    language: Language,
    texts: HashMap<String, String>,
    fallback: Option<Arc<Catalogue>>,
}

impl Catalogue {
    /// Reads all languages, in the order of [`Language::ALL`].
    ///
    /// # Errors
    /// When a file is not there or is no good TOML.
    pub fn load_all() -> Result<Vec<Arc<Self>>, CatalogueError> {
        let english = Arc::new(Self::load(Language::English, None)?);
        Language::ALL
            .into_iter()
            .map(|language| match language {
                Language::English => Ok(english.clone()),
                other => Self::load(other, Some(english.clone())).map(Arc::new),
            })
            .collect()
    }

    fn load(language: Language, fallback: Option<Arc<Self>>) -> Result<Self, CatalogueError> {
        let error = |reason: String| CatalogueError { language, reason };
        let file = Files::get(&format!("{}.toml", language.tag())).ok_or_else(|| error("it is not there".into()))?;
        let text = std::str::from_utf8(&file.data).map_err(|cause| error(cause.to_string()))?;
        Self::parse(language, text, fallback)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// When it is no good TOML, or has something else than texts.
    pub fn parse(language: Language, text: &str, fallback: Option<Arc<Self>>) -> Result<Self, CatalogueError> {
        let texts = toml::from_str(text).map_err(|cause| CatalogueError { language, reason: cause.to_string() })?;
        Ok(Self { language, texts, fallback })
    }

    /// Whose texts these are.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text of a key; with a number, that of the right form of it.
    #[must_use]
    pub fn find(&self, key: &str, count: Option<u64>) -> Option<&str> {
        let own = match count {
            None => self.texts.get(key),
            Some(count) => {
                let form = |form: Plural| self.texts.get(&format!("{key}{}", form.suffix()));
                form(Plural::of(self.language, count)).or_else(|| form(Plural::Other))
            }
        };
        own.map(String::as_str).or_else(|| self.fallback.as_ref().and_then(|english| english.find(key, count)))
    }

    /// All texts by key.
    #[must_use]
    pub fn texts(&self) -> &HashMap<String, String> {
        &self.texts
    }

    /// The texts for scripts as an ES module. What this language lacks is there in English.
    ///
    /// # Panics
    /// Never: texts by key are good JSON.
    #[must_use]
    pub fn script(&self) -> String {
        let mut texts = BTreeMap::new();
        for catalogue in self.fallback.iter().map(AsRef::as_ref).chain([self]) {
            texts.extend(catalogue.texts.iter().filter(|(key, _)| key.starts_with(FOR_SCRIPTS)));
        }
        // JSON is JavaScript (ECMA-262, since 2019).
        let texts = serde_json::to_string_pretty(&texts).expect("texts by key are good JSON");
        format!("// The words of the scripts, in one language.\nexport default {texts};\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(german: &str) -> Catalogue {
        let english =
            "\"a.b\" = \"B\"\n\"js.c\" = \"C\"\n\"js.d.one\" = \"{count} d\"\n\"js.d.other\" = \"{count} ds\"";
        let english = Catalogue::parse(Language::English, english, None).expect("good TOML");
        Catalogue::parse(Language::German, german, Some(Arc::new(english))).expect("good TOML")
    }

    #[test]
    fn what_a_language_lacks_is_english() {
        let german = pair("\"js.c\" = \"Ce\"\n\"js.d.other\" = \"{count} De\"");
        assert_eq!((german.find("a.b", None), german.find("js.c", None)), (Some("B"), Some("Ce")));
        assert_eq!(german.find("js.d", Some(1)), Some("{count} De"), "its own words before those of another language");
        assert_eq!((german.find("a.none", None), german.find("a.b", Some(1))), (None, None));
    }

    #[test]
    fn scripts_are_given_their_own_texts_only() {
        let script = pair("\"js.c\" = \"</script>\\\"\"").script();
        assert!(script.contains("\"js.c\": \"</script>\\\"\"") && script.contains("\"js.d.one\": \"{count} d\""));
        assert!(!script.contains("a.b"), "{script}");
    }

    #[test]
    fn all_files_can_be_read() {
        let catalogues = Catalogue::load_all().expect("good files");
        assert_eq!(catalogues.len(), Language::ALL.len());
    }

    #[test]
    fn a_key_that_stands_twice_is_told() {
        assert!(Catalogue::parse(Language::English, "\"a.b\" = \"1\"\n\"a.b\" = \"2\"", None).is_err());
    }
}
