//! What is written line by line: changes, and keys with values.

use super::Kind;
use super::html::Spans;
use super::language::Language;
use super::languages::Known;
use super::lexer;

/// Lines that came and went.
pub fn diff(code: &str, spans: &mut Spans<'_>) {
    for line in code.split_inclusive('\n') {
        let kind = if line.starts_with("+++") || line.starts_with("---") || line.starts_with("diff ") {
            Kind::Comment
        } else if line.starts_with("@@") {
            Kind::Attribute
        } else if line.starts_with('+') {
            Kind::Inserted
        } else if line.starts_with('-') {
            Kind::Deleted
        } else {
            spans.plain(line);
            continue;
        };
        spans.token(kind, line);
    }
}

/// Keys, a sign, values: YAML, TOML, INI. `[section]` is a type.
pub fn keys(known: &Known, sign: char, code: &str, spans: &mut Spans<'_>) {
    for line in code.split_inclusive('\n') {
        let bare = line.trim_start_matches([' ', '\t', '-']);
        let (indent, rest) = line.split_at(line.len() - bare.len());
        spans.plain(indent);
        if rest.starts_with('[') {
            let end = rest.trim_end().len();
            spans.token(Kind::Type, &rest[..end]);
            spans.plain(&rest[end..]);
            continue;
        }
        let key = key_of(known.language, sign, rest);
        spans.token(Kind::Attribute, &rest[..key]);
        lexer::lex(known, &rest[key..], spans);
    }
}

/// How many bytes of the line are its key.
fn key_of(language: &Language, sign: char, line: &str) -> usize {
    if language.line_comments.iter().any(|open| line.starts_with(open)) {
        return 0;
    }
    let belongs = |c: char| c != sign && c != '\n' && !"#{}[],&".contains(c);
    let end = line.find(|c| !belongs(c)).unwrap_or(line.len());
    let is_key = line[end..].starts_with(sign)
        && (sign != ':' || line[end + 1..].starts_with([' ', '\n']) || line.len() == end + 1);
    if is_key { line[..end].trim_end().len() } else { 0 }
}
