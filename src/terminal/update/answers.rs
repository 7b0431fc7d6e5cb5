//! What comes of what was asked.

use serde_json::{Map, Value};

use super::{acts, moving, rooms};
use crate::client::ClientError;
use crate::client::event::Sent;
use crate::client::frame::LogEvent;
use crate::domain::clock::Timestamp;
use crate::domain::ids::Seq;
use crate::terminal::clean;
use crate::terminal::effect::{About, PageAt};
use crate::terminal::state::App;
use crate::terminal::state::message::{Entry, word};
use crate::terminal::state::panel::{Hit, Panel};
use crate::terminal::state::room::{Level, PendingState, Person, Room, Scroll};
use crate::terminal::state::timeline::Timeline;

/// A room was joined, or not.
pub fn joined(app: &mut App, name: &str, outcome: Result<Seq, ClientError>) {
    match outcome {
        Ok(last_seq) => {
            if let Some(room) = app.room_named_mut(name) {
                room.is_joined = true;
                room.last_seq = room.last_seq.max(last_seq);
            }
        }
        Err(ClientError::Stopped) => {}
        Err(why) => {
            let is_missing = matches!(&why, ClientError::Refused { code, .. } if code == "not_found");
            let hint =
                if is_missing { format!(" /join {name} create makes a room of this name.") } else { String::new() };
            app.rooms.retain(|room| room.name != name || room.is_member);
            if app.current.as_deref() == Some(name) {
                app.current = None;
                app.setup.room = None;
                rooms::ask(app);
            }
            app.complain(format!("{name}: {why}.{hint}"));
        }
    }
}

/// A message of one's own was stored, or not.
pub fn sent(app: &mut App, room: &str, nonce: &str, outcome: Result<Sent, ClientError>) {
    let Some(room) = app.room_named_mut(room) else { return };
    match outcome {
        Ok(sent) => room.stored(nonce, sent.seq),
        Err(ClientError::Withdrawn) => room.pending.retain(|pending| pending.nonce != nonce),
        Err(why) => {
            let found = room.pending.iter_mut().find(|pending| pending.nonce == nonce);
            if let Some(pending) = found {
                pending.state = PendingState::Failed(why.to_string());
            }
        }
    }
}

/// An answer to a question.
pub fn answered(app: &mut App, about: About, outcome: Result<Map<String, Value>, ClientError>) {
    match outcome {
        Ok(answer) => take(app, about, &Value::Object(answer)),
        Err(ClientError::Stopped) => {}
        Err(why) => refused(app, &about, &why),
    }
}

fn refused(app: &mut App, about: &About, why: &ClientError) {
    match about {
        About::History { room, .. } => {
            if let Some(room) = app.room_named_mut(room) {
                room.timeline.is_loading = false;
                if let Some(part) = &mut room.aside {
                    part.is_loading = false;
                }
                (room.seek, room.leap) = (None, None);
            }
            // That the room cannot be joined is said already.
            if matches!(why, ClientError::Refused { code, .. } if code == "not_found") {
                return;
            }
        }
        About::Members(_) => return,
        About::Search(_) | About::Thread(..) | About::Pins(_) => acts::close_panel(app),
        About::Rooms | About::Direct(_) | About::Act(_) | About::Level(..) => {}
    }
    app.complain(why.to_string());
}

fn take(app: &mut App, about: About, answer: &Value) {
    match about {
        About::Rooms => rooms::listed(app, answer["rooms"].as_array().map_or(&[][..], Vec::as_slice)),
        About::Members(room) => members(app, &room, answer),
        About::History { room, page } => history(app, &room, page, answer),
        About::Thread(room, seq) => {
            if app.current.as_ref() == Some(&room) && matches!(app.panel, Panel::Thread { root, .. } if root == seq) {
                let mut all: Vec<Entry> = entries(app, std::slice::from_ref(&answer["root"]));
                all.extend(entries(app, list(answer)));
                app.panel = Panel::Thread { root: seq, entries: Some(all) };
            }
        }
        About::Pins(room) => {
            if app.current.as_ref() == Some(&room) && matches!(app.panel, Panel::Pins(_)) {
                app.panel = Panel::Pins(Some(entries(app, list(answer))));
            }
        }
        About::Search(asked) => {
            if matches!(&app.panel, Panel::Search { query, .. } if *query == asked) {
                let found = answer["results"].as_array().into_iter().flatten().filter_map(hit).collect();
                app.panel = Panel::Search { query: asked, found: Some(found) };
                app.chosen = 0;
            }
        }
        About::Direct(text) => {
            let Some(name) = answer["room"].as_str() else { return };
            rooms::ask(app);
            rooms::write_to(app, name, text);
        }
        About::Act("") => {}
        About::Act(words) => app.say(words),
        About::Level(name, level) => {
            if let Some(room) = app.room_named_mut(&name) {
                room.level = Level::parse(level).unwrap_or(room.level);
            }
            app.sort_rooms();
        }
    }
}

