//! Moving about: through the messages, through the explanation.

use crossterm::event::KeyCode;

use super::rooms;
use crate::client::Command;
use crate::domain::ids::Seq;
use crate::terminal::effect::{About, Effect, PageAt};
use crate::terminal::layouts::{Blocks, Painter};
use crate::terminal::scrolling;
use crate::terminal::state::room::Scroll;
use crate::terminal::state::timeline::Timeline;
use crate::terminal::state::{App, Focus};

/// Nearer to the first known line than this, what is before it is read.
const NEAR: usize = 40;
/// Events of a page that is read while scrolling.
const PAGE: usize = 100;
/// Nearer than this, what is between is read on the way.
const FAR_PAGE: Seq = 200;
/// Events of a page with a far message in it, and how many numbers of the log it begins before that one.
const LEAP: usize = 150;
const LEAD: Seq = 50;

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
    read_on(app);
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
        (room.aside, room.seek, room.leap) = (None, None, None);
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

/// The first message that was new when the room was opened.
pub fn to_unread(app: &mut App) {
    let Some((name, after)) = app.room().and_then(|room| Some((room.name.clone(), room.new_after?))) else {
        return app.say("Nothing is new here. Alt-A opens a room where something is.");
    };
    go_to(app, &name, after + 1);
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
    let (timeline, is_aside) = (room.shown(), room.aside.is_some());
    let entries = timeline.entries();
    let is_message = |place: &usize| entries[*place].message().is_some();
    let next = match app.selected.and_then(|seq| timeline.place(seq)) {
        Some(place) if is_up => (0..place).rev().find(is_message),
        Some(place) => (place + 1..entries.len()).find(is_message),
        None if is_up => {
            let last = seen.and_then(|seq| timeline.place(seq)).or(entries.len().checked_sub(1));
            last.and_then(|last| (0..=last).rev().find(is_message))
        }
        None => None,
    };
    match next.map(|place| entries[place].seq) {
        Some(seq) => choose(app, seq),
        None if !is_up && !is_aside => to_end(app),
        None => {}
    }
    read_on(app);
}

/// Chooses a message and shows it.
pub fn choose(app: &mut App, seq: Seq) {
    app.selected = Some(seq);
    app.focus = Focus::Timeline;
    with_blocks(app, |blocks, scroll, rows| scrolling::reveal(blocks, scroll, seq, rows));
}

/// Reads what is before the first known line when that is near, and what is behind the last one of an older part.
pub fn read_on(app: &mut App) {
    let rows = usize::from(app.regions.timeline.height);
    let (mut is_near_first, mut is_near_last) = (false, false);
    with_blocks(app, |blocks, scroll, _| {
        if let Some((place, hidden)) = scrolling::lowest(blocks, scroll) {
            let (mut above, mut at) = (0, place);
            while above < rows + hidden + NEAR && at > 0 {
                above += blocks.height(at);
                at -= 1;
            }
            is_near_first = at == 0;
            let below = (place + 1..blocks.len()).take(NEAR).map(|place| blocks.height(place));
            is_near_last = hidden + below.sum::<usize>() < NEAR;
        }
        scroll
    });
    if is_near_first {
        ask_before(app, PAGE);
    }
    if is_near_last {
        ask_after(app);
    }
}

fn ask_before(app: &mut App, limit: usize) {
    let Some(room) = app.room_mut() else { return };
    let name = room.name.clone();
    let part = room.shown_mut();
    let Some((first, _)) = part.ends().filter(|_| part.is_open && !part.has_beginning && !part.is_loading) else {
        return;
    };
    part.is_loading = true;
    ask(app, name, PageAt::Before(first), (Some(first), None), limit);
}

fn ask_after(app: &mut App) {
    let Some(room) = app.room_mut() else { return };
    let name = room.name.clone();
    let Some(part) = room.aside.as_mut().filter(|part| !part.is_loading) else { return };
    let Some((_, last)) = part.ends() else { return };
    part.is_loading = true;
    ask(app, name, PageAt::After(last), (None, Some(last)), PAGE);
}

fn ask(app: &mut App, room: String, page: PageAt, (before, after): (Option<Seq>, Option<Seq>), limit: usize) {
    let about = About::History { room: room.clone(), page };
    app.effect(Effect::Ask(about, Command::History { room, before, after, limit, only: "shown" }));
}

/// Whether the page around this entry begins with the first entry of all.
#[must_use]
pub fn begins(seq: Seq) -> bool {
    seq <= LEAD + 1
}

/// A message is looked for that is not read yet: asks for the page with it, or shows it.
pub fn go_on_seeking(app: &mut App) {
    let Some(room) = app.room_mut() else { return };
    let Some(seq) = room.seek else { return };
    let name = room.name.clone();
    let is_known = |part: &Timeline| part.has_beginning || part.ends().is_some_and(|(first, _)| first <= seq);
    let is_passed = |part: &Timeline| part.ends().is_some_and(|(_, last)| last < seq);
    if room.aside.is_some() && is_known(&room.timeline) {
        room.aside = None;
    }
    if !is_known(room.shown()) || (room.aside.is_some() && is_passed(room.shown())) {
        let first = room.shown().ends().map_or(Seq::MAX, |(first, _)| first);
        if room.aside.is_none() && first.saturating_sub(seq) <= FAR_PAGE {
            // Near enough for what is between to be read, too.
            return ask_before(app, usize::try_from(FAR_PAGE).unwrap_or(PAGE));
        }
        if room.leap != Some(seq) {
            room.leap = Some(seq);
            let after = Some(seq.saturating_sub(LEAD + 1));
            ask(app, name, PageAt::Around(seq), (None, after), LEAP);
        }
        return;
    }
    show_sought(app);
}

/// Shows the message that is looked for, as far as it is known: nothing is asked for any more.
pub fn show_sought(app: &mut App) {
    let Some(room) = app.room_mut() else { return };
    let Some(seq) = room.seek else { return };
    // It may be one of those that are passed over: the next one then.
    let mut entries = room.shown().entries().iter();
    let near = entries.find(|entry| entry.seq >= seq && entry.message().is_some()).map(|entry| entry.seq);
    (room.seek, room.leap) = (None, None);
    match near {
        Some(near) => choose(app, near),
        // Nobody has written anything yet.
        None if seq == 1 => {}
        None => app.say("This message is not there any more."),
    }
}

/// Goes to a message of any room.
pub fn go_to(app: &mut App, room: &str, seq: Seq) {
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
