//! What is typed and sent: messages, and lines that begin with a slash. **How to add a command:** a row in [`COMMANDS`],
//! which the explanation and Tab read too, and an arm in [`run`].

use super::{acts, keys, moving, rooms};
use crate::client::http::percent_encoded;
use crate::client::{Call, Command};
use crate::domain::emoji::Emoji;
use crate::domain::name::{RoomName, UserName};
use crate::domain::text::MessageText;
use crate::terminal::effect::{About, Effect};
use crate::terminal::state::App;
use crate::terminal::state::composer::Purpose;
use crate::terminal::state::panel::Panel;
use crate::terminal::theme::ThemeChoice;

/// Every command: its name, what follows it, what it does.
pub const COMMANDS: &[(&str, &str, &str)] = &[
    ("join", "ROOM [KEY]", "open a room; /join ROOM create makes it if it is missing"),
    ("leave", "[ROOM]", "stop listening to a room"),
    ("rooms", "", "rooms you may join"),
    ("msg", "NAME [TEXT]", "write to one person"),
    ("me", "TEXT", "say what you do"),
    ("reply", "[TEXT]", "answer the chosen message, or the last one"),
    ("react", ":EMOJI:", "put an emoji on it, or take it off"),
    ("edit", "[TEXT]", "change the chosen message, or your last one"),
    ("delete", "", "delete it"),
    ("pin", "", "put it up, or take it down"),
    ("thread", "", "show what was answered to it"),
    ("pins", "", "show what was put up"),
    ("search", "WORDS", "look for messages: from:ann in:lobby \"in a row\""),
    ("unread", "", "go to the first message that was new here"),
    ("members", "", "who belongs to the room, also /who"),
    ("topic", "TEXT", "another topic for the room"),
    ("level", "all|mentions|nothing", "what the room tells you of"),
    ("status", "[:EMOJI:] [TEXT]", "what others see beside your name"),
    ("away", "", "how present you are: also /busy and /back"),
    ("nick", "NAME", "another name, for guests"),
    ("retry", "", "send again what was refused"),
    ("discard", "", "give up on what was not sent"),
    ("reconnect", "", "connect afresh"),
    ("theme", "auto|light|dark", "other colours"),
    ("mouse", "on|off", "off: the terminal selects text again"),
    ("help", "", "explain everything"),
    ("quit", "", "leave"),
];

/// Sends what is in the field.
pub fn send(app: &mut App) {
    let text = app.composer.text();
    if text.trim().is_empty() {
        return;
    }
    if let Purpose::Edit(seq) = app.composer.purpose {
        app.composer.take();
        return acts::edit(app, Some(seq), text);
    }
    if let Some(line) = text.strip_prefix('/').filter(|line| !line.starts_with('/')) {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let (word, rest) = (word.to_lowercase(), rest.trim().to_owned());
        app.composer.take();
        return run(app, &word, &rest);
    }
    let text = text.strip_prefix('/').map_or(text.clone(), str::to_owned);
    // What no server would take stays in the field.
    if let Err(why) = MessageText::parse(&text) {
        return app.complain(why.to_string());
    }
    if app.current.is_none() {
        return app.complain("You are in no room. /join ROOM opens one.");
    }
    app.composer.take();
    let reply_to = match (&app.panel, app.room().and_then(|room| room.reply_to)) {
        // In a thread the next one belongs there, too.
        (Panel::Thread { .. }, reply_to) => reply_to,
        (_, reply_to) => {
            app.room_mut().map(|room| room.reply_to.take());
            reply_to
        }
    };
    acts::send(app, text, reply_to);
}

/// Carries out a command.
fn run(app: &mut App, word: &str, rest: &str) {
    match word {
        "join" | "j" => join(app, rest),
        "leave" | "part" => match (rest.is_empty(), app.current.clone()) {
            (true, Some(name)) => rooms::leave(app, &name),
            (true, None) => app.complain("You are in no room."),
            (false, _) => rooms::leave(app, &rest.trim_start_matches('#').to_lowercase()),
        },
        "rooms" | "list" => acts::toggle_panel(app, Panel::Rooms),
        "msg" => message(app, rest),
        "me" if rest.is_empty() => app.complain("/me TEXT says what you do"),
        "me" => acts::send(app, format!("*{rest}*"), None),
        "reply" => acts::reply_with(app, rest),
        "react" => acts::react(app, rest),
        "edit" if rest.is_empty() => acts::begin_edit(app, None),
        "edit" => acts::edit(app, None, rest.to_owned()),
        "delete" => acts::ask_delete(app, None),
        "pin" | "unpin" => acts::toggle_pin(app, None),
        "thread" => acts::open_thread(app, None),
        "pins" => acts::toggle_panel(app, Panel::Pins(None)),
        "search" => search(app, rest),
        "unread" => moving::to_unread(app),
        "members" | "who" => acts::toggle_panel(app, Panel::Members),
        "topic" => {
            if let Some(room) = app.current.clone() {
                app.effect(Effect::Ask(About::Act(""), Command::Topic { room, topic: rest.to_owned() }));
            }
        }
        "level" => level(app, rest),
        "status" => status(app, rest),
        "away" => present(app, "away", "You are away for the others."),
        "busy" => present(app, "busy", "You are busy. /back ends it."),
        "back" => present(app, "online", "You are here."),
        "nick" => nick(app, rest),
        "retry" => acts::retry(app),
        "discard" => acts::discard(app),
        "reconnect" => app.effect(Effect::Reconnect),
        "theme" => theme(app, rest),
        "mouse" => mouse(app, rest),
        "help" | "?" => app.help = Some(0),
        "quit" | "exit" => keys::quit(app),
        _ => app.complain(format!("/{word} is not known; /help lists the commands")),
    }
}

