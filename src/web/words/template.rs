//! The function `t` of templates: `{{ t(key="room.join") }}`, `{{ t(key="room.members", count=n) }}`,
//! `{{ t(key="x", name=value) }}`. What it gives is HTML: the text and the values are escaped, and of tags a text may
//! have `<b>`, `<code>` and `<kbd>` only.

use tera::{Error, Function, Kwargs, State, TeraResult, Value};

use super::{Words, fill};

/// The only tags that texts may have.
pub const TAGS: [&str; 6] = ["<b>", "</b>", "<code>", "</code>", "<kbd>", "</kbd>"];

/// `t` in one language.
pub struct Translate(pub Words);

impl Function<TeraResult<String>> for Translate {
    fn call(&self, kwargs: Kwargs, state: &State) -> TeraResult<String> {
        let key: &str = kwargs.must_get("key")?;
        let count: Option<u64> = kwargs.get("count")?;
        let Self(words) = self;
        let Some(text) = words.0.find(key, count) else {
            let missing = format!("the key {key} is not in locales/en.toml");
            if cfg!(debug_assertions) {
                return Err(Error::message(missing));
            }
            log::error!("{missing}");
            return state.escape(key);
        };
        let text = marked_up(&state.escape(text)?);
        let filled = fill::fill(&text, |name| {
            let (_, value) = kwargs.iter().find(|(known, _)| known.as_str() == Some(name))?;
            written(words, value, state)
        });
        match filled {
            Ok(filled) => Ok(filled),
            Err(fill::Unfilled(name)) if cfg!(debug_assertions) => {
                Err(Error::message(format!("the text of {key} takes a value `{name}`")))
            }
            Err(fill::Unfilled(name)) => {
                log::error!("the text of {key} was shown without its value `{name}`");
                Ok(text)
            }
        }
    }

    fn is_safe(&self) -> bool {
        true
    }
}

/// A value, escaped.
fn written(words: &Words, value: &Value, state: &State) -> Option<String> {
    if let Some(number) = value.as_u64() {
        return Some(words.number(number));
    }
    let escaped = state.escape_if_needed(value).ok()?;
    Some(fill::isolated(escaped, words.language()))
}

/// The tags that texts may have, back from what escaping made of them.
fn marked_up(escaped: &str) -> String {
    let mut text = escaped.to_owned();
    if !text.contains("&lt;") {
        return text;
    }
    for tag in TAGS {
        text = text.replace(&format!("&lt;{}&gt;", &tag[1..tag.len() - 1]), tag);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tera::{Context, Tera};

    use super::*;
    use crate::web::words::catalogue::Catalogue;
    use crate::web::words::language::Language;

    fn render(template: &str) -> Result<String, Error> {
        let texts = "\"a.quote\" = 'Say \"no\" & <i>go</i> to <b>{name}</b>'\n\"a.n.one\" = \"{count} thing in {where}\"\n\"a.n.other\" = \"{count} things in {where}\"";
        let catalogue = Catalogue::parse(Language::English, texts, None).expect("good TOML");
        let mut tera = Tera::new();
        tera.register_function("t", Translate(Words::new(Arc::new(catalogue))));
        tera.add_raw_template("x.html", template)?;
        let mut context = Context::new();
        context.insert("nasty", "<script>\"'&");
        context.insert("n", &1234_u64);
        tera.render("x.html", &context)
    }

    #[test]
    fn texts_and_values_are_escaped() {
        let html = render(r#"<p title="{{ t(key="a.quote", name=nasty) }}">"#).expect("it renders");
        assert!(html.contains("<b>&lt;script&gt;&quot;"), "{html}");
        assert!(html.contains("Say &quot;no&quot; &amp; &lt;i&gt;"), "{html}");
        let set = render(r#"{% set x = t(key="a.quote", name=nasty) %}{{ x }}"#).expect("it renders");
        assert!(set.contains("<b>&lt;script"), "once, not twice: {set}");
    }

    #[test]
    fn a_number_chooses_the_plural() {
        assert_eq!(render(r#"{{ t(key="a.n", count=1, where="it") }}"#).expect("it renders"), "1 thing in it");
        assert_eq!(render(r#"{{ t(key="a.n", count=n, where="it") }}"#).expect("it renders"), "1,234 things in it");
    }

    #[test]
    fn a_mistake_is_an_error_while_it_is_made() {
        assert!(render(r#"{{ t(key="a.none") }}"#).is_err());
        assert!(render(r#"{{ t(key="a.n", count=1) }}"#).is_err(), "a value is missing");
    }
}
