//! A message as lines: who, when, the words, what people put on it.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::terminal::layouts::{Block, Painter};
use crate::terminal::markdown::Reader;
use crate::terminal::state::message::{Body, Entry, Message};
use crate::terminal::state::room::{Kind, Pending, PendingState, Room};
use crate::terminal::wrap::{Piece, cut, width, wrap};

/// No line of words is longer: longer ones are hard to read.
const MEASURE: usize = 72;

/// What stands before a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether one line is there")]
pub struct Before {
    /// The log begins here.
    pub begins_log: bool,
    /// Another day begins.
    pub is_new_day: bool,
    /// What was not read begins.
    pub is_new: bool,
    /// The message goes on under the name above it.
    pub goes_on: bool,
    /// No empty line keeps it apart from what is above.
    pub stands_close: bool,
}

/// The block of an entry.
#[must_use]
pub fn of_entry(entry: &Entry, room: &Room, before: Before, painter: Painter<'_>) -> Block {
    let mut lines = head(before, entry.at, room, painter);
    let head = lines.len();
    let seq = match &entry.body {
        Body::Notice(text) => {
            let pieces = [
                (text.clone(), painter.theme.quiet()),
                (format!("  {}", hour(entry.at, painter)), painter.theme.quiet()),
            ];
            lines.extend(wrap(&pieces, painter.width.min(MEASURE), &[], &[]));
            None
        }
        Body::Message(message) => {
            if !before.goes_on {
                lines.push(name_line(message, entry.at, painter));
            }
            lines.extend(words(message, painter));
            lines.extend(below(message, painter));
            Some(entry.seq)
        }
    };
    Block { lines, head, seq }
}

/// The block of a message on its way.
#[must_use]
pub fn of_pending(pending: &Pending, room: &Room, before: Before, painter: Painter<'_>) -> Block {
    let theme = painter.theme;
    let mut lines = head(Before { begins_log: false, ..before }, pending.at, room, painter);
    let head = lines.len();
    if !before.goes_on {
        let when = format!("  {}", hour(pending.at, painter));
        lines.push(Line::from(vec![
            Span::styled(painter.me.to_owned(), theme.quiet().add_modifier(Modifier::BOLD)),
            Span::styled(when, theme.quiet()),
        ]));
    }
    if let Some(seq) = pending.reply_to {
        let quoted = room.message(seq).map(|message| (message.author.clone(), message.text.clone()));
        lines.extend(quoted.map(|quote| quote_line(&quote, painter)));
    }
    let reader = Reader { theme, me: painter.me };
    for mut line in reader.lines(&crate::terminal::clean::text(&pending.text), painter.width.min(MEASURE)) {
        for span in &mut line.spans {
            span.style = span.style.patch(theme.quiet());
        }
        lines.push(line);
    }
    match &pending.state {
        PendingState::Waiting | PendingState::Stored(_) => {
            if let Some(last) = lines.last_mut() {
                last.spans.push(Span::styled(" …", theme.quiet()));
            }
        }
        PendingState::Failed(why) => {
            let pieces: [Piece; 2] = [
                (format!("! not sent: {}", crate::terminal::clean::line(why)), theme.danger()),
                ("  /retry  /discard".to_owned(), theme.quiet()),
            ];
            lines.extend(wrap(&pieces, painter.width.min(MEASURE), &[], &[]));
        }
    }
    Block { lines, head, seq: None }
}

