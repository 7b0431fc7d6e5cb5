//! What is written in tags: HTML, XML and their like.

use super::Kind;
use super::html::Spans;

/// Cuts all of the code.
pub fn lex(code: &str, spans: &mut Spans<'_>) {
    let mut rest = code;
    while !rest.is_empty() {
        rest = if let Some(inside) = rest.strip_prefix("<!--") {
            let end = inside.find("-->").map_or(rest.len(), |end| end + 7);
            spans.token(Kind::Comment, &rest[..end]);
            &rest[end..]
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            let end = rest.find('>').map_or(rest.len(), |end| end + 1);
            spans.token(Kind::Attribute, &rest[..end]);
            &rest[end..]
        } else if rest.strip_prefix('<').is_some_and(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '/')) {
            tag(rest, spans)
        } else if let Some(end) = rest.strip_prefix('&').and_then(entity) {
            spans.token(Kind::Number, &rest[..=end]);
            &rest[end + 1..]
        } else {
            let first = rest.chars().next().map_or(0, char::len_utf8);
            let end = rest[first..].find(['<', '&']).map_or(rest.len(), |end| first + end);
            spans.plain(&rest[..end]);
            &rest[end..]
        };
    }
}

/// The length of `amp;`, if that is what it begins with.
fn entity(rest: &str) -> Option<usize> {
    let name = rest.bytes().take(32).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    (name > 0 && rest[name..].starts_with(';')).then_some(name + 1)
}

/// Writes a tag and returns what follows it.
fn tag<'a>(code: &'a str, spans: &mut Spans<'_>) -> &'a str {
    let name_end =
        code[1..].find(|c: char| !(c.is_alphanumeric() || "/-_:.".contains(c))).map_or(code.len(), |end| end + 1);
    spans.token(Kind::Keyword, &code[..name_end]);
    let mut rest = &code[name_end..];
    while let Some(first) = rest.chars().next() {
        let (kind, end) = match first {
            '>' => {
                spans.token(Kind::Keyword, ">");
                return &rest[1..];
            }
            '<' => return rest,
            '"' | '\'' => (Some(Kind::String), rest[1..].find(first).map_or(rest.len(), |end| end + 2)),
            '/' if rest.starts_with("/>") => (Some(Kind::Keyword), 1),
            c if c.is_alphanumeric() || "@:_-#.*".contains(c) => {
                let end = rest.find(|c: char| c.is_whitespace() || "=<>/\"'".contains(c)).unwrap_or(rest.len());
                (Some(Kind::Attribute), end)
            }
            c => (None, c.len_utf8()),
        };
        match kind {
            Some(kind) => spans.token(kind, &rest[..end]),
            None => spans.plain(&rest[..end]),
        }
        rest = &rest[end..];
    }
    rest
}
