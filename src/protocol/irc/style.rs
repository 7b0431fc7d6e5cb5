//! Markdown and the marks of IRC (modern.ircdocs.horse/formatting): bold, italics, struck through and monospace have a mark
//! each; a link is written out. Colours have no place in Markdown and are left out.

const BOLD: char = '\u{2}';
const ITALIC: char = '\u{1d}';
const STRUCK: char = '\u{1e}';
const MONO: char = '\u{11}';
const RESET: char = '\u{f}';
const COLOUR: char = '\u{3}';
const HEX_COLOUR: char = '\u{4}';
/// Marks of Markdown with those of IRC, the longer ones first.
const PAIRS: [(&str, char); 4] = [("**", BOLD), ("~~", STRUCK), ("*", ITALIC), ("`", MONO)];

/// A text of IRC as Markdown.
#[must_use]
pub fn to_markdown(text: &str) -> String {
    if !text.contains(|c: char| c.is_control()) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut open: Vec<char> = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            BOLD | ITALIC | STRUCK | MONO => toggle(&mut out, &mut open, c),
            RESET => close_all(&mut out, &mut open),
            COLOUR => {
                skip_digits(&mut chars, 2, 10);
                if chars.peek() == Some(&',') {
                    let mut ahead = chars.clone();
                    ahead.next();
                    if ahead.peek().is_some_and(char::is_ascii_digit) {
                        chars = ahead;
                        skip_digits(&mut chars, 2, 10);
                    }
                }
            }
            HEX_COLOUR => skip_digits(&mut chars, 6, 16),
            '\t' | '\n' => out.push(c),
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    close_all(&mut out, &mut open);
    out
}

fn skip_digits(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, most: usize, radix: u32) {
    for _ in 0..most {
        if chars.next_if(|c| c.is_digit(radix)).is_none() {
            return;
        }
    }
}

fn mark_of(sign: char) -> &'static str {
    PAIRS.iter().find(|(_, own)| *own == sign).map_or("", |(mark, _)| mark)
}

/// Marks of Markdown have to be closed in the order in which they were opened.
fn toggle(out: &mut String, open: &mut Vec<char>, sign: char) {
    let Some(at) = open.iter().position(|other| *other == sign) else {
        out.push_str(mark_of(sign));
        open.push(sign);
        return;
    };
    let inner = open.split_off(at + 1);
    inner.iter().rev().for_each(|other| out.push_str(mark_of(*other)));
    out.push_str(mark_of(sign));
    open.pop();
    for other in inner {
        out.push_str(mark_of(other));
        open.push(other);
    }
}

fn close_all(out: &mut String, open: &mut Vec<char>) {
    while let Some(sign) = open.pop() {
        out.push_str(mark_of(sign));
    }
}

/// Markdown as a text of IRC. Marks that have no partner on their line stay as they are.
#[must_use]
pub fn to_irc(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut in_code = false;
    for line in markdown.split('\n') {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        if in_code {
            if !line.is_empty() {
                out.push(MONO);
                out.extend(line.chars().filter(|c| !c.is_control() || *c == '\t'));
                out.push(MONO);
            }
            continue;
        }
        inline(&mut out, line, 0);
    }
    out
}

/// Deeper than this nobody nests marks.
const DEPTH: usize = 6;

fn inline(out: &mut String, line: &str, depth: usize) {
    let mut rest = line;
    let mut before = ' ';
    'signs: while let Some(c) = rest.chars().next() {
        if c == '\\'
            && let Some(next) = rest.chars().nth(1).filter(char::is_ascii_punctuation)
        {
            out.push(next);
            (rest, before) = (&rest[2..], next);
            continue;
        }
        if depth < DEPTH {
            for (mark, sign) in PAIRS {
                if let Some(inner) = partner(rest, mark) {
                    out.push(sign);
                    if sign == MONO {
                        push_clean(out, inner);
                    } else {
                        inline(out, inner, depth + 1);
                    }
                    out.push(sign);
                    (rest, before) = (&rest[inner.len() + 2 * mark.len()..], 'x');
                    continue 'signs;
                }
            }
            // Within a word an underscore is a sign like any other.
            if c == '_'
                && !before.is_alphanumeric()
                && let Some(inner) = partner(rest, "_")
                && !rest[inner.len() + 2..].starts_with(|next: char| next.is_alphanumeric() || next == '_')
            {
                out.push(ITALIC);
                inline(out, inner, depth + 1);
                out.push(ITALIC);
                (rest, before) = (&rest[inner.len() + 2..], 'x');
                continue;
            }
            if c == '['
                && let Some((text, url, length)) = link(rest)
            {
                inline(out, text, depth + 1);
                if text != url {
                    out.push_str(" (");
                    push_clean(out, url);
                    out.push(')');
                }
                (rest, before) = (&rest[length..], 'x');
                continue;
            }
        }
        if !c.is_control() || c == '\t' {
            out.push(c);
        }
        before = c;
        rest = &rest[c.len_utf8()..];
    }
}

