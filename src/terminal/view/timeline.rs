//! The messages of the open room, from the lowest one that is seen upwards; and who is writing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::put;
use crate::terminal::layouts::{Blocks, Painter};
use crate::terminal::scrolling;
use crate::terminal::state::App;
use crate::terminal::state::Line as State;
use crate::terminal::state::room::Scroll;
use crate::terminal::wrap::{cut, width};

/// Cells left of the words, for the mark of what is chosen.
const GUTTER: u16 = 2;

/// Cells that words have.
#[must_use]
pub fn words_width(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(GUTTER + 1)).max(1)
}

/// Draws the messages.
pub fn draw(app: &mut App, area: Rect, buffer: &mut Buffer) {
    app.regions.timeline = area;
    if area.height == 0 || area.width == 0 {
        return;
    }
    let (theme, selected) = (app.theme, app.selected);
    let mut layouts = std::mem::take(&mut app.layouts);
    let mut seen = Vec::new();
    let local = app.setup.local.clone();
    let name = app.name.clone();
    let is_empty = match app.room() {
        None => true,
        Some(room) => {
            let painter = Painter { theme, local: &local, now: app.now, me: &name, width: words_width(area) };
            let mut blocks = Blocks::new(room, &mut layouts, painter);
            let mut free = area.height;
            let lowest = scrolling::lowest(&blocks, room.scroll);
            let (mut place, mut hidden) = lowest.unwrap_or_default();
            while lowest.is_some() && free > 0 {
                let block = blocks.block(place);
                let shown = block.lines.len().saturating_sub(hidden);
                for at in (0..shown).rev() {
                    if free == 0 {
                        break;
                    }
                    free -= 1;
                    let row = Rect { y: area.y + free, height: 1, ..area };
                    let words = Rect { x: row.x + GUTTER, width: row.width.saturating_sub(GUTTER), ..row };
                    put(&block.lines[at], words, buffer);
                    let Some(seq) = block.seq.filter(|_| at >= block.head) else { continue };
                    seen.push((row, seq));
                    if selected == Some(seq) {
                        buffer.set_style(row.intersection(buffer.area), theme.chosen());
                        put(&Line::from(Span::styled("▌", theme.accent())), row, buffer);
                    }
                }
                hidden = 0;
                match place.checked_sub(1) {
                    Some(before) => place = before,
                    None => break,
                }
            }
            blocks.is_empty()
        }
    };
    app.layouts = layouts;
    app.regions.messages = seen;
    if is_empty {
        empty(app, area, buffer);
    }
    below(app, area, buffer);
}

/// What is said where there is nothing yet.
fn empty(app: &App, area: Rect, buffer: &mut Buffer) {
    let words = match (app.room(), &app.line) {
        (_, State::Connecting(_)) if app.rooms.is_empty() => format!("Connecting to {} …", app.setup.server),
        (None, _) => "No room is open. Ctrl-K opens one, ? explains everything.".to_owned(),
        (Some(room), _) if !room.timeline.is_open => "Reading …".to_owned(),
        (Some(_), _) => "Nobody has written here yet. Say hello.".to_owned(),
    };
    let words = cut(&words, usize::from(area.width));
    let x = area.x + (area.width.saturating_sub(u16::try_from(width(&words)).unwrap_or(u16::MAX))) / 2;
    let row = Rect { x, y: area.y + area.height / 2, width: area.right().saturating_sub(x), height: 1 };
    put(&Line::styled(words, app.theme.quiet()), row, buffer);
}

/// Who does not see the end is told what is there.
fn below(app: &App, area: Rect, buffer: &mut Buffer) {
    let Some(room) = app.room().filter(|room| room.scroll != Scroll::Bottom || room.aside.is_some()) else { return };
    let words = match room.unseen_below {
        0 => " ↓ End ".to_owned(),
        1 => " ↓ 1 new message ".to_owned(),
        more => format!(" ↓ {more} new messages "),
    };
    let style = if room.unseen_below > 0 { app.theme.accent() } else { app.theme.quiet() };
    let taken = u16::try_from(width(&words)).unwrap_or(u16::MAX).min(area.width);
    let row = Rect { x: area.right() - taken, y: area.bottom() - 1, width: taken, height: 1 };
    super::clear(row, app.theme.ground(), buffer);
    put(&Line::styled(words, style), row, buffer);
}

/// Who is writing, in one line that is always there.
pub fn typing(app: &App, area: Rect, buffer: &mut Buffer) {
    let Some(room) = app.room() else { return };
    let names: Vec<&str> = room.typing.iter().map(|(name, _)| name.as_str()).collect();
    let words = match names[..] {
        [] if room.leap.is_some() || (room.shown().is_loading && room.shown().is_open) => "Reading …".to_owned(),
        [] => return,
        [one] => format!("{one} is writing …"),
        [one, other] => format!("{one} and {other} are writing …"),
        _ => "Several people are writing …".to_owned(),
    };
    let words = cut(&words, usize::from(area.width.saturating_sub(GUTTER)));
    put(&Line::from(vec![Span::raw("  "), Span::styled(words, app.theme.quiet())]), area, buffer);
}
