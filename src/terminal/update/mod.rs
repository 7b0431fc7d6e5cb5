//! What happens to the state: every key, every click, everything the server says. No input and no output here: what is
//! to be done outside comes out as effects.

pub mod acts;
mod answers;
mod complete;
pub mod keys;
mod mouse;
mod moving;
mod news;
pub mod rooms;
pub mod typed;

use std::time::Duration;

use super::effect::{Effect, Input};
use super::state::room::{Room, Scroll};
use super::state::{App, Line};
use crate::client::Command;
use crate::domain::clock::Timestamp;

/// How long somebody is shown as typing after they said so.
pub const TYPING_SHOWN: Duration = Duration::from_secs(6);
/// How often it is told that one writes.
const TYPING_TOLD: Duration = Duration::from_secs(3);
/// How often it is told that one has read.
const READ_TOLD: Duration = Duration::from_secs(1);
/// After how long without a line a word is said about it.
pub const CALM: Duration = Duration::from_secs(1);
/// After how long a sentence is said about it.
pub const PATIENT: Duration = Duration::from_secs(4);

/// Takes something that happened; answers with what is to be done.
pub fn update(app: &mut App, input: Input, now: Timestamp) -> Vec<Effect> {
    app.now = now;
    match input {
        Input::Terminal(event) => keys::take(app, event),
        Input::News(event) => news::take(app, event),
        Input::Joined(room, outcome) => answers::joined(app, &room, outcome),
        Input::Sent(room, nonce, outcome) => answers::sent(app, &room, &nonce, outcome),
        Input::Answered(about, outcome) => answers::answered(app, about, outcome),
        Input::Tick => {}
        Input::Woke => app.effect(Effect::Reconnect),
        Input::CameInAs => {
            for room in &mut app.rooms {
                room.is_joined = false;
                room.clear_log();
            }
            app.line = Line::Connecting(now);
        }
    }
    for room in &mut app.rooms {
        room.typing.retain(|(_, until)| *until > now);
    }
    tell_read(app);
    app.take_effects()
}

/// When something changes although nothing happens: somebody stopped typing, a word about the line is due.
#[must_use]
pub fn wakes_at(app: &App) -> Option<Timestamp> {
    let line = match app.line {
        Line::Connecting(since) | Line::Down(since, _) => {
            [CALM, PATIENT].into_iter().map(|span| since.plus(span)).find(|at| *at > app.now)
        }
        _ => None,
    };
    let typing = app.room().and_then(|room| room.typing.iter().map(|(_, until)| *until).min());
    let reading = (reads(app) && app.room().is_some_and(|room| room.last_seq > room.read_seq))
        .then(|| app.read_at.plus(READ_TOLD));
    [line, typing, reading].into_iter().flatten().min()
}

/// Whether whoever sits here sees the end of the open room.
fn reads(app: &App) -> bool {
    let is_end = |room: &Room| room.timeline.is_open && room.aside.is_none() && room.scroll == Scroll::Bottom;
    let sees_end = app.room().is_some_and(is_end);
    sees_end && app.has_focus && app.help.is_none() && app.line == Line::Up
}

/// What is new was seen at the end: the server is told, once a second at most.
fn tell_read(app: &mut App) {
    if !reads(app) {
        return;
    }
    let (now, is_due) = (app.now, app.now.since(app.read_at) >= READ_TOLD);
    let is_guest = app.setup.is_guest;
    let Some(room) = app.room_mut() else { return };
    if room.last_seq <= room.read_seq || !is_due {
        // What is not told yet is seen all the same.
        (room.unread, room.mentions) = (0, 0);
        return;
    }
    room.seen();
    let told = Command::Read { room: room.name.clone(), seq: room.last_seq };
    app.read_at = now;
    if !is_guest {
        app.effect(Effect::Tell(told));
    }
}

/// Tells the others that one writes, once in a while.
fn tell_typing(app: &mut App) {
    let is_message = !app.composer.is_empty() && !app.composer.text().starts_with('/');
    if !is_message || app.line != Line::Up || app.now.since(app.typed_at) < TYPING_TOLD {
        return;
    }
    if let Some(room) = app.current.clone() {
        app.typed_at = app.now;
        app.effect(Effect::Tell(Command::Typing { room }));
    }
}

#[cfg(test)]
pub(crate) mod tests;
