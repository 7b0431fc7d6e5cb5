//! The explanation of everything, behind `?` and `/help`.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::{level, put};
use crate::terminal::state::App;
use crate::terminal::theme::Theme;
use crate::terminal::update::typed::COMMANDS;
use crate::terminal::wrap::{width, wrap};

/// Every key: where it counts, the key, what it does.
const KEYS: &[(&str, &[(&str, &str)])] = &[
    (
        "Writing",
        &[
            ("Enter", "send"),
            ("Alt-Enter, Ctrl-J", "a new line"),
            ("Tab, Shift-Tab", "complete @names, #rooms, :emoji: and /commands; again for the next one"),
            ("↑ ↓", "what you have sent before"),
            ("Esc", "step back: stop changing or answering, close the panel, go to the end"),
            ("Ctrl-W, Ctrl-U", "delete a word, delete to the beginning of the line"),
        ],
    ),
    (
        "Reading",
        &[
            ("PgUp PgDn, wheel", "scroll; what was before is read as you go"),
            ("Ctrl-Home, Ctrl-End", "the first message, the last one"),
            ("Ctrl-↑ Ctrl-↓, click", "choose a message; then r + e d p t, or click again to answer"),
            ("Ctrl-N, Ctrl-P, Alt-↓ ↑", "the next room, the one before"),
            ("Alt-A, Alt-U", "the next room with something new; the first new message of this one"),
            ("Ctrl-K", "open a room by its name"),
            ("Ctrl-F", "search"),
            ("Ctrl-T", "the members of the room"),
            ("Ctrl-B", "the list of rooms, where it is hidden"),
        ],
    ),
    ("Leaving", &[("Ctrl-C", "empty the field; when it is empty, leave"), ("Ctrl-Q, Ctrl-D", "leave")]),
];

/// Draws it.
pub fn draw(app: &mut App, area: Rect, buffer: &mut Buffer) {
    let theme = app.theme;
    let most = usize::from(area.width).saturating_sub(4).min(90);
    let lines = lines(theme, most);
    let rows = usize::from(area.height.saturating_sub(2));
    let first = app.help.unwrap_or_default().min(lines.len().saturating_sub(rows));
    app.help = Some(first);
    let row = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    let title = Span::styled(" How to use this ", theme.text().add_modifier(Modifier::BOLD));
    let hint = Span::styled(" ↑↓ PgUp PgDn scroll, any other key closes", theme.quiet());
    put(&Line::from(vec![title, hint]), row(0), buffer);
    if area.height > 1 {
        level(row(1), theme.rule(), buffer);
    }
    for (line, y) in lines.iter().skip(first).zip(2..area.height) {
        put(line, Rect { x: area.x + 2.min(area.width), width: area.width.saturating_sub(2), ..row(y) }, buffer);
    }
}

fn lines(theme: Theme, most: usize) -> Vec<Line<'static>> {
    let heading = |word: &'static str| Line::styled(word, theme.text().add_modifier(Modifier::BOLD));
    let mut lines = Vec::new();
    for (word, keys) in KEYS {
        lines.push(heading(word));
        for (key, what) in *keys {
            lines.extend(row((*key).to_owned(), what, theme, most));
        }
        lines.push(Line::default());
    }
    lines.push(heading("Commands"));
    for (name, rest, what) in COMMANDS {
        lines.extend(row(format!("/{name} {rest}").trim_end().to_owned(), what, theme, most));
    }
    let more = "A line that begins with two slashes is sent with one. Texts are Markdown. Shift and the mouse select text in \
                most terminals.";
    lines.push(Line::default());
    lines.extend(wrap(&[(more.to_owned(), theme.quiet())], most, &[], &[]));
    lines
}

/// What is typed, and beside it what it does.
fn row(what: String, does: &str, theme: Theme, most: usize) -> Vec<Line<'static>> {
    let column = 28.min(most / 2);
    let gap = column.saturating_sub(width(&what)).max(2);
    let first = [(what, theme.accent()), (" ".repeat(gap), theme.text())];
    let rest = [(" ".repeat(column), theme.text())];
    wrap(&[(does.to_owned(), theme.text())], most, &first, &rest)
}
