//! The second wall: the few tags, attributes and addresses that messages are made of. It knows nothing of what the first
//! one has done, and lets nothing through that is not on its lists.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative, UrlRelativeEvaluate};

use crate::domain::ids::UserId;
use crate::web::views::highlight::Kind;

/// Every tag of a message.
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
/// Every attribute; [`attribute`] looks at the values.
const ATTRIBUTES: [(&str, &[&str]); 6] = [
    ("a", &["href", "title", "class", "data-user", "target"]),
    ("code", &["class"]),
    ("span", &["class"]),
    ("ol", &["start"]),
    ("th", &["align"]),
    ("td", &["align"]),
];
/// The kinds of addresses.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];
/// What an address begins with, for whoever writes links.
pub const BEGINNINGS: [&str; 3] = ["http://", "https://", "mailto:"];

/// Whoever lets only what messages are made of through.
pub fn cleaner() -> Builder<'static> {
    let attributes: HashMap<_, HashSet<_>> =
        ATTRIBUTES.into_iter().map(|(tag, names)| (tag, names.iter().copied().collect())).collect();
    let mut builder = Builder::default();
    builder
        .tags(TAGS.into())
        .tag_attributes(attributes)
        .generic_attributes(HashSet::new())
        .url_schemes(SCHEMES.into())
        .url_relative(UrlRelative::Custom(Box::new(OurPages)))
        .link_rel(Some("nofollow noopener noreferrer"))
        .attribute_filter(|tag, name, value| is_good(tag, name, value).then_some(Cow::Borrowed(value)));
    builder
}

fn is_good(tag: &str, name: &str, value: &str) -> bool {
    match (tag, name) {
        ("a", "class") => matches!(value, "mention" | "room-name"),
        ("a", "data-user") => UserId::parse(value).is_some(),
        ("a", "target") => value == "_blank",
        ("code", "class") => is_language(value),
        ("span", "class") => value == "mention mention--room" || Kind::ALL.iter().any(|kind| kind.class() == value),
        _ => true,
    }
}

/// The only class a text may choose: the language of a block of code.
fn is_language(class: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+#.".contains(&byte);
    class.strip_prefix("language-").is_some_and(|name| !name.is_empty() && name.len() <= 32 && name.bytes().all(good))
}

/// Addresses of ours that messages may lead to: a room, a person. Nothing else, so that no link of a message can log
/// anybody out, whatever becomes of the pages.
struct OurPages;

impl UrlRelativeEvaluate<'_> for OurPages {
    fn evaluate<'url>(&self, url: &'url str) -> Option<Cow<'url, str>> {
        let name = url.strip_prefix("/rooms/").or_else(|| url.strip_prefix("/people/"))?;
        let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '%')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte))
            && !name.to_ascii_lowercase().contains("%2");
        is_name.then_some(Cow::Borrowed(url))
    }
}
