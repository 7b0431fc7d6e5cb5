//! What the server tells without being asked.

use serde_json::Value;

use super::{TYPING_SHOWN, acts, reads, rooms};
use crate::client::Event;
use crate::client::frame::LogEvent;
use crate::terminal::clean;
use crate::terminal::effect::Effect;
use crate::terminal::state::message::{self, Entry};
use crate::terminal::state::panel::Panel;
use crate::terminal::state::room::{Kind, Level, Scroll};
use crate::terminal::state::{App, Line};

/// Takes news.
pub fn take(app: &mut App, event: Event) {
    match event {
        Event::Connected { user } => {
            app.line = Line::Up;
            app.me.clone_from(&user.id);
            app.name = clean::line(&user.name);
            open_again(app);
            // What was told meanwhile is not told again.
            rooms::ask(app);
        }
        Event::Disconnected { why, .. } => {
            app.line = match app.line {
                Line::Connecting(since) | Line::Down(since, _) => Line::Down(since, why.to_string()),
                _ => {
                    // What was said before would stand where the line is told of.
                    app.remark = None;
                    Line::Down(app.now, why.to_string())
                }
            };
        }
        Event::Log(event) => heard(app, &event),
        Event::Reset { room, .. } => {
            if let Some(room) = app.room_named_mut(&room) {
                room.clear_log();
                room.scroll = Scroll::Bottom;
            }
            if app.current.as_ref() == Some(&room) {
                rooms::read_newest(app, &room);
            }
            rooms::ask(app);
        }
        Event::Left { room, why } => lost(app, &room, &why.to_string()),
        Event::Other(frame) => told(app, &frame),
        Event::Ended(why) => app.line = Line::Ended(clean::line(&why.to_string())),
    }
}

/// After coming in under another name the open room has to be joined anew.
fn open_again(app: &mut App) {
    let Some(room) = app.room().filter(|room| !room.is_joined) else { return };
    let name = room.name.clone();
    app.current = None;
    rooms::open(app, &name);
}

fn lost(app: &mut App, name: &str, why: &str) {
    let Some(room) = app.room_named_mut(name) else { return };
    room.is_joined = false;
    room.is_member = false;
    let label = room.label();
    app.complain(format!("{label} is closed to you: {why}"));
}

/// An entry of a room's log.
fn heard(app: &mut App, event: &LogEvent) {
    let me = app.me.clone();
    let is_open = app.current.as_ref() == Some(&event.room);
    let sees = is_open && reads(app);
    let about_me = event.user.as_ref().is_some_and(|user| user.id == me);
    let Some(room) = app.room_named_mut(&event.room) else {
        // Somebody has added this account, or has opened a direct room.
        return rooms::ask(app);
    };
    let before = room.last_seq;
    let is_new = room.take(event, &me);
    if is_open {
        follow_thread(app, event);
    }
    let Some(room) = app.room_named_mut(&event.room) else { return };
    match event.kind.as_str() {
        "joined" if about_me && !room.is_member => rooms::ask(app),
        "left" if about_me => lost(app, &event.room, "your membership has ended"),
        "joined" | "left" | "role" if is_open => ask_members(app, &event.room),
        _ if is_new => {
            let calls = Entry::of(event, &me).is_some_and(|entry| entry.message().is_some_and(|one| one.calls_me));
            let rings =
                room.level != Level::Nothing && (calls || (room.kind == Kind::Direct && room.level == Level::All));
            if sees {
                return;
            }
            room.unread += 1;
            room.mentions += u64::from(calls);
            if is_open {
                room.new_after.get_or_insert(before);
                room.unseen_below += u64::from(room.scroll != Scroll::Bottom || room.aside.is_some());
            }
            if rings {
                app.effect(Effect::Ring);
            }
        }
        _ => {}
    }
}

/// What happens to the thread that is open beside the messages.
fn follow_thread(app: &mut App, event: &LogEvent) {
    let Panel::Thread { root, entries: Some(entries) } = &mut app.panel else { return };
    let root = *root;
    if let Some(entry) = Entry::of(event, &app.me) {
        let is_answer = entry.message().is_some_and(|message| message.thread == Some(root));
        let is_mine = entry.message().is_some_and(|message| message.author_id == app.me);
        if !is_answer || entries.iter().any(|other| other.seq == entry.seq) {
            return;
        }
        let saw_end = app.chosen + 1 >= entries.len();
        entries.push(entry);
        if is_mine || saw_end {
            app.chosen = entries.len() - 1;
        }
    } else if event
        .more
        .get("target")
        .and_then(Value::as_u64)
        .is_some_and(|seq| entries.iter().any(|one| one.seq == seq))
    {
        acts::ask_thread(app, &event.room, root);
    }
}

fn ask_members(app: &mut App, room: &str) {
    let about = crate::terminal::effect::About::Members(room.to_owned());
    app.effect(Effect::Ask(about, crate::client::Command::Members { room: room.to_owned() }));
}

/// What is in no log.
fn told(app: &mut App, frame: &Value) {
    let name = frame["room"].as_str().unwrap_or_default();
    let now = app.now;
    match frame["type"].as_str() {
        Some("typing") => {
            let who = message::word(&frame["user"], "name");
            if frame["user"]["id"] != app.me.as_str()
                && let Some(room) = app.room_named_mut(name)
            {
                room.typing.retain(|(other, _)| *other != who);
                room.typing.push((who, now.plus(TYPING_SHOWN)));
            }
        }
        Some("presence") => present(app, name, frame),
        Some("read") => {
            if let Some(room) = app.room_named_mut(name) {
                room.read_seq = frame["seq"].as_u64().unwrap_or(room.read_seq);
                room.unread = frame["unread"].as_u64().unwrap_or_default();
                // How many of them call is not said; none is left when nothing is.
                room.mentions = room.mentions.min(room.unread);
            }
        }
        Some("level") => {
            if let Some(room) = app.room_named_mut(name) {
                room.level = frame["level"].as_str().and_then(Level::parse).unwrap_or(room.level);
            }
            app.sort_rooms();
        }
        _ => {}
    }
}

fn present(app: &mut App, name: &str, frame: &Value) {
    let changes = frame["changes"].as_array().cloned().unwrap_or_default();
    for change in &changes {
        let id = change["user"]["id"].as_str().unwrap_or_default();
        app.statuses.insert(id.to_owned(), message::word(change, "status"));
    }
    let Some(room) = app.room_named_mut(name) else { return };
    room.online = frame["online"].as_u64().unwrap_or(room.online);
    for change in &changes {
        let id = change["user"]["id"].as_str().unwrap_or_default();
        let (who, status) = (message::word(&change["user"], "name"), message::word(change, "status"));
        match room.people.iter_mut().find(|person| person.id == id) {
            Some(person) => {
                person.name = who;
                person.status = status;
                person.says = super::answers::says(change);
            }
            // A guest has come.
            None if status != "offline" => room.people.push(super::answers::person(change, &change["user"])),
            None => {}
        }
    }
    room.people.retain(|person| person.role.is_some() || person.status != "offline");
}
