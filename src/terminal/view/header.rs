//! One line above the messages: which room, what it is about, how many are here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::put;
use crate::terminal::state::App;
use crate::terminal::state::room::Kind;
use crate::terminal::wrap::{cut, width};

/// Draws it.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let theme = app.theme;
    let Some(room) = app.room() else {
        return put(&Line::styled(format!(" {}", app.setup.server), theme.quiet()), area, buffer);
    };
    let most = usize::from(area.width).saturating_sub(2);
    let here = match room.kind {
        Kind::Direct => room.other.as_ref().and_then(|id| app.statuses.get(id)).cloned().unwrap_or_default(),
        _ => format!("{} here", room.online),
    };
    let label = cut(&room.label(), most);
    let has_here = width(&label) + width(&here) + 3 <= most;
    let free = most.saturating_sub(width(&label) + if has_here { width(&here) + 2 } else { 0 });
    let about = if room.is_archived { "archived: nobody writes here any more" } else { room.topic.as_str() };
    let topic = if free > 8 && !about.is_empty() { format!("  {}", cut(about, free - 2)) } else { String::new() };
    let gap = free.saturating_sub(width(&topic)) + 2;
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(label, theme.text().add_modifier(Modifier::BOLD)),
        Span::styled(topic, theme.quiet()),
    ];
    if has_here {
        spans.push(Span::raw(" ".repeat(gap)));
        spans.push(Span::styled(here, theme.quiet()));
    }
    put(&Line::from(spans), area, buffer);
}
