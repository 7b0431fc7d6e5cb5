//! What is being typed: a field of several lines, what was typed before, and completion.

use ratatui_textarea::{CursorMove, TextArea, WrapMode};

use crate::domain::ids::Seq;
use crate::terminal::wrap;

/// So many sent texts are kept for the arrow up.
const REMEMBERED: usize = 200;

/// What becomes of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// A new message.
    #[default]
    Write,
    /// Another text for this message.
    Edit(Seq),
}

/// Candidates for the word before the cursor, gone through with Tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The whole words that may be meant, sign included.
    pub candidates: Vec<String>,
    /// Which one stands in the field.
    pub at: usize,
    /// How many characters of the field it takes, with the space behind it.
    taken: usize,
}

/// The field.
#[derive(Debug)]
pub struct Composer {
    area: TextArea<'static>,
    /// What becomes of the text.
    pub purpose: Purpose,
    /// What Tab offers.
    pub completion: Option<Completion>,
    sent: Vec<String>,
    recalled: Option<usize>,
    /// What was typed when the first older text was recalled.
    kept: String,
}

impl Default for Composer {
    fn default() -> Self {
        Self {
            area: field(""),
            purpose: Purpose::Write,
            completion: None,
            sent: Vec::new(),
            recalled: None,
            kept: String::new(),
        }
    }
}

fn field(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.set_wrap_mode(WrapMode::WordOrGlyph);
    // The terminal's own cursor stands there: it blinks as its owner likes, and input methods find it.
    area.set_cursor_style(ratatui::style::Style::new());
    area.set_cursor_line_style(ratatui::style::Style::new());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}

