//! Breaks styled text into lines of a width, between words where it can. Widths are those of the terminal's cells (UAX
//! #11), so that wide characters and emoji take what they take.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A piece of text in one style.
pub type Piece = (String, Style);

/// How many cells a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// The beginning of a text that fits; what does not is replaced by one `…`.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut left = most.saturating_sub(1);
    for grapheme in text.graphemes(true) {
        let taken = width(grapheme);
        if taken > left {
            break;
        }
        left -= taken;
        kept.push_str(grapheme);
    }
    if most > 0 {
        kept.push('…');
    }
    kept
}

/// Lines of at most `most` cells. The first begins with `first`, the others with `rest`; both count.
#[must_use]
pub fn wrap(pieces: &[Piece], most: usize, first: &[Piece], rest: &[Piece]) -> Vec<Line<'static>> {
    let mut lines = Lines { most, rest, done: Vec::new(), line: first.to_vec(), used: cells(first), is_empty: true };
    let mut word: Vec<(&str, Style)> = Vec::new();
    for (text, style) in pieces {
        for grapheme in text.graphemes(true) {
            if grapheme == " " {
                lines.put_word(&mut word);
                lines.put_space(*style);
            } else {
                word.push((grapheme, *style));
                // A character as wide as this stands for itself: such scripts have no spaces to break at.
                if width(grapheme) > 1 {
                    lines.put_word(&mut word);
                }
            }
        }
    }
    lines.put_word(&mut word);
    lines.end()
}

/// Lines of at most `most` cells, broken where they end: for code, whose spaces mean something.
#[must_use]
pub fn chop(text: &str, style: Style, most: usize, prefix: &[Piece]) -> Vec<Line<'static>> {
    let mut lines =
        Lines { most, rest: prefix, done: Vec::new(), line: prefix.to_vec(), used: cells(prefix), is_empty: true };
    for grapheme in text.graphemes(true) {
        lines.put(grapheme, style);
    }
    lines.end()
}

struct Lines<'p> {
    most: usize,
    rest: &'p [Piece],
    done: Vec<Line<'static>>,
    line: Vec<Piece>,
    used: usize,
    /// Nothing but the prefix stands on the line.
    is_empty: bool,
}

impl Lines<'_> {
    fn put_word(&mut self, word: &mut Vec<(&str, Style)>) {
        let needed: usize = word.iter().map(|(grapheme, _)| width(grapheme)).sum();
        if !self.is_empty && self.used + needed > self.most {
            self.next();
        }
        for (grapheme, style) in word.drain(..) {
            self.put(grapheme, style);
        }
    }

    /// A space at the end of a line is not taken along.
    fn put_space(&mut self, style: Style) {
        if self.used < self.most {
            self.put(" ", style);
        } else {
            self.next();
        }
    }

    fn put(&mut self, grapheme: &str, style: Style) {
        let needed = width(grapheme);
        if self.used + needed > self.most && !self.is_empty {
            self.next();
        }
        self.is_empty = false;
        self.used += needed;
        match self.line.last_mut() {
            Some((text, last)) if *last == style => text.push_str(grapheme),
            _ => self.line.push((grapheme.to_owned(), style)),
        }
    }

    fn next(&mut self) {
        let line = std::mem::replace(&mut self.line, self.rest.to_vec());
        self.done.push(line_of(line));
        self.used = cells(self.rest);
        self.is_empty = true;
    }

    fn end(mut self) -> Vec<Line<'static>> {
        if !self.is_empty || self.done.is_empty() {
            self.done.push(line_of(self.line));
        }
        self.done
    }
}

fn cells(pieces: &[Piece]) -> usize {
    pieces.iter().map(|(text, _)| width(text)).sum()
}

fn line_of(mut pieces: Vec<Piece>) -> Line<'static> {
    if let Some((text, style)) = pieces.last_mut()
        && style.bg.is_none()
    {
        text.truncate(text.trim_end_matches(' ').len());
    }
    Line::from(pieces.into_iter().map(|(text, style)| Span::styled(text, style)).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wrapped(text: &str, most: usize) -> Vec<String> {
        let pieces = [(text.to_owned(), Style::new())];
        wrap(&pieces, most, &[], &[]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_break_between_words_and_long_words_where_they_end() {
        assert_eq!(wrapped("is anybody out there", 10), ["is anybody", "out there"]);
        assert_eq!(wrapped("abcdefghij klm", 4), ["abcd", "efgh", "ij", "klm"]);
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("a  b", 10), ["a  b"]);
    }

    #[test]
    fn wide_characters_take_two_cells() {
        assert_eq!(wrapped("日本語の文", 4), ["日本", "語の", "文"]);
        assert_eq!(wrapped("🎉🎉🎉", 5), ["🎉🎉", "🎉"]);
        assert_eq!((width("👨‍👩‍👧"), width("é"), width("ａ")), (2, 1, 2));
    }

    #[test]
    fn a_style_goes_on_over_the_break() {
        let bold = Style::new().bold();
        let lines = wrap(&[("one ".into(), Style::new()), ("two three".into(), bold)], 8, &[], &[]);
        assert_eq!(lines[1].spans[0].style, bold);
        let quoted = wrap(&[("one two".into(), bold)], 6, &[("- ".into(), bold)], &[("  ".into(), bold)]);
        assert_eq!(quoted.iter().map(ToString::to_string).collect::<Vec<_>>(), ["- one", "  two"]);
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!((cut("lobby", 5), cut("lobby", 4), cut("日本語", 4)), ("lobby".into(), "lob…".into(), "日…".into()));
        assert_eq!((cut("x", 0), cut("", 0)), (String::new(), String::new()));
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_word_is_lost(text in "[a-z日🎉 ]{0,80}", most in 2_usize..20) {
            let lines = wrapped(&text, most);
            prop_assert!(lines.iter().all(|line| width(line) <= most), "{:?}", lines);
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
