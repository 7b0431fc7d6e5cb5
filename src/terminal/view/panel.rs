//! What stands beside the timeline: people, a thread, pins, what was found, rooms to join.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::rooms::dot;
use super::{level, message, put};
use crate::terminal::layouts::Painter;
use crate::terminal::markdown::Reader;
use crate::terminal::state::App;
use crate::terminal::state::message::Entry;
use crate::terminal::state::panel::{Hit, Panel};
use crate::terminal::state::room::{Person, Room};
use crate::terminal::update::acts::joinable;
use crate::terminal::wrap::{cut, width, wrap};

/// Lines of a message that was found.
const SHOWN_OF_HIT: usize = 3;

/// Draws it.
pub fn draw(app: &mut App, area: Rect, buffer: &mut Buffer) {
    let theme = app.theme;
    super::clear(area, theme.ground(), buffer);
    app.regions.panel = area;
    if area.height < 3 || area.width < 4 {
        return;
    }
    let most = usize::from(area.width).saturating_sub(3);
    let (title, items, nothing) = items(app, most);
    let row = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    let title = Span::styled(cut(&title, most.saturating_sub(5)), theme.text().add_modifier(Modifier::BOLD));
    let gap = usize::from(area.width).saturating_sub(title.width() + 5);
    put(
        &Line::from(vec![Span::raw(" "), title, Span::raw(" ".repeat(gap)), Span::styled("Esc", theme.quiet())]),
        row(0),
        buffer,
    );
    level(row(1), theme.rule(), buffer);
    if items.is_empty() {
        for (line, y) in wrap(&[(nothing, theme.quiet())], most, &[], &[]).iter().zip(2..area.height) {
            put(line, Rect { x: area.x + 1, ..row(y) }, buffer);
        }
        return;
    }
    app.chosen = app.chosen.min(items.len() - 1);
    // The chosen one is seen whole, if there is room.
    let rows = usize::from(area.height - 2);
    let mut first = 0;
    while first < app.chosen && items[first..=app.chosen].iter().map(Vec::len).sum::<usize>() > rows {
        first += 1;
    }
    let mut y = 2;
    let mut places = Vec::new();
    for (at, lines) in items.iter().enumerate().skip(first) {
        for line in lines {
            if y >= area.height {
                break;
            }
            put(line, Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..row(y) }, buffer);
            if at == app.chosen && line.width() > 0 && app.focus == crate::terminal::state::Focus::Panel {
                buffer.set_style(row(y).intersection(buffer.area), theme.chosen());
            }
            places.push((row(y), at));
            y += 1;
        }
    }
    app.regions.items = places;
}

/// The title, the lines of each item, and what is said where there is none.
fn items(app: &App, most: usize) -> (String, Vec<Vec<Line<'static>>>, String) {
    let theme = app.theme;
    let painter = Painter { theme, local: &app.setup.local, now: app.now, me: &app.name, width: most };
    let entries = |entries: &Option<Vec<Entry>>| -> Vec<Vec<Line<'static>>> {
        let block = |entry: &Entry| {
            let mut lines = message::in_panel(entry, painter);
            lines.push(Line::default());
            lines
        };
        entries.iter().flatten().map(block).collect()
    };
    match &app.panel {
        Panel::Closed => Default::default(),
        Panel::Members => {
            let people = app.room().map_or(&[][..], |room| &room.people);
            let items = people.iter().map(|one| vec![person_line(app, one, most)]).collect();
            (format!("Members ({})", people.len()), items, "Reading …".to_owned())
        }
        Panel::Thread { entries: all, .. } => ("Thread".to_owned(), entries(all), "Reading …".to_owned()),
        Panel::Pins(all) => {
            let nothing =
                if all.is_none() { "Reading …" } else { "Nothing is pinned. Choose a message and press p." };
            ("Pinned".to_owned(), entries(all), nothing.to_owned())
        }
        Panel::Search { query, found } => {
            let items = found.iter().flatten().map(|hit| hit_lines(hit, painter)).collect();
            let nothing = if found.is_none() { "Looking …" } else { "Nothing was found." };
            (format!("Search: {query}"), items, nothing.to_owned())
        }
        Panel::Rooms => {
            let rooms = joinable(app);
            let items = rooms.into_iter().map(|room| vec![joinable_line(app, room, most)]).collect();
            ("Rooms to join".to_owned(), items, "There are no others. /join NAME create makes one.".to_owned())
        }
    }
}

fn person_line(app: &App, person: &Person, most: usize) -> Line<'static> {
    let theme = app.theme;
    let role = match person.role.as_deref() {
        None => "guest",
        Some("member") => "",
        Some(role) => role,
    };
    let name = cut(&person.name, most.saturating_sub(2));
    let mut left = most.saturating_sub(2 + width(&name));
    let style = if person.status == "offline" { theme.quiet() } else { theme.person(&person.id) };
    let mut spans = vec![dot(theme, &person.status), Span::styled(name, style)];
    for word in [role, person.says.as_str()] {
        if left > 4 && !word.is_empty() {
            let word = format!("  {}", cut(word, left - 2));
            left -= width(&word).min(left);
            spans.push(Span::styled(word, theme.quiet()));
        }
    }
    Line::from(spans)
}

fn joinable_line(app: &App, room: &Room, most: usize) -> Line<'static> {
    let label = cut(&room.label(), most);
    let left = most.saturating_sub(width(&label));
    let mut spans = vec![Span::styled(label, app.theme.text())];
    if left > 4 && !room.topic.is_empty() {
        spans.push(Span::styled(format!("  {}", cut(&room.topic, left - 2)), app.theme.quiet()));
    }
    Line::from(spans)
}

fn hit_lines(hit: &Hit, painter: Painter<'_>) -> Vec<Line<'static>> {
    let theme = painter.theme;
    let when = painter.local.short(hit.at, painter.now);
    let head = cut(&format!("{} in {}  {when}", hit.author, hit.title), painter.width);
    let mut lines = vec![Line::styled(head, theme.quiet())];
    let plain = Reader { theme, me: painter.me }.plain(&hit.text);
    let mut text = wrap(&[(plain, theme.text())], painter.width, &[], &[]);
    text.truncate(SHOWN_OF_HIT);
    lines.extend(text);
    lines.push(Line::default());
    lines
}
