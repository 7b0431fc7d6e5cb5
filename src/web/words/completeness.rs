//! The test of the files in `locales/`: every key that is asked for is there, every key that is there is asked for, and
//! every language says the same. Keys are found by their looks, so they have to stand in the sources as they are: a key
//! that is put together of parts would be found by nobody who looks for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::catalogue::Catalogue;
use super::language::Language;
use super::plural::Plural;

/// The texts of one key: one under "" or one for each form.
type Forms = BTreeMap<&'static str, String>;

/// Texts by key, forms put together.
fn keys(catalogue: &Catalogue) -> BTreeMap<String, Forms> {
    let mut keys: BTreeMap<String, Forms> = BTreeMap::new();
    for (key, text) in catalogue.texts() {
        let form = Plural::ALL.into_iter().map(Plural::suffix).find(|suffix| key.ends_with(suffix)).unwrap_or("");
        let base = key.strip_suffix(form).unwrap_or(key);
        keys.entry(base.to_owned()).or_default().insert(form, text.clone());
    }
    keys
}

/// All languages, English first.
fn languages() -> Vec<Arc<Catalogue>> {
    Catalogue::load_all().expect("good files")
}

fn sources(folder: &str, extension: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, extension, found);
            } else if path.extension().is_some_and(|ending| ending == extension) {
                found.push((path.display().to_string(), fs::read_to_string(&path).expect("text")));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), extension, &mut found);
    found
}

/// Everything between double quotes that looks like a key of one of these sections.
fn keys_in(text: &str, sections: &BTreeSet<String>) -> BTreeSet<String> {
    let looks_like_one = |quoted: &&str| {
        let mut parts = quoted.split('.');
        let is_word = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        quoted.contains('.')
            && parts.clone().all(is_word)
            && parts.next().is_some_and(|first| sections.contains(first))
            && !["html", "js", "css", "toml"].contains(&parts.next_back().unwrap_or_default())
    };
    text.split('"').filter(looks_like_one).map(str::to_owned).collect()
}

/// What all sources ask for, with where.
fn asked(sections: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut asked = BTreeMap::new();
    let production = |text: String| {
        let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let code =
            text.lines().filter(|line| !["//", "/*", "*"].iter().any(|mark| line.trim_start().starts_with(mark)));
        code.collect::<Vec<_>>().join("\n")
    };
    for (path, text) in
        sources("src/web", "rs").into_iter().chain(sources("templates", "html")).chain(sources("static/js", "js"))
    {
        let text = production(text);
        if path.ends_with("completeness.rs") {
            continue;
        }
        asked.extend(keys_in(&text, sections).into_iter().map(|key| (key, path.clone())));
    }
    asked
}

/// The names between braces; how often a tag stands in a text counts too.
fn parts(text: &str) -> BTreeMap<String, usize> {
    let mut parts = BTreeMap::new();
    for name in text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default()) {
        parts.insert(format!("{{{name}}}"), 1);
    }
    for tag in super::template::TAGS {
        let count = text.matches(tag).count();
        if count > 0 {
            parts.insert(tag.to_owned(), count);
        }
    }
    parts
}

#[test]
fn every_key_that_is_asked_for_is_there_and_the_other_way_round() {
    let english = keys(&languages()[0]);
    let sections = english.keys().filter_map(|key| key.split('.').next()).map(str::to_owned).collect();
    let asked = asked(&sections);

    let missing: Vec<_> = asked.iter().filter(|(key, _)| !english.contains_key(*key)).collect();
    assert!(missing.is_empty(), "not in locales/en.toml: {missing:#?}");
    let unused: Vec<_> = english.keys().filter(|key| !asked.contains_key(*key)).collect();
    assert!(unused.is_empty(), "asked for by nobody, so take them out of every language: {unused:#?}");
}

#[test]
fn templates_and_scripts_ask_by_whole_keys() {
    let english = keys(&languages()[0]);
    for (path, text) in sources("templates", "html") {
        for after in text.split("t(key=").skip(1) {
            let key = after.strip_prefix('"').and_then(|rest| rest.split('"').next()).unwrap_or("?");
            assert!(english.contains_key(key), "{path}: t(key={}", after.chars().take(40).collect::<String>());
        }
        for after in text.split("data-words=\"").skip(1).chain(text.split("data-words-label=\"").skip(1)) {
            let is_fine = after.starts_with("js.") || after.starts_with("{{");
            assert!(is_fine, "{path}: scripts have keys with `js.` only: {after:.40}");
        }
    }
    for (path, text) in sources("static/js", "js") {
        for after in text.split(" t(\"").skip(1).chain(text.split("(t(\"").skip(1)).chain(text.split("${t(\"").skip(1))
        {
            assert!(after.starts_with("js."), "{path}: scripts have keys with `js.` only: {after:.40}");
        }
    }
}

