//! The HTML of messages: only the tags and links that messages are made of, every tag closed, and nothing left to clean.

use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use parlor::domain::ids::UserId;
use parlor::domain::mention::{Mentions, candidates};
use parlor::domain::name::UserName;
use parlor::domain::person::Author;
use parlor::domain::text::MessageText;
use parlor::web::views::markdown::Markdown;

const TAGS: [&str; 20] = [
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
    "span",
];
const VOID: [&str; 2] = ["br", "hr"];
const ATTRIBUTES: [(&str, &[&str]); 7] = [
    ("a", &["href", "title", "target", "rel", "class", "data-user"]),
    ("span", &["class"]),
    ("p", &["class"]),
    ("code", &["class"]),
    ("ol", &["start"]),
    ("th", &["align"]),
    ("td", &["align"]),
];
const SCHEMES: [&str; 3] = ["http:", "https:", "mailto:"];
const OUR_PAGES: [&str; 2] = ["/rooms/", "/people/00000000-0000-0000-0000-00000000000"];
/// Beside `language-…` and the colours of code.
const CLASSES: [&str; 4] = ["mention", "mention mention--room", "room-name", "prose--jumbo"];

// Made once: making them costs more than most inputs.
thread_local! {
    static MARKDOWN: Markdown = Markdown::new();
    static MENTIONS: Mentions = mentions();
    static CLEANER: Builder<'static> = cleaner();
}

fn mentions() -> Mentions {
    let person = |number: u8, name: &str| {
        let id = UserId::parse(&format!("00000000-0000-0000-0000-00000000000{number}")).expect("a good id");
        Author { id, name: UserName::parse(name).expect("a good name") }
    };
    Mentions { people: vec![person(1, "ann"), person(2, "O_Brien"), person(3, "莉莉")], everyone: true }
}

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(text) = MessageText::parse(text) else { return };
    let html = MARKDOWN.with(|markdown| MENTIONS.with(|mentions| markdown.to_html(text.as_str(), mentions)));
    check_tags(&html);
    let called = candidates(text.as_str());
    assert!(called.names.len() <= 50 && called.names.iter().all(|name| text.as_str().contains(name)));
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
            let is_ours = OUR_PAGES.iter().any(|page| {
                value.strip_prefix(page).is_some_and(|name| !name.contains(['/', '?', '#', '\\', '.', '&']))
            });
            assert!(is_ours || SCHEMES.iter().any(|good| scheme.starts_with(good)), "a link to {value}");
        }
        if name == "class" {
            let is_language = value.starts_with("language-") && !value.contains(' ');
            let is_colour = value.len() == 4 && value.starts_with("hl-");
            assert!(is_language || is_colour || CLASSES.contains(&value), "a class of {value}");
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
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("nofollow noopener noreferrer"));
    cleaner
}