/// A message outside of its timeline: in a panel.
#[must_use]
pub fn in_panel(entry: &Entry, painter: Painter<'_>) -> Vec<Line<'static>> {
    let Some(message) = entry.message() else { return Vec::new() };
    let mut lines = vec![name_line(message, entry.at, painter)];
    lines.extend(words(message, painter));
    lines
}

/// The lines that stand before an entry.
fn head(before: Before, at: crate::domain::clock::Timestamp, room: &Room, painter: Painter<'_>) -> Vec<Line<'static>> {
    let (theme, most) = (painter.theme, painter.width);
    let mut lines = Vec::new();
    if before.begins_log {
        let words = match room.kind {
            Kind::Direct => format!("This is the beginning of your conversation with {}.", room.title),
            _ => format!("This is the beginning of {}.", room.label()),
        };
        lines.extend(wrap(&[(words, theme.quiet())], most.min(MEASURE), &[], &[]));
        lines.push(Line::default());
    }
    if before.is_new_day {
        if !before.begins_log {
            lines.push(Line::default());
        }
        let name = painter.local.day_name(painter.local.day(at), painter.now);
        lines.push(rule(&name, most, theme.rule(), theme.quiet()));
    }
    if before.is_new {
        lines.push(rule("New", most, theme.accent(), theme.accent()));
    }
    if !before.stands_close {
        lines.push(Line::default());
    }
    lines
}

/// A word on a line from edge to edge.
fn rule(word: &str, most: usize, line: ratatui::style::Style, text: ratatui::style::Style) -> Line<'static> {
    let word = cut(word, most.saturating_sub(4));
    let free = most.saturating_sub(width(&word) + 2);
    Line::from(vec![
        Span::styled("─".repeat(free / 2), line),
        Span::styled(format!(" {word} "), text),
        Span::styled("─".repeat(free - free / 2), line),
    ])
}

fn hour(at: crate::domain::clock::Timestamp, painter: Painter<'_>) -> String {
    painter.local.hour(at)
}

fn name_line(message: &Message, at: crate::domain::clock::Timestamp, painter: Painter<'_>) -> Line<'static> {
    let theme = painter.theme;
    let name = cut(&message.author, painter.width.saturating_sub(8).max(1));
    let mut spans = vec![
        Span::styled(name, theme.person(&message.author_id)),
        Span::styled(format!("  {}", hour(at, painter)), theme.quiet()),
    ];
    if message.is_pinned {
        spans.push(Span::styled("  pinned", theme.quiet()));
    }
    Line::from(spans)
}

fn words(message: &Message, painter: Painter<'_>) -> Vec<Line<'static>> {
    let theme = painter.theme;
    let mut lines: Vec<Line<'static>> =
        message.quote.as_ref().map(|quote| quote_line(quote, painter)).into_iter().collect();
    if let Some(who) = &message.deleted_by {
        let style = theme.quiet().add_modifier(Modifier::ITALIC);
        lines.push(Line::styled(cut(&format!("deleted by {who}"), painter.width), style));
        return lines;
    }
    let reader = Reader { theme, me: painter.me };
    lines.extend(reader.lines(&message.text, painter.width.min(MEASURE)));
    if message.is_edited {
        let mark = Span::styled(" (edited)", theme.quiet());
        match lines.last_mut().filter(|line| line.width() + mark.width() <= painter.width) {
            Some(last) => last.spans.push(mark),
            None => lines.push(Line::from(mark)),
        }
    }
    lines
}

/// Who is answered, in one quiet line.
fn quote_line((author, text): &(String, String), painter: Painter<'_>) -> Line<'static> {
    let theme = painter.theme;
    let plain = Reader { theme, me: painter.me }.plain(text);
    let words = cut(&format!("{author}: {plain}"), painter.width.min(MEASURE).saturating_sub(2));
    Line::from(vec![Span::styled("╭ ", theme.rule()), Span::styled(words, theme.quiet())])
}

/// What people put on a message, and how often it was answered.
fn below(message: &Message, painter: Painter<'_>) -> Vec<Line<'static>> {
    let theme = painter.theme;
    let mut pieces: Vec<Piece> = Vec::new();
    for reaction in &message.reactions {
        let style = if reaction.is_mine { theme.accent() } else { theme.quiet() };
        if !pieces.is_empty() {
            pieces.push(("  ".to_owned(), theme.quiet()));
        }
        // The number stays with its emoji: no space to break at.
        pieces.push((format!("{}\u{a0}{}", reaction.emoji, reaction.count), style));
    }
    if message.replies.0 > 0 {
        if !pieces.is_empty() {
            pieces.push(("  ".to_owned(), theme.quiet()));
        }
        let word = if message.replies.0 == 1 { "answer" } else { "answers" };
        pieces.push((format!("↳ {} {word}", message.replies.0), theme.quiet()));
    }
    if pieces.is_empty() { Vec::new() } else { wrap(&pieces, painter.width.min(MEASURE), &[], &[]) }
}
