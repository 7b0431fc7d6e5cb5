//! Moving about: through the messages, through the explanation.

use crossterm::event::KeyCode;

use super::rooms;
use crate::client::Command;
use crate::terminal::effect::{About, Effect};
use crate::terminal::layouts::{Blocks, Painter};
use crate::terminal::scrolling;
use crate::terminal::state::room::Scroll;
use crate::terminal::state::{App, Focus};

/// Nearer to the first known line than this, what is before it is read.
const NEAR: usize = 40;
/// Events of a page that is read while scrolling.
const PAGE: usize = 100;
/// Events of a page when it is a long way.
const FAR_PAGE: usize = 200;

/// Does something with the blocks of the open room.
fn with_blocks(app: &mut App, act: impl FnOnce(&mut Blocks<'_>, Scroll, usize) -> Scroll) {
    let (theme, now, area) = (app.theme, app.now, app.regions.timeline);
    let mut layouts = std::mem::take(&mut app.layouts);
    let local = app.setup.local.clone();
    let name = app.name.clone();
    if let Some(room) = app.room_mut() {
        let width = crate::terminal::view::timeline::words_width(area);
        let painter = Painter { theme, local: &local, now, me: &name, width };
        let scroll = act(&mut Blocks::new(room, &mut layouts, painter), room.scroll, usize::from(area.height));
        room.scroll = scroll;
        if scroll == Scroll::Bottom {
            room.unseen_below = 0;
        }
    }
    app.layouts = layouts;
}

/// So many lines up or down.
pub fn scroll(app: &mut App, by: usize, is_up: bool) {
    with_blocks(
        app,
        |blocks, scroll, rows| {
            if is_up { scrolling::up(blocks, scroll, by, rows) } else { scrolling::down(blocks, scroll, by) }
        },
    );
    read_before(app);
}

/// A page up or down.
pub fn page(app: &mut App, is_up: bool) {
    let rows = usize::from(app.regions.timeline.height);
    scroll(app, rows.saturating_sub(2).max(1), is_up);
}

/// The newest message.
pub fn to_end(app: &mut App) {
    unselect(app);
    if let Some(room) = app.room_mut() {
        room.scroll = Scroll::Bottom;
        room.unseen_below = 0;
        room.seek = None;
    }
}

/// The first message there is.
pub fn to_beginning(app: &mut App) {
    unselect(app);
    if let Some(room) = app.room_mut() {
        room.seek = Some(1);
    }
    go_on_seeking(app);
}

/// Nothing is chosen any more.
pub fn unselect(app: &mut App) {
    app.selected = None;
    if app.focus == Focus::Timeline {
        app.focus = Focus::Composer;
    }
}

/// The message before the one that is chosen, or behind it; at first the last one that is seen.
pub fn select(app: &mut App, is_up: bool) {
    let seen = app.regions.messages.iter().map(|(_, seq)| *seq).max();
    let Some(room) = app.room() else { return };
    let entries = room.timeline.entries();
    let is_message = |place: &usize| entries[*place].message().is_some();
    let next = match app.selected.and_then(|seq| room.timeline.place(seq)) {
        Some(place) if is_up => (0..place).rev().find(is_message),
        Some(place) => (place + 1..entries.len()).find(is_message),
        None if is_up => {
            let last = seen.and_then(|seq| room.timeline.place(seq)).or(entries.len().checked_sub(1));
            last.and_then(|last| (0..=last).rev().find(is_message))
        }
        None => None,
    };
    match next.map(|place| entries[place].seq) {
        Some(seq) => choose(app, seq),
        None if !is_up => to_end(app),
        None => {}
    }
    read_before(app);
}

/// Chooses a message and shows it.
pub fn choose(app: &mut App, seq: crate::domain::ids::Seq) {
    app.selected = Some(seq);
    app.focus = Focus::Timeline;
    with_blocks(app, |blocks, scroll, rows| scrolling::reveal(blocks, scroll, seq, rows));
}

/// Reads what is before the first known line when that is near.
pub fn read_before(app: &mut App) {
    let rows = usize::from(app.regions.timeline.height);
    let mut is_near = false;
    with_blocks(app, |blocks, scroll, _| {
        if let Some((place, hidden)) = scrolling::lowest(blocks, scroll) {
            let (mut above, mut at) = (0, place);
            while above < rows + hidden + NEAR && at > 0 {
                above += blocks.height(at);
                at -= 1;
            }
            is_near = at == 0;
        }
        scroll
    });
    if is_near {
        ask_before(app, PAGE);
    }
}

fn ask_before(app: &mut App, limit: usize) {
    let Some(room) = app.room_mut() else { return };
    let before = room.timeline.entries().front().map(|entry| entry.seq);
    if !room.timeline.is_open || room.timeline.has_beginning || room.timeline.is_loading || before.is_none() {
        return;
    }
    room.timeline.is_loading = true;
    let name = room.name.clone();
    let about = About::History { room: name.clone(), is_newest: false };
    app.effect(Effect::Ask(about, Command::History { room: name, before, limit, only: "shown" }));
}

/// A message is looked for that is not read yet: goes on, or shows it.
pub fn go_on_seeking(app: &mut App) {
    let Some(room) = app.room() else { return };
    let Some(seq) = room.seek else { return };
    let entries = room.timeline.entries();
    let is_there = entries.front().is_some_and(|first| first.seq <= seq);
    if !is_there && !room.timeline.has_beginning {
        return ask_before(app, FAR_PAGE);
    }
    // It may be one of those that are passed over: the next one then.
    let near = entries.iter().find(|entry| entry.seq >= seq && entry.message().is_some()).map(|entry| entry.seq);
    if let Some(room) = app.room_mut() {
        room.seek = None;
    }
    match near {
        Some(near) => choose(app, near),
        None => app.say("This message is not there any more."),
    }
}

/// Goes to a message of any room.
pub fn go_to(app: &mut App, room: &str, seq: crate::domain::ids::Seq) {
    rooms::open(app, room);
    if let Some(room) = app.room_mut() {
        room.seek = Some(seq);
        if !room.timeline.is_open {
            return;
        }
    }
    go_on_seeking(app);
}

/// Keys of the explanation.
pub fn in_help(app: &mut App, code: KeyCode) {
    let at = app.help.unwrap_or_default();
    app.help = match code {
        KeyCode::Down | KeyCode::Char('j') => Some(at + 1),
        KeyCode::Up | KeyCode::Char('k') => Some(at.saturating_sub(1)),
        KeyCode::PageDown | KeyCode::Char(' ') => Some(at + 10),
        KeyCode::PageUp => Some(at.saturating_sub(10)),
        KeyCode::Home => Some(0),
        _ => None,
    };
}
