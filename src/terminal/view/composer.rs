//! The field in which people type.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::put;
use crate::terminal::state::composer::Purpose;
use crate::terminal::state::{App, Focus};
use crate::terminal::wrap::cut;

/// Cells before the text.
const PROMPT: u16 = 3;

/// Cells of the text.
#[must_use]
pub fn text_width(width: u16) -> usize {
    usize::from(width.saturating_sub(PROMPT + 1)).max(1)
}

/// Draws it; answers where the cursor is.
pub fn draw(app: &mut App, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    if area.height == 0 || area.width == 0 {
        return None;
    }
    let theme = app.theme;
    let sign = if app.composer.purpose == Purpose::Write { " › " } else { " ✎ " };
    let style = if app.focus == Focus::Composer { theme.accent() } else { theme.quiet() };
    put(&Line::styled(sign, style), Rect { height: 1, ..area }, buffer);
    let width = u16::try_from(text_width(area.width)).unwrap_or(u16::MAX);
    let text = Rect { x: area.x + PROMPT, width, ..area }.intersection(buffer.area);
    if text.width == 0 {
        return None;
    }
    let is_here = app.focus == Focus::Composer;
    if app.composer.is_empty() {
        let hint = match app.room() {
            Some(room) if room.is_archived => "This room is archived".to_owned(),
            Some(room) => format!("Message {}", room.label()),
            None => "/join ROOM".to_owned(),
        };
        put(&Line::styled(cut(&hint, usize::from(width)), theme.quiet()), text, buffer);
        return is_here.then(|| text.as_position());
    }
    app.composer.area().set_style(theme.text());
    app.composer.field().render(text, buffer);
    let cursor = app.composer.field().screen_cursor();
    let (top, left) = app.composer.field().scroll_offset();
    let row = u16::try_from(cursor.row).unwrap_or(u16::MAX).saturating_sub(top).min(text.height - 1);
    let column = u16::try_from(cursor.col).unwrap_or(u16::MAX).saturating_sub(left).min(text.width);
    let x = (text.x + column).min(area.right().saturating_sub(1));
    is_here.then(|| Position::new(x, text.y + row))
}
