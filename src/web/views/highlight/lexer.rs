//! Cuts code into tokens. Every step takes at least one character and none looks back, so the time is that of reading
//! the text once, whatever is in it.

use super::Kind;
use super::html::Spans;
use super::language::{Language, Quote};
use super::languages::Known;

/// Cuts all of the code.
pub fn lex(known: &Known, code: &str, spans: &mut Spans<'_>) {
    let mut lexer = Lexer { known, language: known.language, code, at: 0 };
    while lexer.at < code.len() {
        let start = lexer.at;
        let kind = lexer.step();
        let text = &code[start..lexer.at];
        match kind {
            Some(kind) => spans.token(kind, text),
            None => spans.plain(text),
        }
    }
}

struct Lexer<'a> {
    known: &'a Known,
    language: &'a Language,
    code: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.code[self.at..]
    }

    /// Moves over the next token and says what it was.
    fn step(&mut self) -> Option<Kind> {
        let first = self.rest().chars().next()?;
        if first.is_whitespace() {
            self.take_while(char::is_whitespace);
            return None;
        }
        if self.comment() {
            return Some(Kind::Comment);
        }
        if self.attribute(first) {
            return Some(Kind::Attribute);
        }
        if self.string(first) {
            let is_key = self.language.has_string_keys && self.rest().trim_start_matches([' ', '\n']).starts_with(':');
            return Some(if is_key { Kind::Attribute } else { Kind::String });
        }
        if first.is_ascii_digit() {
            self.number();
            return Some(Kind::Number);
        }
        if self.is_name_char(first) {
            return self.word();
        }
        self.at += first.len_utf8();
        None
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !belongs(c)).unwrap_or(rest.len());
    }

    fn is_name_char(&self, c: char) -> bool {
        c == '_' || c.is_alphanumeric() || (c.is_ascii() && self.language.name_signs.contains(c))
    }

    fn comment(&mut self) -> bool {
        for (open, close) in self.language.block_comments {
            if self.rest().starts_with(open) {
                let inside = self.at + open.len();
                self.at = self.code[inside..].find(close).map_or(self.code.len(), |end| inside + end + close.len());
                return true;
            }
        }
        let begins = self.language.line_comments.iter().any(|open| self.rest().starts_with(open));
        if begins && (!self.language.comments_stand_alone || self.is_behind_space()) {
            self.take_while(|c| c != '\n');
            return true;
        }
        false
    }

    fn is_behind_space(&self) -> bool {
        self.code[..self.at].chars().next_back().is_none_or(char::is_whitespace)
    }

    /// `@override`, `$variable`, `#[derive(…)]`, `#include`.
    fn attribute(&mut self, first: char) -> bool {
        if !first.is_ascii() || !self.language.attribute_signs.contains(first) {
            return false;
        }
        let behind = &self.rest()[1..];
        if first == '#' {
            if behind.starts_with('[') || behind.starts_with("![") {
                self.take_while(|c| c != ']' && c != '\n');
                self.at += usize::from(self.rest().starts_with(']'));
                return true;
            }
        } else if first == '$' && behind.starts_with(['{', '(']) {
            self.at += 2;
            return true;
        }
        // In `A::B` the second colon begins no symbol.
        let is_path = first == ':' && self.code[..self.at].ends_with(':');
        if !is_path && behind.starts_with(|c| self.is_name_char(c)) {
            self.at += 1;
            self.take_while_name();
            return true;
        }
        false
    }

    fn take_while_name(&mut self) {
        let rest = &self.code[self.at..];
        let length = rest.find(|c| !self.is_name_char(c)).unwrap_or(rest.len());
        self.at += length;
    }

    fn string(&mut self, first: char) -> bool {
        if first == '\'' && self.language.has_chars {
            return self.character();
        }
        let quote = self.language.quotes.iter().find(|quote| self.rest().starts_with(quote.sign));
        if let Some(quote) = quote {
            self.quoted(quote);
        }
        quote.is_some()
    }

    fn quoted(&mut self, quote: &Quote) {
        self.at += quote.sign.len();
        let bytes = self.code.as_bytes();
        while let Some(byte) = bytes.get(self.at).copied() {
            if byte == b'\n' && !quote.is_long {
                return;
            }
            if byte == b'\\' && quote.escapes {
                // The character behind may have many bytes; none of the others is a sign of ours.
                self.at += 1;
                let is_end = bytes.get(self.at).is_none_or(|next| *next == b'\n' && !quote.is_long);
                self.at += usize::from(!is_end);
            } else if bytes[self.at..].starts_with(quote.sign.as_bytes()) {
                self.at += quote.sign.len();
                return;
            } else {
                self.at += 1;
            }
        }
    }

    /// `'a'` and `'\n'`, but not `'static`.
    fn character(&mut self) -> bool {
        let mut inside = self.rest().char_indices().skip(1);
        let Some((_, first)) = inside.next() else { return false };
        let end = if first == '\\' {
            // The longest is `'\u{10ffff}'`.
            inside.skip(1).take(10).take_while(|(_, c)| *c != '\n').find(|(_, c)| *c == '\'')
        } else {
            inside.next().filter(|(_, c)| *c == '\'' && first != '\'' && first != '\n')
        };
        if let Some((end, _)) = end {
            self.at += end + 1;
        }
        end.is_some()
    }

    fn number(&mut self) {
        let bytes = self.code.as_bytes();
        let is_hex = self.rest().starts_with("0x");
        let mut before = b'0';
        while let Some(byte) = bytes.get(self.at).copied() {
            let digit_follows = bytes.get(self.at + 1).is_some_and(u8::is_ascii_digit);
            let goes_on = match byte {
                b'.' => digit_follows && before != b'.',
                b'+' | b'-' => matches!(before, b'e' | b'E') && !is_hex && digit_follows,
                byte => byte.is_ascii_alphanumeric() || byte == b'_',
            };
            if !goes_on {
                return;
            }
            before = byte;
            self.at += 1;
        }
    }

    fn word(&mut self) -> Option<Kind> {
        let start = self.at;
        self.take_while_name();
        let word = &self.code[start..self.at];
        let next = self.code.as_bytes().get(self.at).copied();
        let language = self.language;
        if is_prefix(word) && (next == Some(b'"') || (next == Some(b'\'') && !language.has_chars) || self.raw_string())
        {
            return Some(Kind::String);
        }
        if let Some(kind) = self.known.word(word) {
            return Some(kind);
        }
        let is_macro = ["!(", "![", "!{", "! {"].iter().any(|sign| self.rest().starts_with(sign));
        if next == Some(b'(') || is_macro {
            return Some(Kind::Function);
        }
        if language.has_word_keys && next == Some(b':') {
            return Some(Kind::Attribute);
        }
        let has_capital = language.has_capital_types && word.starts_with(char::is_uppercase);
        has_capital.then_some(Kind::Type)
    }

    /// `#"…"#` behind an `r`.
    fn raw_string(&mut self) -> bool {
        let signs = self.rest().bytes().take(16).take_while(|byte| *byte == b'#').count();
        if signs == 0 || !self.rest()[signs..].starts_with('"') {
            return false;
        }
        let inside = self.at + signs + 1;
        let close = format!("\"{}", "#".repeat(signs));
        self.at = self.code[inside..].find(&close).map_or(self.code.len(), |end| inside + end + close.len());
        true
    }
}

/// What stands right before a string and belongs to it: `r"…"`, `b'…'`, `f"…"`.
fn is_prefix(word: &str) -> bool {
    word.len() <= 2 && word.bytes().all(|byte| b"bBcfFLrRuU8".contains(&byte))
}
