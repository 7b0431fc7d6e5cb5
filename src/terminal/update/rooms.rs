//! Which room is open, and which are listened to.

use serde_json::Value;

use crate::client::Command;
use crate::domain::limits::ROOMS_PER_SESSION;
use crate::terminal::effect::{About, Effect, PageAt};
use crate::terminal::state::App;
use crate::terminal::state::composer::Purpose;
use crate::terminal::state::panel::Panel;
use crate::terminal::state::room::Room;

/// Events of the first page of a room.
const FIRST_PAGE: usize = 80;
/// So many new messages are hardly on the screen all at once.
const MANY: u64 = 12;

/// Asks for the rooms there are.
pub fn ask(app: &mut App) {
    app.effect(Effect::Ask(About::Rooms, Command::Rooms));
}

/// Takes the list of rooms: opens the first one, and listens to those one belongs to.
pub fn listed(app: &mut App, rooms: &[Value]) {
    for entry in rooms {
        let Some(name) = entry["room"].as_str() else { continue };
        if app.room_named(name).is_none() {
            app.rooms.push(Room::named(name));
        }
        if let Some(room) = app.room_named_mut(name) {
            room.describe(entry);
        }
    }
    let is_there = |room: &Room| rooms.iter().any(|entry| entry["room"] == room.name.as_str());
    let current = app.current.clone();
    app.rooms.retain(|room| is_there(room) || Some(&room.name) == current.as_ref());
    app.sort_rooms();
    let listened = |room: &&mut Room| room.is_member && !room.is_joined && Some(&room.name) != current.as_ref();
    let new: Vec<String> = app
        .rooms
        .iter_mut()
        .filter(listened)
        .take(ROOMS_PER_SESSION - 2)
        .map(|room| {
            room.is_joined = true;
            room.name.clone()
        })
        .collect();
    for room in new {
        app.effect(Effect::Join { room, after: None, looks: false, create: false, key: None });
    }
    if app.current.is_none() {
        open_first(app);
    }
}

/// The room one asked for, one with something new, the lobby, any.
fn open_first(app: &mut App) {
    let asked = app.setup.room.clone();
    let first = || {
        let own = || app.rooms.iter().filter(|room| room.is_member);
        let found = own().find(|room| room.mark().is_some_and(|(_, is_mine)| is_mine));
        let found = found.or_else(|| own().find(|room| room.mark().is_some()));
        let found = found.or_else(|| app.rooms.iter().find(|room| room.name == "lobby")).or_else(|| own().next());
        found.or(app.rooms.first()).map(|room| room.name.clone())
    };
    match asked.or_else(first) {
        Some(name) => open(app, &name),
        None => app.say("There is no room yet. /join NAME create makes one."),
    }
}

/// Opens a room; joins it if need be.
pub fn open(app: &mut App, name: &str) {
    open_or_make(app, name, false, None);
}

/// Opens a room, with its key, and makes it when it is missing and that is wanted.
pub fn open_or_make(app: &mut App, name: &str, create: bool, key: Option<String>) {
    // A room that was refused stays open: the next try gives the key.
    if app.current.as_deref() == Some(name) && key.is_none() {
        return;
    }
    leave_open(app);
    if app.room_named(name).is_none() {
        app.rooms.push(Room::named(name));
        app.sort_rooms();
    }
    app.current = Some(name.to_owned());
    app.panel = Panel::Closed;
    app.focus = crate::terminal::state::Focus::Composer;
    app.selected = None;
    let Some(room) = app.room_mut() else { return };
    room.new_after = (room.unread > 0).then_some(room.read_seq);
    let many = Some(room.unread).filter(|count| *count > MANY);
    let draft = std::mem::take(&mut room.draft);
    // A room that was left for another one is listened to all the time: what is known of it is whole.
    let after = room.timeline.is_open.then_some(room.last_seq);
    room.is_joined = true;
    app.composer.clear();
    app.composer.set(&draft);
    app.effect(Effect::Join { room: name.to_owned(), after, looks: true, create, key });
    if after.is_none() {
        read_newest(app, name);
    }
    app.effect(Effect::Ask(About::Members(name.to_owned()), Command::Members { room: name.to_owned() }));
    if let Some(count) = many {
        app.say(format!("{count} messages are new. Alt-U goes to the first of them."));
    }
}

