//! The list of rooms: what is new in which, and oneself at the end.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::{level, put};
use crate::terminal::state::App;
use crate::terminal::state::room::{Kind, Level, Room};
use crate::terminal::theme::Theme;
use crate::terminal::wrap::{cut, width};

/// Draws it.
pub fn draw(app: &mut App, area: Rect, buffer: &mut Buffer) {
    let theme = app.theme;
    let row = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    let most = usize::from(area.width);
    let title = cut(&app.setup.server, most.saturating_sub(2));
    put(&Line::styled(format!(" {title}"), theme.quiet().add_modifier(Modifier::BOLD)), row(0), buffer);
    if area.height < 4 {
        return;
    }
    level(row(1), theme.rule(), buffer);
    let own = area.height - 1;
    put(&own_line(app, most), row(own), buffer);
    let lines = lines(app, most);
    // The open room stays in sight.
    let free = usize::from(own.saturating_sub(3));
    let open = lines.iter().position(|(_, name)| name.is_some() && *name == app.current).unwrap_or_default();
    let first = (open + 1).saturating_sub(free);
    let mut places = Vec::new();
    for ((line, name), y) in lines.into_iter().skip(first).take(free).zip(2..) {
        put(&line, row(y), buffer);
        if let Some(name) = name {
            if Some(&name) == app.current.as_ref() {
                buffer.set_style(row(y).intersection(buffer.area), theme.chosen());
            }
            places.push((row(y), name));
        }
    }
    app.regions.rooms = places;
}

/// The lines, and which room each shows.
fn lines(app: &App, most: usize) -> Vec<(Line<'static>, Option<String>)> {
    let mut lines = Vec::new();
    for (kinds, word) in [(false, "Rooms"), (true, "Direct")] {
        let rooms: Vec<&Room> = app.listed().filter(|room| (room.kind == Kind::Direct) == kinds).collect();
        if rooms.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push((Line::default(), None));
        }
        lines.push((Line::styled(format!(" {word}"), app.theme.quiet()), None));
        lines.extend(rooms.into_iter().map(|room| (room_line(app, room, most), Some(room.name.clone()))));
    }
    lines
}

fn room_line(app: &App, room: &Room, most: usize) -> Line<'static> {
    let theme = app.theme;
    let is_open = app.current.as_ref() == Some(&room.name);
    let mark = room.mark().filter(|_| !is_open || room.unread > 0);
    let number =
        mark.map(|(count, _)| if count > 99 { "99+".to_owned() } else { count.to_string() }).unwrap_or_default();
    let style = match (mark, room.level) {
        (Some(_), _) => theme.text().add_modifier(Modifier::BOLD),
        (None, Level::Nothing) => theme.quiet(),
        (None, _) => theme.text(),
    };
    let sign = match room.kind {
        Kind::Direct => {
            let status = room.other.as_ref().and_then(|id| app.statuses.get(id)).map_or("", String::as_str);
            dot(theme, status)
        }
        _ => Span::styled("# ", theme.quiet()),
    };
    let waits = room
        .pending
        .iter()
        .any(|pending| matches!(pending.state, crate::terminal::state::room::PendingState::Failed(_)));
    let free = most.saturating_sub(5 + width(&number));
    let title = cut(&room.title, free);
    let gap = free.saturating_sub(width(&title)) + 1;
    let of_number = if mark.is_some_and(|(_, is_mine)| is_mine) {
        theme.accent().add_modifier(Modifier::BOLD)
    } else {
        theme.quiet()
    };
    Line::from(vec![
        if is_open { Span::styled("▌", theme.accent()) } else { Span::raw(" ") },
        sign,
        Span::styled(title, style),
        if waits { Span::styled("!", theme.danger()) } else { Span::raw(" ") },
        Span::raw(" ".repeat(gap.saturating_sub(1))),
        Span::styled(number, of_number),
    ])
}

/// How present somebody is.
pub fn dot(theme: Theme, status: &str) -> Span<'static> {
    match status {
        "online" => Span::styled("● ", theme.present()),
        "away" => Span::styled("◌ ", theme.quiet()),
        "busy" => Span::styled("● ", theme.warning()),
        _ => Span::styled("○ ", theme.quiet()),
    }
}

fn own_line(app: &App, most: usize) -> Line<'static> {
    use crate::terminal::state::Line as State;
    let (status, word) = match app.line {
        State::Up => ("online", String::new()),
        State::Connecting(_) | State::Down(..) => ("away", String::new()),
        State::Ended(_) => ("offline", String::new()),
    };
    let own = app.statuses.get(&app.me).map_or(status, |own| if status == "online" { own.as_str() } else { status });
    let kind = if app.setup.is_guest { " (guest)" } else { "" };
    let name = cut(&format!("{}{kind}{word}", app.name), most.saturating_sub(4));
    Line::from(vec![Span::raw(" "), dot(app.theme, own), Span::styled(name, app.theme.quiet())])
}