impl Composer {
    /// The field, to draw it and to give it keys.
    pub fn area(&mut self) -> &mut TextArea<'static> {
        &mut self.area
    }

    /// The field.
    #[must_use]
    pub fn field(&self) -> &TextArea<'static> {
        &self.area
    }

    /// What is typed.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Nothing is typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Puts another text there, the cursor at its end.
    pub fn set(&mut self, text: &str) {
        self.area = field(text);
        self.completion = None;
    }

    /// Empties the field; answers with what was typed, which can be recalled.
    pub fn take(&mut self) -> String {
        let text = self.text();
        if !text.trim().is_empty() && self.sent.last() != Some(&text) {
            self.sent.push(text.clone());
            if self.sent.len() > REMEMBERED {
                self.sent.remove(0);
            }
        }
        self.clear();
        text
    }

    /// Empties the field and forgets what it was for.
    pub fn clear(&mut self) {
        self.set("");
        self.purpose = Purpose::Write;
        self.recalled = None;
        self.kept.clear();
    }

    /// The text sent before the one that is shown. False when there is none.
    pub fn recall_older(&mut self) -> bool {
        let older = match self.recalled {
            None => self.sent.len().checked_sub(1),
            Some(at) => at.checked_sub(1),
        };
        let Some(at) = older else { return false };
        if self.recalled.is_none() {
            self.kept = self.text();
        }
        self.recalled = Some(at);
        let text = self.sent[at].clone();
        self.set(&text);
        true
    }

    /// The text sent after the one that is shown; at the end, what was being typed.
    pub fn recall_newer(&mut self) -> bool {
        let Some(at) = self.recalled else { return false };
        let text = if let Some(text) = self.sent.get(at + 1) {
            self.recalled = Some(at + 1);
            text.clone()
        } else {
            self.recalled = None;
            std::mem::take(&mut self.kept)
        };
        self.set(&text);
        true
    }

    /// Whether the cursor stands on the first line that is shown, and on the last one.
    #[must_use]
    pub fn edges(&self) -> (bool, bool) {
        let row = self.area.screen_cursor().row;
        let mut end = self.area.clone();
        end.move_cursor(CursorMove::Bottom);
        end.move_cursor(CursorMove::End);
        (row == 0, row >= end.screen_cursor().row)
    }

    /// How many rows it takes at this width.
    #[must_use]
    pub fn rows(&self, width: usize) -> usize {
        // The cursor needs a cell of its own behind a line.
        let most = width.saturating_sub(1).max(1);
        let of_line = |line: &String| wrap::wrap(&[(line.clone(), ratatui::style::Style::new())], most, &[], &[]).len();
        self.area.lines().iter().map(of_line).sum()
    }

    /// The word that ends at the cursor, and whether it begins the text.
    #[must_use]
    pub fn word(&self) -> (String, bool) {
        let cursor = self.area.cursor();
        let line: Vec<char> = self.area.lines()[cursor.0].chars().take(cursor.1).collect();
        let start = line.iter().rposition(|c| c.is_whitespace()).map_or(0, |space| space + 1);
        (line[start..].iter().collect(), start == 0 && cursor.0 == 0)
    }

    /// What stands before the word that ends at the cursor, on its line.
    #[must_use]
    pub fn before_word(&self) -> String {
        let cursor = self.area.cursor();
        let (word, _) = self.word();
        let start = cursor.1 - word.chars().count();
        self.area.lines()[cursor.0].chars().take(start).collect()
    }

    /// Puts the first of these in the place of the word before the cursor.
    pub fn complete(&mut self, candidates: Vec<String>) {
        let (word, _) = self.word();
        self.put(&candidates, 0, word.chars().count());
    }

    /// Goes on to the next candidate, or back. False when nothing is being completed.
    pub fn complete_next(&mut self, is_back: bool) -> bool {
        let Some(Completion { candidates, at, taken }) = self.completion.take() else { return false };
        let count = candidates.len();
        let next = if is_back { (at + count - 1) % count } else { (at + 1) % count };
        self.put(&candidates, next, taken);
        true
    }

    fn put(&mut self, candidates: &[String], at: usize, replaced: usize) {
        let Some(candidate) = candidates.get(at) else { return };
        for _ in 0..replaced {
            self.area.delete_char();
        }
        let text = format!("{candidate} ");
        self.area.insert_str(&text);
        self.completion = Some(Completion { candidates: candidates.to_vec(), at, taken: text.chars().count() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_comes_back_and_what_was_typed_is_kept() {
        let mut composer = Composer::default();
        for text in ["one", "two\nlines", "two\nlines"] {
            composer.set(text);
            assert_eq!(composer.take(), text);
        }
        composer.set("draft");
        assert!(composer.recall_older());
        assert_eq!(composer.text(), "two\nlines");
        assert!(composer.recall_older());
        assert_eq!(composer.text(), "one", "a repeated text is kept once");
        assert!(!composer.recall_older());
        assert!(composer.recall_newer() && composer.recall_newer());
        assert_eq!(composer.text(), "draft");
        assert!(!composer.recall_newer());
    }

    #[test]
    fn tab_goes_round_the_candidates() {
        let mut composer = Composer::default();
        composer.set("hi @a");
        assert_eq!((composer.word(), composer.before_word().as_str()), (("@a".to_owned(), false), "hi "));
        composer.complete(vec!["@ann".into(), "@anton".into()]);
        assert_eq!(composer.text(), "hi @ann ");
        composer.complete_next(false);
        assert_eq!(composer.text(), "hi @anton ");
        composer.complete_next(false);
        assert_eq!(composer.text(), "hi @ann ");
        composer.complete_next(true);
        assert_eq!(composer.text(), "hi @anton ");
        composer.set("");
        assert!(!composer.complete_next(false));
    }

    #[test]
    fn it_grows_with_what_is_typed() {
        let mut composer = Composer::default();
        assert_eq!(composer.rows(10), 1);
        composer.set("one two three\nfour");
        assert_eq!(composer.rows(10), 3);
        composer.set("日本語日本語");
        assert_eq!(composer.rows(10), 2);
    }
}