/// The direct room with somebody, if it is known.
#[must_use]
pub fn direct_with(app: &App, name: &str) -> Option<String> {
    let is_it = |room: &&Room| room.is_member && room.other.is_some() && room.title == name;
    app.rooms.iter().find(is_it).map(|room| room.name.clone())
}

/// Opens a direct room, and writes there if there is something to say.
pub fn write_to(app: &mut App, name: &str, text: String) {
    open(app, name);
    if !text.is_empty() {
        super::acts::send(app, text, None);
    }
}

/// Reads the newest page of a room.
pub fn read_newest(app: &mut App, name: &str) {
    if let Some(room) = app.room_named_mut(name) {
        room.timeline.is_loading = true;
    }
    let about = About::History { room: name.to_owned(), page: PageAt::Newest };
    let room = name.to_owned();
    let history = Command::History { room, before: None, after: None, limit: FIRST_PAGE, only: "shown" };
    app.effect(Effect::Ask(about, history));
}

/// The room that was open is only listened to from now on; what was typed there waits.
fn leave_open(app: &mut App) {
    let draft = if app.composer.purpose == Purpose::Write { app.composer.text() } else { String::new() };
    let Some(room) = app.room_mut() else { return };
    room.draft = draft;
    room.new_after = None;
    room.typing.clear();
    (room.seek, room.leap) = (None, None);
    if !room.is_joined {
        return;
    }
    let name = room.name.clone();
    if room.is_member {
        let after = room.timeline.is_open.then_some(room.last_seq);
        app.effect(Effect::Join { room: name, after, looks: false, create: false, key: None });
    } else {
        // Whoever does not belong to a room only listens while it is open.
        room.is_joined = false;
        room.clear_log();
        app.effect(Effect::Leave(name));
    }
}

/// The next room of the list, or the one before.
pub fn step(app: &mut App, by: isize) {
    let names: Vec<String> = app.listed().map(|room| room.name.clone()).collect();
    let Some(count) = isize::try_from(names.len()).ok().filter(|count| *count > 0) else { return };
    let at = names.iter().position(|name| app.current.as_ref() == Some(name)).unwrap_or_default();
    let next = (isize::try_from(at).unwrap_or_default() + by).rem_euclid(count);
    if let Some(name) = usize::try_from(next).ok().and_then(|next| names.get(next)) {
        open(app, name);
    }
}

/// The next room with something new; first those where somebody calls.
pub fn next_unread(app: &mut App) {
    let is_other = |room: &&Room| app.current.as_ref() != Some(&room.name);
    let found = app.listed().filter(is_other).filter_map(|room| Some((room.mark()?.1, room))).collect::<Vec<_>>();
    let next = found.iter().find(|(is_mine, _)| *is_mine).or(found.first()).map(|(_, room)| room.name.clone());
    match next {
        Some(name) => open(app, &name),
        None => app.say("Nothing is unread."),
    }
}

/// Stops listening to a room, and opens another one.
pub fn leave(app: &mut App, name: &str) {
    let Some(room) = app.room_named_mut(name) else { return app.complain(format!("You are not in {name}.")) };
    room.is_joined = false;
    room.is_member = false;
    room.clear_log();
    app.effect(Effect::Leave(name.to_owned()));
    if app.current.as_deref() == Some(name) {
        app.current = None;
        app.composer.clear();
        let next = app.rooms.iter().find(|room| room.is_member).map(|room| room.name.clone());
        if let Some(next) = next {
            open(app, &next);
        }
    }
    app.say(format!("You do not listen to {name} any more. /join {name} brings it back."));
}