/// What people would read of a template if there were no catalogue: text between tags, and labels.
fn words_in(template: &str) -> Vec<String> {
    // A block that fills an attribute looks like text.
    let mut text = template.replace("{% block pane %}list{% endblock pane %}", "");
    for (open, close) in [("{#", "#}"), ("{%", "%}"), ("{{", "}}")] {
        while let Some(start) = text.find(open) {
            let end = text[start..].find(close).map_or(text.len(), |at| start + at + close.len());
            text.replace_range(start..end, "\u{1}");
        }
    }
    let labels = ["title=\"", "placeholder=\"", "aria-label=\"", " alt=\""]
        .into_iter()
        .flat_map(|label| text.split(label).skip(1).filter_map(|rest| rest.split('"').next()));
    let texts = text.split('<').map(|tag| tag.split_once('>').map_or(tag, |(_, text)| text));
    let is_word = |word: &&str| word.chars().filter(|sign| sign.is_alphabetic()).count() > 1;
    labels.chain(texts).flat_map(|text| text.split(['\u{1}', ' ', '\n']).filter(is_word)).map(str::to_owned).collect()
}

#[test]
fn templates_have_no_words_of_their_own() {
    assert_eq!(
        words_in("{#- Note. -#}<a title=\"{{ t(key=\"x\") }}\" class=\"big\">{% if x %}#{{ x }}{% endif %}</a>"),
        [""; 0]
    );
    assert_eq!(words_in("<a title=\"Go {{ x }}\">On {{ y }} 5 x</a>"), ["Go", "On"]);
    for (path, text) in sources("templates", "html") {
        let words = words_in(&text);
        assert!(words.is_empty(), "{path}: put these into locales/en.toml: {words:?}");
    }
}

#[test]
fn every_language_says_the_same() {
    let catalogues = languages();
    let english = keys(&catalogues[0]);
    let mut wrong = Vec::new();
    for catalogue in &catalogues {
        let (language, own) = (catalogue.language(), keys(catalogue));
        let file = format!("locales/{}.toml", language.tag());
        wrong.extend(english.keys().filter(|key| !own.contains_key(*key)).map(|key| format!("{file} lacks {key}")));
        for (key, forms) in &own {
            let Some(model) = english.get(key) else {
                wrong.push(format!("{file} has {key}, which English has not"));
                continue;
            };
            wrong.extend(differences(language, forms, model).into_iter().map(|what| format!("{file}: {key} {what}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn differences(language: Language, forms: &Forms, english: &Forms) -> Vec<String> {
    let mut wrong = Vec::new();
    let needed: BTreeSet<&str> = if english.contains_key("") {
        BTreeSet::from([""])
    } else {
        Plural::forms(language).iter().map(|form| form.suffix()).collect()
    };
    let there: BTreeSet<&str> = forms.keys().copied().collect();
    if there != needed {
        wrong.push(format!("has the forms {there:?}, not {needed:?}"));
    }
    let Some(model) = english.get("").or_else(|| english.get(Plural::Other.suffix())) else { return wrong };
    for (form, text) in forms {
        // Some forms say the number in words: "two messages".
        let (mut own, mut model) = (parts(text), parts(model));
        if !form.is_empty() {
            own.remove("{count}");
            model.remove("{count}");
        }
        if own != model {
            wrong.push(format!("{form} has {:?}, English {:?}", own.keys(), model.keys()));
        }
        if text.is_empty() || text.contains("  ") || text != text.trim_start() {
            wrong.push(format!("{form} is empty, or has spaces where none belong"));
        }
    }
    wrong
}

#[test]
fn what_is_wrong_is_found() {
    let forms = |texts: &[(&'static str, &str)]| -> Forms {
        texts.iter().map(|(form, text)| (*form, (*text).to_owned())).collect()
    };
    let english = forms(&[(".one", "{count} room of {name}"), (".other", "{count} rooms of {name}")]);
    let german = forms(&[(".one", "ein Raum von {name}"), (".other", "{count} Räume von {name}")]);
    assert!(differences(Language::German, &german, &english).is_empty());
    assert_eq!(differences(Language::Arabic, &german, &english).len(), 1, "four forms are missing");
    let other = forms(&[("", "to <b>{room}</b>")]);
    assert_eq!(differences(Language::German, &forms(&[("", "zu {room}")]), &other).len(), 1, "the tags are gone");
    assert_eq!(differences(Language::German, &forms(&[("", "zu <b>{raum}</b>")]), &other).len(), 1, "another name");

    let sections = BTreeSet::from(["room".to_owned()]);
    let found =
        keys_in(r#"t(key="room.join") include "partials/room.html" "room.html" "road.join" "room.""#, &sections);
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["room.join"]);
}
