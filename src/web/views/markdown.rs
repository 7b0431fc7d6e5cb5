//! The text of a message as HTML: comrak makes it, ammonia cleans it. Raw HTML in a text is shown as it was typed.
//!
//! Two walls, on purpose: even if a change of the first let markup through, the second knows only the few tags that
//! messages are made of. The work per text is bounded: what nests deeper or grows larger than any message people
//! write is shown as plain text.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

use ammonia::{Builder, UrlRelative};
use comrak::nodes::{Node, NodeValue};
use comrak::{Arena, Options, format_html, parse_document};

/// Deepest nesting of quotes, lists and emphasis.
const DEPTH: usize = 32;
/// Most elements of one message.
const NODES: usize = 8_000;
/// Most cells a table may be filled up to: a short text can ask for millions.
const CELLS: usize = 4_000;
/// Most signs of one line that open something; each costs a search through the rest.
const OPENERS: usize = 1_000;

/// Renders the text of messages. Made once and shared.
pub struct Markdown {
    options: Options<'static>,
    cleaner: Builder<'static>,
}

impl fmt::Debug for Markdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Markdown")
    }
}

impl Default for Markdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Markdown {
    /// With the rules of this house.
    #[must_use]
    pub fn new() -> Self {
        Self { options: options(), cleaner: cleaner() }
    }

    /// The HTML of a text: clean, and safe to put into a page.
    #[must_use]
    pub fn to_html(&self, text: &str) -> String {
        if is_plain(text) { plain(text) } else { self.rendered(text) }
    }

    /// The long way, for every text.
    fn rendered(&self, text: &str) -> String {
        if is_costly(text) {
            return plain(text);
        }
        let arena = Arena::new();
        let root = parse_document(&arena, text, &self.options);
        if !is_bounded(root) {
            return plain(text);
        }
        tame(&arena, root);
        let mut html = String::with_capacity(text.len() * 2);
        match format_html(root, &self.options, &mut html) {
            Ok(()) => self.cleaner.clean(&html).to_string(),
            // Writing into a String does not fail; should it ever, nothing is lost but the looks.
            Err(_) => plain(text),
        }
    }
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.shortcodes = true;
    // A line break that was typed is one: people write chat as they see it.
    options.render.hardbreaks = true;
    options.render.escape = true;
    options
}

fn cleaner() -> Builder<'static> {
    let tags = [
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
    let attributes: [(&str, &[&str]); 5] =
        [("a", &["href", "title"]), ("code", &["class"]), ("ol", &["start"]), ("th", &["align"]), ("td", &["align"])];
    let attributes: HashMap<_, HashSet<_>> =
        attributes.into_iter().map(|(tag, names)| (tag, names.iter().copied().collect())).collect();
    let mut builder = Builder::default();
    builder
        .tags(tags.into())
        .tag_attributes(attributes)
        .generic_attributes(HashSet::new())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("nofollow noopener noreferrer"))
        // Following a link must not end the conversation.
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(|tag, name, value| match (tag, name) {
            ("code", "class") => is_language(value).then_some(Cow::Borrowed(value)),
            _ => Some(Cow::Borrowed(value)),
        });
    builder
}

/// The only class a text may give: the language of a block of code.
fn is_language(class: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+#.".contains(&byte);
    class.strip_prefix("language-").is_some_and(|name| !name.is_empty() && name.len() <= 32 && name.bytes().all(good))
}

/// Turns what messages do not have into what they have: images into links, headings into bold lines, HTML into text.
fn tame<'a>(arena: &'a Arena<'a>, root: Node<'a>) {
    let nodes: Vec<Node<'a>> = root.descendants().collect();
    for node in nodes {
        let value = node.data().value.clone();
        match value {
            NodeValue::Image(link) => {
                if node.first_child().is_none() {
                    node.append(arena.alloc(NodeValue::Text(link.url.clone().into()).into()));
                }
                // A link inside a link is no HTML; the outer one stays.
                let inside_link =
                    node.ancestors().skip(1).any(|above| matches!(above.data().value, NodeValue::Link(_)));
                node.data_mut().value = if inside_link { NodeValue::Emph } else { NodeValue::Link(link) };
            }
            NodeValue::Heading(_) => {
                let strong = arena.alloc(NodeValue::Strong.into());
                let children: Vec<Node<'a>> = node.children().collect();
                for child in children {
                    strong.append(child);
                }
                node.append(strong);
                node.data_mut().value = NodeValue::Paragraph;
            }
            NodeValue::HtmlBlock(block) => {
                for (number, line) in block.literal.trim_end_matches('\n').split('\n').enumerate() {
                    if number > 0 {
                        node.append(arena.alloc(NodeValue::LineBreak.into()));
                    }
                    node.append(arena.alloc(NodeValue::Text(line.to_owned().into()).into()));
                }
                node.data_mut().value = NodeValue::Paragraph;
            }
            NodeValue::HtmlInline(html) => node.data_mut().value = NodeValue::Text(html.into()),
            _ => {}
        }
    }
}

/// True for a text whose HTML is itself in one paragraph: the common case, and a hundred times quicker. Whoever adds
/// an extension to [`options`] adds its signs here; a test compares both ways.
fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let may_begin = first.is_alphabetic() || "'\",.;!?()".contains(first);
    let is_sign = |c: char| "<>&*_~`[]|\\:@$^{}\u{a0}\u{feff}".contains(c) || (c.is_control() && c != ' ');
    may_begin
        && !text.ends_with(char::is_whitespace)
        && !text.contains(is_sign)
        // The one link without any of the signs above.
        && !text.as_bytes().windows(4).any(|four| four.eq_ignore_ascii_case(b"www."))
}

/// The text as it was typed, with its line breaks.
fn plain(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    html.push_str("<p>");
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\n' => html.push_str("<br>\n"),
            c => html.push(c),
        }
    }
    html.push_str("</p>\n");
    html
}

/// True for a text that would cost more to read than anything people write: looked at before the parser sees it.
fn is_costly(text: &str) -> bool {
    let lines = text.lines().count();
    text.lines().any(|line| {
        let marks = line.chars().take_while(|c| c.is_whitespace() || c.is_ascii_digit() || ">-*+.)".contains(*c));
        let containers = marks.filter(|c| ">-*+.)".contains(*c)).count();
        // A rule of many dashes is no nesting.
        let is_rule = line.trim().chars().all(|c| c == '-') || line.trim().chars().all(|c| c == '*');
        let columns = line.bytes().filter(|byte| *byte == b'|').count();
        let is_table_rule = columns > 0 && line.bytes().all(|byte| b"|-: \t>".contains(&byte));
        let openers = line.bytes().filter(|byte| b"[]<`!&".contains(byte)).count();
        (containers > DEPTH && !is_rule) || (is_table_rule && columns * lines > CELLS) || openers > OPENERS
    })
}

/// True while the tree is no deeper and no larger than messages are.
fn is_bounded(root: Node<'_>) -> bool {
    let mut open = vec![(root, 0_usize)];
    let mut seen = 0_usize;
    while let Some((node, depth)) = open.pop() {
        seen += 1;
        if depth > DEPTH || seen > NODES {
            return false;
        }
        open.extend(node.children().map(|child| (child, depth + 1)));
    }
    true
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
