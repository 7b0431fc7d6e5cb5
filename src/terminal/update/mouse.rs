//! The mouse: the wheel scrolls, a click opens a room, chooses a message, or follows a line of the panel.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::{acts, moving, rooms};
use crate::terminal::state::{App, Focus};

/// Lines of one notch of the wheel.
const NOTCH: usize = 3;

/// Takes what the mouse did.
pub fn take(app: &mut App, event: MouseEvent) {
    let place = Position::new(event.column, event.row);
    if let Some(at) = app.help {
        match event.kind {
            MouseEventKind::ScrollDown => app.help = Some(at + NOTCH),
            MouseEventKind::ScrollUp => app.help = Some(at.saturating_sub(NOTCH)),
            MouseEventKind::Down(_) => app.help = None,
            _ => {}
        }
        return;
    }
    let is_panel = app.regions.panel.contains(place);
    match event.kind {
        MouseEventKind::ScrollUp if is_panel => app.chosen = app.chosen.saturating_sub(1),
        MouseEventKind::ScrollDown if is_panel => {
            app.chosen = (app.chosen + 1).min(acts::panel_items(app).saturating_sub(1));
        }
        MouseEventKind::ScrollUp => moving::scroll(app, NOTCH, true),
        MouseEventKind::ScrollDown => moving::scroll(app, NOTCH, false),
        MouseEventKind::Down(MouseButton::Left) => click(app, place),
        _ => {}
    }
}

fn click(app: &mut App, place: Position) {
    app.has_focus = true;
    app.remark = None;
    if let Some(room) = app.regions.room_at(place).map(str::to_owned) {
        app.shows_rooms = false;
        return rooms::open(app, &room);
    }
    if let Some(item) = app.regions.item_at(place) {
        app.chosen = item;
        app.focus = Focus::Panel;
        return acts::open_item(app);
    }
    if app.regions.composer.contains(place) {
        return moving::unselect(app);
    }
    match app.regions.message_at(place) {
        // The second click answers.
        Some(seq) if app.selected == Some(seq) => acts::reply(app, seq),
        Some(seq) => moving::choose(app, seq),
        None => moving::unselect(app),
    }
}
