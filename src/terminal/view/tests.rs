//! Pictures of the screen as text, beside this file in `snapshots/`; what no picture may show; and how long one takes.
//!
//! With `PARLOR_SNAPSHOTS=write` the pictures are written anew: look at what changed before you keep them.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyModifiers};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::client::ClientError;
use crate::terminal::effect::{About, Input};
use crate::terminal::state::panel::Panel;
use crate::terminal::update::acts;
use crate::terminal::update::tests::{Desk, said};

/// Compares the screen with the picture of this name.
fn same(name: &str, screen: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("src/terminal/view/snapshots/{name}.txt"));
    if std::env::var("PARLOR_SNAPSHOTS").is_ok_and(|value| value == "write") {
        std::fs::write(&path, screen).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == screen, "{name} looks otherwise now. It was\n{kept}\nand is\n{screen}");
}

fn with(mut value: Value, rest: &Value) -> Value {
    value.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    value
}

/// A lobby where something of everything has happened.
fn lively() -> Desk {
    let mut desk = Desk::connected();
    let ann = json!({"id": "a", "name": "ann"});
    let events = [
        with(said(1, "bob", "is anybody *there*?"), &json!({"at": "2026-11-20T21:04:00Z"})),
        json!({"type": "joined", "room": "lobby", "seq": 2, "at": "2026-11-21T08:02:00Z", "user": {"id": "c", "name": "carol"}, "role": "member"}),
        with(
            said(
                3,
                "carol",
                "Good morning @ann, the build is **green** again: see https://ci.example.org/1042 and `make check`",
            ),
            &json!({"mentions": [{"id": "a", "name": "ann"}], "reactions": [
                {"emoji": "🎉", "count": 2, "users": [], "mine": true}, {"emoji": "👍", "count": 1, "users": []}],
                "replies": {"count": 1, "last_seq": 6, "last_at": "2026-11-21T08:06:00Z"}}),
        ),
        with(
            said(4, "carol", "```\nfn main() {\n    parlor()\n}\n```"),
            &json!({"edited_at": "2026-11-21T08:05:00Z", "edits": 1}),
        ),
        with(said(5, "bob", ""), &json!({"deleted": {"by": {"id": "b", "name": "bob"}, "at": "2026-11-21T08:05:00Z"}})),
        with(
            said(6, "ann", "日本語も大丈夫 👍"),
            &json!({"reply_to": 3, "thread": 3, "quote": {"author": {"id": "c", "name": "carol"}, "text": "Good morning @ann, the build is **green** again: see https://ci.example.org/1042"}}),
        ),
        with(said(7, "bob", "- first\n- second"), &json!({"pinned": {"by": ann, "at": "2026-11-21T08:07:00Z"}})),
    ];
    desk.newest("lobby", &events, false);
    desk.told(json!({"type": "typing", "room": "lobby", "user": {"id": "c", "name": "carol"}}));
    desk.told(json!({"type": "presence", "room": "lobby", "online": 3, "changes": [
        {"user": {"id": "b", "name": "bob"}, "status": "online"}]}));
    desk
}

fn members(desk: &mut Desk) {
    acts::toggle_panel(&mut desk.app, Panel::Members);
    desk.app.take_effects();
    let people = json!({"room": "lobby", "online": 2, "members": [
        {"id": "a", "name": "ann", "role": "owner", "status": "online"},
        {"id": "b", "name": "bob", "role": "member", "status": "away", "status_emoji": "🌴", "status_text": "on holiday"},
        {"id": "c", "name": "carol", "role": "moderator", "status": "busy"},
        {"id": "d", "name": "dave", "role": "member", "status": "offline"},
        {"id": "e", "name": "eve", "role": null, "status": "online"}]});
    desk.answer(About::Members("lobby".into()), &people);
}

#[test]
fn a_room_at_80_by_24() {
    same("room_80x24", &lively().draw(80, 24));
}

#[test]
fn a_room_at_140_by_40_with_its_members() {
    let mut desk = lively();
    members(&mut desk);
    same("members_140x40", &desk.draw(140, 40));
}

#[test]
fn panels_lie_over_the_timeline_where_it_is_narrow() {
    let mut desk = lively();
    members(&mut desk);
    same("members_60x20", &desk.draw(60, 20));
}

#[test]
fn a_message_that_is_chosen_and_one_that_failed() {
    let mut desk = lively();
    desk.enter("this is refused");
    let why = ClientError::Refused { code: "forbidden".into(), message: "you are muted".into(), retry_after: None };
    desk.put(Input::Sent("lobby".into(), "n-1".into(), Err(why)));
    desk.enter("and this waits");
    desk.draw(80, 24);
    desk.press_with(KeyCode::Up, KeyModifiers::CONTROL);
    same("chosen_80x24", &desk.draw(80, 24));
}

#[test]
fn the_explanation_and_an_empty_room() {
    let mut desk = Desk::in_lobby(0);
    same("empty_80x24", &desk.draw(80, 24));
    desk.press(KeyCode::Char('?'));
    same("help_90x50", &desk.draw(90, 50));
}