fn push_clean(out: &mut String, text: &str) {
    out.extend(text.chars().filter(|c| !c.is_control()));
}

/// What stands between a mark at the beginning and its partner; nothing without one, or where it would begin or end with
/// a space, as in `2 * 3 * 4`.
fn partner<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let inner = text.strip_prefix(mark)?;
    let end = inner.find(mark)?;
    let inner = &inner[..end];
    let sign = mark.chars().next()?;
    let is_good = !inner.is_empty()
        && !inner.starts_with(|c: char| c.is_whitespace() || c == sign)
        && !inner.ends_with(|c: char| c.is_whitespace() || c == '\\');
    is_good.then_some(inner)
}

/// `[text](address)` at the beginning: both, and how long it is.
fn link(text: &str) -> Option<(&str, &str, usize)> {
    let inner = text.strip_prefix('[')?;
    let (label, rest) = inner.split_once("](")?;
    let (url, _) = rest.split_once(')')?;
    let is_good = !label.is_empty() && !label.contains('[') && url.contains("://") && !url.contains(' ');
    is_good.then_some((label, url, label.len() + url.len() + 4))
}

/// Says what somebody does, as `/me` writes it: one pair of stars around all of it.
#[must_use]
pub fn action(markdown: &str) -> Option<&str> {
    let inner = markdown.strip_prefix('*')?.strip_suffix('*')?;
    (!inner.is_empty() && !inner.contains(['*', '\n']) && inner.trim() == inner).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn marks_become_markdown_and_are_closed_in_order() {
        assert_eq!(to_markdown("\u{2}a\u{1d}b\u{2}c\u{f}d"), "**a*b***".to_owned() + "*c*d");
        assert_eq!(to_markdown("\u{3}04,12red\u{3} and \u{4}ff0000hex\u{1f}x"), "red and hexx");
        assert_eq!(to_markdown("\u{11}code"), "`code`");
        assert_eq!(to_markdown("1,2 \u{3},x"), "1,2 ,x");
    }

    #[test]
    fn markdown_becomes_marks() {
        assert_eq!(
            to_irc("a **b** *c* _d_ ~~e~~ `f*g*`"),
            "a \u{2}b\u{2} \u{1d}c\u{1d} \u{1d}d\u{1d} \u{1e}e\u{1e} \u{11}f*g*\u{11}"
        );
        assert_eq!(to_irc("2 * 3 * 4 and snake_case_name"), "2 * 3 * 4 and snake_case_name");
        assert_eq!(to_irc("[a](https://b.example/x) \\*c\\*"), "a (https://b.example/x) *c*");
        assert_eq!(to_irc("```rust\nlet x;\n```\nend"), "\u{11}let x;\u{11}\nend");
    }

    #[test]
    fn what_somebody_does_stands_between_stars() {
        assert_eq!(action("*waves*"), Some("waves"));
        for no in ["**waves**", "*a* and *b*", "waves", "**", "* a*"] {
            assert_eq!(action(no), None, "{no}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_no_control_character_but_marks_comes_out(text in "[a\\\\*_~`\\[\\]()\\u{1}-\\u{1f}é\n]{0,60}") {
            let marks = [BOLD, ITALIC, STRUCK, MONO, '\n', '\t'];
            prop_assert!(to_irc(&text).chars().all(|c| !c.is_control() || marks.contains(&c)));
            prop_assert!(to_markdown(&text).chars().all(|c| !c.is_control() || c == '\n' || c == '\t'));
        }
    }
}
