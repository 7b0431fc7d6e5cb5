//! Tokens as HTML: what is next to each other and of one kind becomes one span, and everything is escaped.

use super::Kind;

/// Collects tokens and writes them as spans.
#[derive(Debug)]
pub struct Spans<'a> {
    html: &'a mut String,
    open: Option<Kind>,
    /// Spaces that are not written yet: between two tokens of one kind they stand inside.
    spaces: usize,
    left: usize,
}

impl<'a> Spans<'a> {
    /// Writes behind `html`, at most `most` spans.
    pub fn new(html: &'a mut String, most: usize) -> Self {
        Self { html, open: None, spaces: 0, left: most }
    }

    /// Text without a colour.
    pub fn plain(&mut self, text: &str) {
        if self.open.is_some() && text.bytes().all(|byte| byte == b' ') {
            self.spaces += text.len();
        } else {
            self.turn_to(None);
            self.escape(text);
        }
    }

    /// A token.
    pub fn token(&mut self, kind: Kind, text: &str) {
        if !text.is_empty() {
            self.turn_to(Some(kind));
            self.escape(text);
        }
    }

    /// Closes what is open.
    pub fn finish(mut self) {
        self.turn_to(None);
    }

    fn turn_to(&mut self, kind: Option<Kind>) {
        if self.open == kind {
            self.write_spaces();
            return;
        }
        if self.open.take().is_some() {
            self.html.push_str("</span>");
        }
        self.write_spaces();
        if let Some(kind) = kind
            && self.left > 0
        {
            self.left -= 1;
            self.open = Some(kind);
            self.html.push_str("<span class=\"");
            self.html.push_str(kind.class());
            self.html.push_str("\">");
        }
    }

    fn write_spaces(&mut self) {
        self.html.extend(std::iter::repeat_n(' ', std::mem::take(&mut self.spaces)));
    }

    fn escape(&mut self, text: &str) {
        super::super::escape::text(text, self.html);
    }
}