#[test]
fn what_others_write_never_reaches_the_terminal_as_it_is() {
    let evil = "\u{1b}[2J\u{9b}31m\u{7}\u{202e}live\u{2066}\u{200f}\u{0}\u{8}\u{1b}]0;x\u{7}";
    let mut desk = Desk::connected();
    let mut list = crate::terminal::update::tests::rooms();
    for name in ["title", "topic"] {
        list["rooms"][0][name] = json!(evil);
        list["rooms"][2][name] = json!(evil);
    }
    desk.answer(About::Rooms, &list);
    let who = json!({"id": "x", "name": evil});
    let message = with(
        said(1, "bob", evil),
        &json!({"author": who, "quote": {"author": who, "text": evil},
        "reply_to": 1, "thread": 1, "reactions": [{"emoji": evil, "count": 1, "users": []}]}),
    );
    let gone = with(said(2, "bob", ""), &json!({"author": who, "deleted": {"by": who, "at": "now"}}));
    let topic =
        json!({"type": "topic", "room": "lobby", "seq": 3, "at": "2026-11-21T08:02:00Z", "user": who, "topic": evil});
    let role = json!({"type": "role", "room": "lobby", "seq": 4, "at": "2026-11-21T08:02:00Z", "user": who, "role": evil, "by": who});
    desk.newest("lobby", &[message.clone(), gone, topic, role], false);
    desk.event(
        json!({"type": "edited", "room": "lobby", "seq": 5, "target": 1, "text": evil, "at": "now", "user": who}),
    );
    desk.told(json!({"type": "typing", "room": "lobby", "user": who}));
    acts::toggle_panel(&mut desk.app, Panel::Members);
    let member =
        json!({"id": "x", "name": evil, "role": evil, "status": evil, "status_text": evil, "status_emoji": evil});
    desk.answer(About::Members("lobby".into()), &json!({"members": [member], "online": 1}));
    let mut screens = vec![desk.draw(140, 40)];
    desk.enter("/search x");
    let found = json!({"event": message, "room": {"name": "lobby", "title": evil, "kind": "public"}});
    desk.answer(About::Search("x".into()), &json!({"results": [found]}));
    screens.push(desk.draw(140, 40));
    let why = ClientError::Refused { code: "x".into(), message: evil.into(), retry_after: None };
    desk.put(Input::Answered(About::Act(""), Err(why)));
    screens.push(desk.draw(140, 40));
    screens.push(desk.app.title());

    assert!(screens[0].contains("live"), "the harmless rest is shown: {}", screens[0]);
    for screen in screens {
        let steers = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{2066}\u{200f}".contains(c);
        assert!(!screen.contains(steers), "{screen:?}");
    }
}

#[test]
fn ten_thousand_messages_are_scrolled_without_a_pause() {
    let mut desk = Desk::connected();
    let text =
        "a line of **ordinary** length with a link https://example.org/page and some `code` in it, as people write";
    let events: Vec<Value> = (1..=10_000).map(|seq| said(seq, "bob", &format!("{seq} {text}"))).collect();
    desk.newest("lobby", &events, false);
    desk.draw(140, 40);
    let made_before = desk.app.layouts.made;
    let (mut frames, mut longest) = (0_u32, Duration::ZERO);
    let began = Instant::now();
    while frames < 2_000 {
        let at = Instant::now();
        desk.press(KeyCode::PageUp);
        desk.draw(140, 40);
        longest = longest.max(at.elapsed());
        frames += 1;
        if desk.app.layouts.made > made_before + 9_000 {
            break;
        }
    }
    let each = began.elapsed() / frames;
    eprintln!("{frames} frames of 140x40 through 10,000 messages: {each:?} each, the longest {longest:?}");

    // A page lays out what is new on it, and no more: not the ten thousand each time.
    let made = desk.app.layouts.made - made_before;
    assert!(made < u64::from(frames) * 60, "{made} blocks for {frames} frames");
    assert!(frames > 300, "{frames}");
    desk.press_with(KeyCode::Home, KeyModifiers::CONTROL);
    assert!(desk.draw(140, 40).contains("1 a line of ordinary length"));
}

#[test]
fn a_resize_keeps_the_lowest_message() {
    let mut desk = Desk::in_lobby(200);
    desk.press(KeyCode::PageUp);
    desk.press(KeyCode::PageUp);
    let lowest = |screen: &str| {
        let last = screen.lines().rfind(|line| line.contains("message "));
        last.and_then(|line| line.split('↓').next()).map(|line| line.trim().to_owned())
    };
    let wide = lowest(&desk.draw(60, 30)).unwrap();
    for (width, height) in [(40, 12), (66, 40), (60, 30)] {
        let narrow = lowest(&desk.draw(width, height)).unwrap();
        assert!(narrow.ends_with(&wide), "{wide}, then {narrow}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_size_makes_it_panic(width in 1_u16..160, height in 1_u16..50, panel in 0..6, typed in "[a-z日\n ]{0,60}") {
        let mut desk = lively();
        desk.app.composer.set(&typed);
        desk.app.panel = match panel {
            0 => Panel::Members,
            1 => Panel::Rooms,
            2 => Panel::Pins(None),
            3 => Panel::Search { query: typed.clone(), found: Some(Vec::new()) },
            _ => Panel::Closed,
        };
        desk.app.shows_rooms = panel == 4;
        desk.draw(width, height);
        desk.press(KeyCode::PageUp);
        desk.press_with(KeyCode::Up, KeyModifiers::CONTROL);
        desk.draw(height, width.min(60));
        desk.app.help = Some(3);
        desk.draw(width, height);
    }
}

#[test]
fn the_smallest_screens_show_something_or_nothing() {
    for (width, height) in [(1, 1), (2, 1), (1, 5), (3, 3), (200, 1), (1, 60)] {
        lively().draw(width, height);
    }
}