fn list(answer: &Value) -> &[Value] {
    answer["events"].as_array().map_or(&[], Vec::as_slice)
}

fn entries(app: &App, events: &[Value]) -> Vec<Entry> {
    let read = |value: &Value| serde_json::from_value::<LogEvent>(value.clone()).ok();
    events.iter().filter_map(read).filter_map(|event| Entry::of(&event, &app.me)).collect()
}

fn history(app: &mut App, name: &str, page: PageAt, answer: &Value) {
    let me = app.me.clone();
    let Some(room) = app.room_named_mut(name) else { return };
    let read = |value: &Value| serde_json::from_value::<LogEvent>(value.clone()).ok();
    let events: Vec<LogEvent> = list(answer).iter().filter_map(read).collect();
    let is_all = answer["more"] != true;
    match page {
        PageAt::Newest => newest(room, &events, is_all, &me),
        PageAt::Before(seq) => {
            // What it belongs to may have been thrown away meanwhile.
            let parts = [Some(&mut room.timeline), room.aside.as_mut()];
            let is_its = |part: &&mut Timeline| part.ends().is_some_and(|(first, _)| first == seq);
            let Some(part) = parts.into_iter().flatten().find(is_its) else { return };
            part.take_page(&events, &me);
            part.is_loading = false;
            part.has_beginning |= is_all;
        }
        PageAt::After(seq) => {
            let Some(part) = room.aside.as_mut().filter(|part| part.ends().is_some_and(|(_, last)| last == seq)) else {
                return;
            };
            if room.scroll == Scroll::Bottom {
                room.scroll = Scroll::At { seq, hidden: 0 };
            }
            part.take_page(&events, &me);
            part.is_loading = false;
        }
        PageAt::Around(seq) => {
            if room.leap != Some(seq) {
                return;
            }
            room.leap = None;
            let mut part = Timeline::part();
            part.take_page(&events, &me);
            part.has_beginning = moving::begins(seq);
            room.aside = Some(part).filter(|part| part.ends().is_some());
            room.scroll = Scroll::Bottom;
        }
    }
    room.join_parts();
    if app.current.as_deref() != Some(name) {
        return;
    }
    match page {
        // Whatever came: asking once more would bring the same.
        PageAt::Around(_) => moving::show_sought(app),
        _ => moving::go_on_seeking(app),
    }
}

fn newest(room: &mut Room, events: &[LogEvent], is_all: bool, me: &str) {
    room.timeline.is_loading = false;
    room.timeline.take_page(events, me);
    room.timeline.is_open = true;
    room.timeline.has_beginning |= is_all;
    room.last_seq = room.last_seq.max(events.last().map_or(0, |event| event.seq));
    let stored: Vec<&str> = events.iter().filter_map(|event| event.more.get("nonce")?.as_str()).collect();
    room.pending.retain(|pending| !stored.contains(&pending.nonce.as_str()));
}

fn members(app: &mut App, name: &str, answer: &Value) {
    let people: Vec<Person> =
        answer["members"].as_array().into_iter().flatten().map(|member| person(member, member)).collect();
    for person in &people {
        app.statuses.insert(person.id.clone(), person.status.clone());
    }
    if let Some(room) = app.room_named_mut(name) {
        room.online = answer["online"].as_u64().unwrap_or(room.online);
        room.people = people;
    }
}

/// Somebody of a room: what is said of them, and who they are.
pub fn person(said: &Value, who: &Value) -> Person {
    Person {
        id: who["id"].as_str().unwrap_or_default().to_owned(),
        name: word(who, "name"),
        role: said["role"].as_str().map(clean::line),
        status: word(said, "status"),
        says: says(said),
    }
}

/// What somebody says of themselves: an emoji, some words.
pub fn says(said: &Value) -> String {
    clean::line(&format!("{} {}", word(said, "status_emoji"), word(said, "status_text")))
}

fn hit(result: &Value) -> Option<Hit> {
    let (event, room) = (&result["event"], &result["room"]);
    Some(Hit {
        room: room["name"].as_str()?.to_owned(),
        title: if room["kind"] == "direct" { word(room, "title") } else { format!("#{}", word(room, "title")) },
        seq: event["seq"].as_u64()?,
        author: word(&event["author"], "name"),
        text: clean::text(event["text"].as_str().unwrap_or_default()),
        at: event["at"].as_str().and_then(Timestamp::parse).unwrap_or_default(),
    })
}