fn join(app: &mut App, rest: &str) {
    let (name, word) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    // A room whose key is this word can be joined too: a room that is there is not made.
    let (create, key) = (word.trim().eq_ignore_ascii_case("create"), Some(word.trim().to_owned()));
    let name = match RoomName::parse_existing(name) {
        Ok(name) => name.to_string(),
        Err(why) => return app.complain(format!("/join ROOM: {why}")),
    };
    rooms::open_or_make(app, &name, create, key.filter(|key| !key.is_empty()));
    rooms::ask(app);
}

fn message(app: &mut App, rest: &str) {
    let (name, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    match UserName::parse(name.trim_start_matches('@')) {
        Ok(name) => {
            if let Some(room) = rooms::direct_with(app, name.as_str()) {
                return rooms::write_to(app, &room, text.trim().to_owned());
            }
            let call = Call::post("/api/v1/direct", serde_json::json!({ "user": name.as_str() }));
            app.effect(Effect::Call(About::Direct(text.trim().to_owned()), call));
        }
        Err(why) => app.complain(format!("/msg NAME TEXT: {why}")),
    }
}

fn search(app: &mut App, rest: &str) {
    if rest.is_empty() {
        return app.complain("/search WORDS looks for messages");
    }
    app.chosen = 0;
    app.panel = Panel::Search { query: rest.to_owned(), found: None };
    app.focus = crate::terminal::state::Focus::Panel;
    let path = format!("/api/v1/search?limit=50&q={}", percent_encoded(rest));
    app.effect(Effect::Call(About::Search(rest.to_owned()), Call::get(path)));
}

fn level(app: &mut App, rest: &str) {
    let known = ["all", "mentions", "nothing"].into_iter().find(|level| *level == rest);
    match (known, app.current.clone()) {
        (Some(level), Some(room)) => {
            let command = Command::Level { room: room.clone(), level: level.to_owned() };
            app.effect(Effect::Ask(About::Level(room, level), command));
        }
        (None, _) => app.complain("/level all, /level mentions or /level nothing"),
        (_, None) => app.complain("You are in no room."),
    }
}

fn status(app: &mut App, rest: &str) {
    let (first, words) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (emoji, text) = if Emoji::parse(first).is_ok() { (first, words.trim()) } else { ("", rest) };
    let command = Command::Status { emoji: emoji.to_owned(), text: text.to_owned() };
    let done = if rest.is_empty() { "Your status is cleared." } else { "Others see it beside your name." };
    app.effect(Effect::Ask(About::Act(done), command));
}

fn present(app: &mut App, status: &'static str, words: &'static str) {
    app.effect(Effect::Ask(About::Act(words), Command::Presence { status, auto: false }));
}

fn nick(app: &mut App, rest: &str) {
    if !app.setup.is_guest {
        return app.complain("Your account has its name on /settings.");
    }
    if app.waiting() > 0 {
        return app.complain("First let what you wrote be sent, or /discard it.");
    }
    match UserName::parse(rest) {
        Ok(name) => app.effect(Effect::ComeInAs(name.as_str().to_owned())),
        Err(why) => app.complain(format!("/nick NAME: {why}")),
    }
}

fn theme(app: &mut App, rest: &str) {
    match ThemeChoice::parse(rest) {
        Some(choice) => {
            app.set_theme(choice);
            app.effect(Effect::KeepTheme(choice.as_str()));
        }
        None => app.complain("/theme auto, /theme light or /theme dark"),
    }
}

fn mouse(app: &mut App, rest: &str) {
    match rest {
        "on" | "off" => {
            app.setup.has_mouse = rest == "on";
            app.effect(Effect::Mouse(rest == "on"));
        }
        _ => app.complain("/mouse on or /mouse off"),
    }
}
