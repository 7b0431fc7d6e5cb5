//! The HTML of messages: only the tags and links that messages are made of, every tag closed, and nothing left to clean.

use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use parlor::domain::text::MessageText;
use parlor::web::views::markdown::Markdown;

const TAGS: [&str; 19] = [
    "p",
    "br",
    "hr",
    "strong",
    "em",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
];
const VOID: [&str; 2] = ["br", "hr"];
const ATTRIBUTES: [(&str, &[&str]); 5] = [
    ("a", &["href", "title", "target", "rel"]),
    ("code", &["class"]),
    ("ol", &["start"]),
    ("th", &["align"]),
    ("td", &["align"]),
];
const SCHEMES: [&str; 3] = ["http:", "https:", "mailto:"];

// Made once: making them costs more than most inputs.
thread_local! {
    static MARKDOWN: Markdown = Markdown::new();
    static CLEANER: Builder<'static> = cleaner();
}

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(text) = MessageText::parse(text) else { return };
    let html = MARKDOWN.with(|markdown| markdown.to_html(text.as_str()));
    check_tags(&html);
    assert_eq!(CLEANER.with(|cleaner| cleaner.clean(&html).to_string()), html, "of {:?}", text.as_str());
}

/// Reads the HTML as strictly as no browser does.
fn check_tags(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find(['<', '>']) {
        assert!(rest[start..].starts_with('<'), "a stray > in {html}");
        let (tag, after) = tag(&rest[start + 1..]).unwrap_or_else(|| panic!("a tag without an end in {html}"));
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed in another order than opened: {html}");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(TAGS.contains(&name), "<{name}> in {html}");
        check_attributes(name, attributes);
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "not closed: {open:?} in {html}");
}

/// The inside of a tag and what follows it; a `>` between quotes ends nothing.
fn tag(rest: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let end = rest.find(|c| {
        quoted ^= c == '"';
        c == '>' && !quoted
    })?;
    Some((&rest[..end], &rest[end + 1..]))
}

fn check_attributes(tag: &str, mut rest: &str) {
    let allowed = ATTRIBUTES.iter().find(|(name, _)| *name == tag).map_or(&[][..], |(_, names)| names);
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("no value: {rest}"));
        let (value, after) = after.split_once('"').unwrap_or_else(|| panic!("no end: {rest}"));
        assert!(allowed.contains(&name), "{name} of <{tag}>");
        if name == "href" {
            let scheme = value.to_ascii_lowercase();
            assert!(SCHEMES.iter().any(|good| scheme.starts_with(good)), "a link to {value}");
        }
        if name == "class" {
            assert!(value.starts_with("language-") && !value.contains(' '), "a class of {value}");
        }
        rest = after.trim_start_matches(' ');
    }
}

/// The policy once more, in other words than those of the program.
fn cleaner() -> Builder<'static> {
    let attributes =
        ATTRIBUTES.map(|(tag, names)| (tag, names.iter().copied().filter(|name| *name != "rel").collect()));
    let mut cleaner = Builder::default();
    cleaner
        .tags(HashSet::from(TAGS))
        .tag_attributes(HashMap::from(attributes))
        .generic_attributes(HashSet::new())
        .url_schemes(SCHEMES.map(|scheme| scheme.trim_end_matches(':')).into())
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("nofollow noopener noreferrer"));
    cleaner
}
