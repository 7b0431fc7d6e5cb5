//! Texts that need no parser: most of what people write is words. Their HTML is the same as that of the long way, which
//! a test compares; it is there a hundred times sooner.

use crate::domain::emoji;
use crate::domain::mention::{Sign, words};
use crate::web::views::escape;

/// The class of a paragraph of a few emoji and nothing else.
const JUMBO: &str = "prose--jumbo";

/// The HTML of a text whose HTML is itself, in paragraphs. `None` for every other text. Whoever adds an extension to the
/// options of the parser adds its signs here.
pub fn html(text: &str) -> Option<String> {
    is_plain(text).then(|| paragraphs(text))
}

/// A text as it was typed, with its line breaks, in one paragraph.
pub fn as_typed(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    html.push_str("<p>");
    lines(text, &mut html);
    html.push_str("</p>\n");
    html
}

/// The HTML of a text of a few emoji and nothing else; `None` for every other text.
pub fn jumbo(text: &str) -> Option<String> {
    let mut html = format!("<p class=\"{JUMBO}\">");
    lines(&emoji::jumbo(text)?, &mut html);
    html.push_str("</p>\n");
    Some(html)
}

fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.contains(is_sign)
        && text.split('\n').all(is_plain_line)
        && !text.ends_with('\n')
        // The one link without any of the signs.
        && !text.as_bytes().windows(4).any(|four| four.eq_ignore_ascii_case(b"www."))
        && (!text.contains('#') || words(text).all(|word| word.sign != Sign::Room))
}

fn is_sign(c: char) -> bool {
    "<>&*_~`[]|\\@$^{}\u{a0}\u{feff}".contains(c) || (c.is_control() && c != '\n')
}

/// Nothing a line begins with is the sign of a list, a heading, a rule or of code, nothing it ends with breaks it, and
/// its colons are those of a sentence.
fn is_plain_line(line: &str) -> bool {
    let Some(first) = line.chars().next() else { return true };
    let may_begin = match first {
        'a'..='z' | 'A'..='Z' => true,
        '0'..='9' => !line.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['.', ')']),
        first => "'\",.;!?()/%".contains(first) || !(first.is_ascii() || first.is_whitespace()),
    };
    may_begin && !line.ends_with(char::is_whitespace) && has_plain_colons(line)
}

/// A colon opens a short code or belongs to an address where something follows it.
fn has_plain_colons(line: &str) -> bool {
    line.match_indices(':').all(|(at, _)| line[at + 1..].chars().next().is_none_or(|next| next == ' '))
}

/// Blank lines part paragraphs.
fn paragraphs(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    for paragraph in text.split("\n\n") {
        let paragraph = paragraph.trim_matches('\n');
        if !paragraph.is_empty() {
            html.push_str("<p>");
            lines(paragraph, &mut html);
            html.push_str("</p>\n");
        }
    }
    html
}

fn lines(text: &str, html: &mut String) {
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            html.push_str("<br>\n");
        }
        escape::text(line, html);
    }
}
