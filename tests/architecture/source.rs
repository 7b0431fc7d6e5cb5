//! Reads Rust sources for the house rules: comments and literals are blanked, tests are told apart from production.

use std::ops::Range;

/// One Rust file, taken apart.
pub struct Source {
    /// Relative to the repository, with `/`.
    pub path: String,
    /// As written.
    pub raw: String,
    /// Without comments and without what stands in strings; every line keeps its place.
    pub code: String,
    /// `code` without what is compiled for tests only.
    pub production: String,
    /// Lines beside tests.
    pub production_lines: usize,
}

impl Source {
    pub fn new(path: &str, raw: &str) -> Self {
        let code = blank_comments_and_literals(raw);
        let is_test_file = path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with("tests/");
        let regions = if is_test_file { std::iter::once(0..code.len()).collect() } else { test_regions(&code) };
        let production = blank_regions(&code, &regions);
        let in_tests: usize = regions.iter().map(|region| raw[region.clone()].lines().count()).sum();
        let production_lines = raw.lines().count().saturating_sub(in_tests);
        Self { path: path.to_owned(), raw: raw.to_owned(), code, production, production_lines }
    }

    /// The top module: `chat` for `src/chat/room.rs`, `app` for `src/app.rs`; none outside `src` and for its roots.
    pub fn layer(&self) -> Option<&str> {
        let first = self.path.strip_prefix("src/")?.split('/').next()?;
        let name = first.strip_suffix(".rs").unwrap_or(first);
        (name != "lib" && name != "main").then_some(name)
    }

    /// `chat::commands::send` as its parts.
    pub fn module(&self) -> Vec<&str> {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let inside = inside.strip_suffix(".rs").unwrap_or(inside);
        let inside = inside.strip_suffix("/mod").unwrap_or(inside);
        inside.split('/').collect()
    }

    /// What is compiled for tests only.
    pub fn tests(&self) -> String {
        self.code.chars().zip(self.production.chars()).map(|(all, kept)| if kept == ' ' { all } else { ' ' }).collect()
    }
}

/// The same text with spaces for comments and for what stands between quotes. Line breaks stay, and so does the length
/// in bytes.
pub fn blank_comments_and_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => line_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => block_end(bytes, at),
            b'"' => string_end(bytes, at),
            b'r' | b'b' | b'c' if !is_word(bytes, at.wrapping_sub(1)) => prefixed_end(bytes, at),
            b'\'' => char_end(bytes, at),
            _ => at,
        };
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end.max(at + 1);
    }
    // Only whole characters were blanked: what is left between them is as it was.
    String::from_utf8(out).expect("blanking keeps characters whole")
}

fn is_word(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn line_end(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| start + length)
}

fn block_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"/*") => (at, depth) = (at + 2, depth + 1),
            Some(b"*/") => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// `r"…"`, `r#"…"#`, `b"…"`, `br"…"`, `b'…'`, `c"…"`; `start` itself for a word that only begins like one.
fn prefixed_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while matches!(bytes.get(at), Some(b'r' | b'b' | b'c')) && at < start + 2 {
        at += 1;
    }
    let is_raw = bytes[start..at].contains(&b'r');
    let hashes = bytes[at..].iter().take_while(|byte| **byte == b'#').count();
    match bytes.get(at + hashes) {
        Some(b'"') if is_raw => raw_end(bytes, at + hashes + 1, hashes),
        Some(b'"') if hashes == 0 => string_end(bytes, at),
        Some(b'\'') if hashes == 0 && bytes[start..at] == *b"b" => char_end(bytes, at),
        _ => start,
    }
}

fn raw_end(bytes: &[u8], start: usize, hashes: usize) -> usize {
    let mut at = start;
    while at < bytes.len() {
        let closing =
            bytes[at] == b'"' && bytes[at + 1..].iter().take(hashes).filter(|b| **b == b'#').count() == hashes;
        if closing {
            return at + 1 + hashes;
        }
        at += 1;
    }
    bytes.len()
}

/// A character ends with a quote soon after; a lifetime does not.
fn char_end(bytes: &[u8], start: usize) -> usize {
    if bytes.get(start + 1) == Some(&b'\\') {
        let after = start + 3;
        return bytes[after.min(bytes.len())..].iter().position(|b| *b == b'\'').map_or(start, |n| after + n + 1);
    }
    let width = match bytes.get(start + 1) {
        Some(byte) if *byte >= 0xf0 => 4,
        Some(byte) if *byte >= 0xe0 => 3,
        Some(byte) if *byte >= 0xc0 => 2,
        _ => 1,
    };
    if bytes.get(start + 1 + width) == Some(&b'\'') { start + 2 + width } else { start }
}

/// Items under `#[cfg(test)]`, from the attribute to the closing brace or semicolon.
fn test_regions(code: &str) -> Vec<Range<usize>> {
    const MARK: &str = "#[cfg(test)]";
    let mut regions: Vec<Range<usize>> = Vec::new();
    for (start, _) in code.match_indices(MARK) {
        if regions.last().is_some_and(|region| region.contains(&start)) {
            continue;
        }
        regions.push(start..item_end(code, start + MARK.len()));
    }
    regions
}

fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth = depth.saturating_sub(1),
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

fn blank_regions(code: &str, regions: &[Range<usize>]) -> String {
    let mut out = code.as_bytes().to_vec();
    for region in regions {
        for byte in out[region.clone()].iter_mut().filter(|byte| **byte != b'\n') {
            *byte = b' ';
        }
    }
    String::from_utf8(out).expect("regions begin and end at ASCII characters")
}
