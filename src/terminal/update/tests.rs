//! What keys, clicks and frames make of the state, without a terminal and without a server.

use crossterm::event::{Event as Key, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::{Value, json};

use super::*;
use crate::client::event::Sent;
use crate::client::frame::Somebody;
use crate::client::{Call, ClientError, Event};
use crate::domain::ids::Seq;
use crate::terminal::clock::LocalTime;
use crate::terminal::effect::{About, PageAt};
use crate::terminal::state::panel::Panel;
use crate::terminal::state::room::PendingState;
use crate::terminal::state::{Focus, Setup};
use crate::terminal::theme::{Abilities, Depth, ThemeChoice};

/// A state and its moment.
pub struct Desk {
    pub app: App,
    pub now: Timestamp,
}

impl Desk {
    /// Before the first connection.
    pub fn new() -> Self {
        let setup = Setup {
            server: "chat.example.org".into(),
            room: Some("lobby".into()),
            is_guest: false,
            theme: ThemeChoice::Auto,
            abilities: Abilities { depth: Depth::True, is_light: None },
            local: LocalTime::utc(),
            nonces: "n".into(),
            has_mouse: true,
        };
        let now = Timestamp::parse("2026-11-21T09:30:00Z").unwrap();
        Self { app: App::new(setup, now), now }
    }

    /// Connected as Ann, who belongs to the lobby, the garden, and speaks with Bob.
    pub fn connected() -> Self {
        let mut desk = Self::new();
        desk.news(Event::Connected { user: Somebody { id: "a".into(), name: "ann".into() } });
        desk.answer(About::Rooms, &rooms());
        desk.draw(80, 24);
        desk
    }

    /// In a lobby with so many messages, all of them read.
    pub fn in_lobby(messages: Seq) -> Self {
        let mut desk = Self::connected();
        let events: Vec<Value> = (1..=messages).map(|seq| said(seq, "bob", &format!("message {seq}"))).collect();
        desk.newest("lobby", &events, false);
        desk.draw(80, 24);
        desk
    }

    pub fn put(&mut self, input: Input) -> Vec<Effect> {
        update(&mut self.app, input, self.now)
    }

    pub fn news(&mut self, event: Event) -> Vec<Effect> {
        self.put(Input::News(event))
    }

    pub fn event(&mut self, value: Value) -> Vec<Effect> {
        self.news(Event::Log(Box::new(serde_json::from_value(value).unwrap())))
    }

    pub fn told(&mut self, value: Value) -> Vec<Effect> {
        self.news(Event::Other(value))
    }

    pub fn answer(&mut self, about: About, value: &Value) -> Vec<Effect> {
        self.put(Input::Answered(about, Ok(value.as_object().unwrap().clone())))
    }

    pub fn newest(&mut self, room: &str, events: &[Value], more: bool) -> Vec<Effect> {
        self.page(room, PageAt::Newest, events, more)
    }

    pub fn page(&mut self, room: &str, page: PageAt, events: &[Value], more: bool) -> Vec<Effect> {
        let about = About::History { room: room.into(), page };
        self.answer(about, &json!({"room": room, "events": events, "more": more}))
    }

    pub fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        self.press_with(code, KeyModifiers::NONE)
    }

    pub fn press_with(&mut self, code: KeyCode, modifiers: KeyModifiers) -> Vec<Effect> {
        self.put(Input::Terminal(Key::Key(KeyEvent::new(code, modifiers))))
    }

    pub fn ctrl(&mut self, letter: char) -> Vec<Effect> {
        self.press_with(KeyCode::Char(letter), KeyModifiers::CONTROL)
    }

    /// Types a line and sends it; answers with what that made.
    pub fn enter(&mut self, line: &str) -> Vec<Effect> {
        for letter in line.chars() {
            self.press(KeyCode::Char(letter));
        }
        self.press(KeyCode::Enter)
    }

    pub fn click(&mut self, column: u16, row: u16) -> Vec<Effect> {
        let kind = MouseEventKind::Down(MouseButton::Left);
        self.put(Input::Terminal(Key::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })))
    }

    pub fn pass(&mut self, seconds: u64) -> Vec<Effect> {
        self.now = self.now.plus(Duration::from_secs(seconds));
        self.put(Input::Tick)
    }

    /// The screen as text, without spaces at the ends of lines.
    pub fn draw(&mut self, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| crate::terminal::view::draw(&mut self.app, frame)).unwrap();
        let buffer = terminal.backend().buffer();
        let mut screen = String::new();
        for y in 0..height {
            let mut line = String::new();
            let mut x = 0;
            while x < width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += u16::try_from(crate::terminal::wrap::width(symbol).max(1)).unwrap();
            }
            screen.push_str(line.trim_end());
            screen.push('\n');
        }
        screen
    }

    fn room(&self) -> &Room {
        self.app.room().unwrap()
    }
}

pub fn rooms() -> Value {
    let room = |name: &str, topic: &str, unread: u64, mentions: u64| {
        json!({"room": name, "kind": "public", "title": name, "topic": topic, "member": true, "members": 2, "last_seq": 0,
            "read_seq": 0, "unread": unread, "mentions": mentions, "level": "all", "online": 3})
    };
    let direct = json!({"room": "direct-1", "kind": "direct", "title": "bob", "topic": "", "member": true, "members": 2,
        "last_seq": 4, "read_seq": 4, "unread": 0, "mentions": 0, "level": "all", "online": 1,
        "other": {"id": "b", "name": "bob"}});
    let other = json!({"room": "tools", "kind": "public", "title": "tools", "topic": "What broke", "member": false,
        "members": 1, "last_seq": 4, "read_seq": 0, "unread": 0, "mentions": 0, "level": "all", "online": 1});
    json!({"rooms": [room("lobby", "Say hello", 0, 0), room("garden", "", 2, 0), direct, other]})
}

/// A message, a minute after the one before it.
pub fn said(seq: Seq, name: &str, text: &str) -> Value {
    let at = Timestamp(Timestamp::parse("2026-11-21T08:00:00Z").unwrap().0 + 60_000 * i64::try_from(seq).unwrap());
    json!({"type": "message", "room": "lobby", "seq": seq, "text": text, "at": at,
        "author": {"id": &name[..1], "name": name}})
}

fn with(mut value: Value, rest: &Value) -> Value {
    value.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    value
}

fn refused(code: &str) -> ClientError {
    ClientError::Refused { code: code.into(), message: "you are muted".into(), retry_after: None }
}

fn asked(effects: &[Effect]) -> Vec<&Command> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Ask(_, command) => Some(command),
        _ => None,
    });
    asked.collect()
}

#[test]
fn the_first_connection_opens_the_room_that_was_asked_for_and_listens_to_the_others() {
    let mut desk = Desk::new();
    let effects = desk.news(Event::Connected { user: Somebody { id: "a".into(), name: "ann".into() } });
    assert_eq!(effects, [Effect::Ask(About::Rooms, Command::Rooms)]);

    let effects = desk.answer(About::Rooms, &rooms());

    let joins: Vec<(&str, bool)> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Join { room, looks, .. } => Some((room.as_str(), *looks)),
            _ => None,
        })
        .collect();
    assert_eq!(joins, [("garden", false), ("lobby", false), ("direct-1", false), ("lobby", true)]);
    assert_eq!(desk.app.current.as_deref(), Some("lobby"));
    assert!(matches!(asked(&effects)[..], [Command::History { before: None, .. }, Command::Members { .. }]));
}

#[test]
fn what_is_typed_is_sent_and_shown_at_once_and_once_in_the_end() {
    let mut desk = Desk::in_lobby(2);
    let effects = desk.enter("hello");
    let sent = Effect::Send { room: "lobby".into(), text: "hello".into(), reply_to: None, nonce: "n-1".into() };
    assert!(effects.contains(&sent), "{effects:?}");
    assert!(desk.draw(80, 24).contains("hello …") && desk.app.composer.is_empty());

    let stored = Sent { seq: 3, at: "now".into(), duplicate: false };
    desk.put(Input::Sent("lobby".into(), "n-1".into(), Ok(stored)));
    assert!(desk.draw(80, 24).contains("hello …"), "its event is on its way");
    desk.event(with(said(3, "ann", "hello"), &json!({"nonce": "n-1"})));

    let screen = desk.draw(80, 24);
    assert_eq!((screen.matches("hello").count(), screen.contains("hello …")), (2, false), "once, and in the topic");
}

#[test]
fn what_the_server_refuses_can_be_tried_again_or_given_up() {
    let mut desk = Desk::in_lobby(1);
    desk.enter("hello");
    desk.put(Input::Sent("lobby".into(), "n-1".into(), Err(refused("forbidden"))));
    assert!(desk.draw(80, 24).contains("! not sent: you are muted"));

    let effects = desk.enter("/retry");
    assert!(matches!(&effects[..], [Effect::Send { nonce, .. }] if nonce == "n-1"), "{effects:?}");
    desk.put(Input::Sent("lobby".into(), "n-1".into(), Err(refused("forbidden"))));
    desk.enter("/discard");

    assert!(desk.room().pending.is_empty());
}

#[test]
fn leaving_with_something_unsent_takes_two() {
    let mut desk = Desk::in_lobby(1);
    desk.enter("hello");
    assert_eq!(desk.ctrl('q'), []);
    assert!(desk.app.remark.clone().unwrap().text.contains("One message is not sent yet"));
    assert_eq!(desk.ctrl('q'), [Effect::Quit]);
    assert_eq!(Desk::in_lobby(1).ctrl('c'), [Effect::Quit]);
}

#[test]
fn what_comes_elsewhere_is_counted_and_calls_ring() {
    let mut desk = Desk::in_lobby(1);
    let other = |seq, rest: Value| with(with(said(seq, "bob", "hi @ann"), &json!({"room": "garden"})), &rest);
    assert_eq!(desk.event(other(1, json!({}))), []);
    let effects = desk.event(other(2, json!({"mentions": [{"id": "a", "name": "ann"}]})));
    assert_eq!(effects, [Effect::Ring]);
    assert_eq!(desk.event(other(2, json!({}))), [], "a repeated one is not counted");
    assert_eq!(desk.app.room_named("garden").unwrap().mark(), Some((4, true)));
    assert_eq!(desk.app.title(), "(4) #lobby · Parlor");

    desk.told(json!({"type": "level", "room": "garden", "level": "nothing"}));
    assert_eq!(desk.event(other(3, json!({"everyone": true}))), []);
    assert_eq!(desk.app.title(), "#lobby · Parlor");
    desk.told(json!({"type": "read", "room": "garden", "seq": 3, "unread": 0}));
    assert_eq!(desk.app.room_named("garden").unwrap().unread, 0);
}

#[test]
fn what_is_seen_at_the_end_is_told_once_a_second_and_only_while_somebody_looks() {
    let mut desk = Desk::in_lobby(3);
    let read = |seq| Effect::Tell(Command::Read { room: "lobby".into(), seq });
    assert_eq!((desk.room().read_seq, desk.room().unread), (3, 0), "the page was seen");

    assert_eq!(desk.event(said(4, "bob", "four")), [], "too soon after the last time");
    assert_eq!(wakes_at(&desk.app), Some(desk.now.plus(Duration::from_secs(1))));
    assert_eq!(desk.pass(1), [read(4)]);

    desk.put(Input::Terminal(Key::FocusLost));
    desk.pass(5);
    assert_eq!(desk.event(said(5, "bob", "five")), []);
    assert_eq!(desk.room().unread, 1);
    assert!(desk.draw(80, 24).contains(" New "), "where one left off");
    assert_eq!(desk.put(Input::Terminal(Key::FocusGained)), [read(5)]);
}

#[test]
fn scrolling_up_reads_what_was_before_and_stays_while_others_write() {
    let mut desk = Desk::connected();
    let page =
        |from: Seq| (from..from + 60).map(|seq| said(seq, "bob", &format!("message {seq}."))).collect::<Vec<_>>();
    desk.newest("lobby", &page(101), true);
    desk.draw(80, 24);

    let mut effects = Vec::new();
    for _ in 0..3 {
        effects.extend(desk.press(KeyCode::PageUp));
        desk.draw(80, 24);
    }
    assert!(matches!(asked(&effects)[..], [Command::History { before: Some(101), .. }]), "asked once: {effects:?}");
    let before = desk.draw(80, 24);
    desk.page("lobby", PageAt::Before(101), &page(41), false);
    desk.event(said(161, "bob", "news"));
    let after = desk.draw(80, 24);

    // The last row also says that there is more below.
    let word = |line: &str| line.split('↓').next().map(|line| line.trim_end().to_owned());
    let lines: Vec<&str> = after.lines().collect();
    for (at, line) in before.lines().enumerate().filter(|(_, line)| line.contains("message 1")) {
        assert_eq!(word(line), word(lines[at]), "nothing has moved");
    }
    assert!(after.contains("1 new message"));
    assert_eq!(desk.room().unread, 1, "it was not seen");
    desk.press(KeyCode::End);
    assert!(desk.draw(80, 24).contains("news"));
    assert_eq!(desk.room().unread, 0);
    desk.press_with(KeyCode::Home, KeyModifiers::CONTROL);
    assert!(desk.draw(80, 24).contains("This is the beginning of #lobby."));
}

#[test]
fn a_message_can_be_chosen_answered_changed_and_deleted() {
    let mut desk = Desk::in_lobby(3);
    desk.event(said(4, "ann", "my own"));
    desk.draw(80, 24);
    desk.press_with(KeyCode::Up, KeyModifiers::CONTROL);
    assert_eq!((desk.app.selected, desk.app.focus), (Some(4), Focus::Timeline));

    desk.press(KeyCode::Char('e'));
    assert_eq!(desk.app.composer.text(), "my own");
    let effects = desk.enter("!");
    assert_eq!(asked(&effects), [&Command::Edit { room: "lobby".into(), seq: 4, text: "my own!".into() }]);

    desk.press_with(KeyCode::Up, KeyModifiers::CONTROL);
    desk.press(KeyCode::Up);
    desk.press(KeyCode::Char('r'));
    assert!(desk.draw(80, 24).contains("Answering bob: message 3"));
    let effects = desk.enter("yes");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Send { reply_to: Some(3), .. })), "{effects:?}");

    desk.enter("/delete");
    assert!(desk.draw(80, 24).contains("Delete this message for everybody?"));
    assert_eq!(desk.press(KeyCode::Char('n')), []);
    desk.enter("/delete");
    assert_eq!(asked(&desk.press(KeyCode::Char('y'))), [&Command::Delete { room: "lobby".into(), seq: 4 }]);
    desk.app.selected = Some(3);
    desk.enter("/edit x");
    assert_eq!(asked(&desk.enter("/react :tada:")).len(), 1);
}

#[test]
fn commands_do_what_they_say_and_unknown_ones_say_so() {
    let mut desk = Desk::in_lobby(2);
    let react = desk.enter("/react 🎉");
    assert_eq!(asked(&react), [&Command::React { room: "lobby".into(), seq: 2, emoji: "🎉".into(), on: true }]);
    desk.enter("/react nonsense");
    assert!(desk.app.remark.clone().unwrap().is_error);
    desk.enter("/nonsense");
    assert_eq!(desk.app.remark.clone().unwrap().text, "/nonsense is not known; /help lists the commands");
    let effects = desk.enter("/msg carol hi there");
    let direct = Call::post("/api/v1/direct", json!({"user": "carol"}));
    assert_eq!(effects, [Effect::Call(About::Direct("hi there".into()), direct)]);
    let effects = desk.answer(About::Direct("hi there".into()), &json!({"room": "direct-2"}));
    let writes_to = |effects: &[Effect], name: &str| {
        effects.iter().any(|effect| matches!(effect, Effect::Send { room, .. } if room == name))
    };
    assert!(writes_to(&effects, "direct-2"));
    let effects = desk.enter("/msg bob hi there");
    assert!(writes_to(&effects, "direct-1"), "that room is known: {effects:?}");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Call(..))), "nothing has to be asked for");

    let effects = desk.enter("/join Tools2 create");
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Join { room, create: true, looks: true, .. } if room == "tools2"))
    );
    for _ in 0..2 {
        let effects = desk.enter("/join tools2 sesame");
        let gives_it = |effect: &Effect| matches!(effect, Effect::Join { key: Some(key), .. } if key == "sesame");
        assert!(effects.iter().any(gives_it), "also in the room that was refused: {effects:?}");
    }
    assert!(desk.enter("//join").iter().any(|effect| matches!(effect, Effect::Send { text, .. } if text == "/join")));
    assert_eq!(desk.enter("/theme light"), [Effect::KeepTheme("light")]);
    desk.enter("/nick eve");
    assert!(desk.app.remark.clone().unwrap().text.contains("/settings"), "an account keeps its name");
    desk.enter("/help");
    assert!(desk.app.help.is_some());
    desk.press(KeyCode::Esc);
    assert_eq!((desk.app.help, desk.enter("/mouse off")), (None, vec![Effect::Mouse(false)]));
}

#[test]
fn every_command_that_is_explained_is_known() {
    for (name, ..) in typed::COMMANDS {
        let mut desk = Desk::in_lobby(2);
        desk.enter(&format!("/{name}"));
        let remark = desk.app.remark.clone().map(|remark| remark.text).unwrap_or_default();
        assert!(!remark.contains("is not known"), "/{name}: {remark}");
    }
}

#[test]
fn tab_completes_people_rooms_emoji_and_commands() {
    let mut desk = Desk::in_lobby(2);
    for (typed, completed) in [
        ("hi @b", "hi @bob "),
        ("see #ga", "see #garden "),
        ("yes :tada", "yes 🎉 "),
        ("/sea", "/search "),
        ("/join lo", "/join lobby "),
    ] {
        desk.app.composer.set(typed);
        desk.press(KeyCode::Tab);
        assert_eq!(desk.app.composer.text(), completed);
        desk.ctrl('c');
    }
    desk.app.composer.set("yes :tad");
    desk.press(KeyCode::Tab);
    assert!(desk.draw(80, 24).contains("🎉 tada"), "with its name");
    desk.ctrl('c');
    desk.app.composer.set("zzz");
    desk.press(KeyCode::Tab);
    assert!(desk.app.remark.is_some());
}

#[test]
fn typing_is_told_now_and_then_and_shown_for_a_while() {
    let mut desk = Desk::in_lobby(1);
    let typing = [Effect::Tell(Command::Typing { room: "lobby".into() })];
    assert_eq!(desk.press(KeyCode::Char('h')), typing);
    assert_eq!(desk.press(KeyCode::Char('i')), []);
    desk.pass(4);
    assert_eq!(desk.press(KeyCode::Char('!')), typing);
    desk.app.composer.set("");
    assert_eq!(desk.press(KeyCode::Char('/')), [], "a command is nobody's business");

    desk.told(json!({"type": "typing", "room": "lobby", "user": {"id": "b", "name": "bob"}}));
    assert!(desk.draw(80, 24).contains("bob is writing …"));
    assert_eq!(wakes_at(&desk.app), Some(desk.now.plus(TYPING_SHOWN)));
    desk.pass(6);
    assert!(!desk.draw(80, 24).contains("bob is writing"));
}

#[test]
fn a_lost_line_is_told_calmly_and_what_is_written_waits() {
    let mut desk = Desk::in_lobby(1);
    desk.enter("/nonsense");
    let why = ClientError::Unreachable { address: "h:1".into(), why: "refused".into() };
    desk.news(Event::Disconnected { why, retry_in: Duration::from_secs(1) });
    assert!(!desk.draw(120, 24).contains("Not connected"), "not at once");
    assert_eq!(wakes_at(&desk.app), Some(desk.now.plus(CALM)));
    desk.pass(4);
    assert!(desk.draw(120, 24).contains("Not connected, trying again. What you write is sent later."));
    desk.enter("meanwhile");
    assert!(desk.draw(120, 24).contains("meanwhile …"));

    let effects = desk.news(Event::Connected { user: Somebody { id: "a".into(), name: "ann".into() } });
    assert_eq!(asked(&effects), [&Command::Rooms], "marks may have changed");
    assert!(!desk.draw(120, 24).contains("Not connected"));
    desk.news(Event::Ended(ClientError::Ended { reason: "the login has ended".into() }));
    assert!(desk.draw(120, 24).contains("Disconnected: the server ended the session: the login has ended."));
}

#[test]
fn another_log_is_read_anew() {
    let mut desk = Desk::in_lobby(5);
    let effects = desk.news(Event::Reset { room: "lobby".into(), last_seq: 2 });
    assert!(desk.room().timeline.entries().is_empty());
    assert!(matches!(asked(&effects)[..], [Command::History { before: None, .. }, Command::Rooms]));
}

#[test]
fn search_leads_to_a_message_however_far_back() {
    let mut desk = Desk::connected();
    let page =
        |from: Seq| (from..from + 50).map(|seq| said(seq, "bob", &format!("message {seq}."))).collect::<Vec<_>>();
    desk.newest("lobby", &page(451), true);
    desk.enter("/search roses");
    let result =
        json!({"event": said(7, "bob", "roses"), "room": {"name": "lobby", "title": "lobby", "kind": "public"}});
    desk.answer(About::Search("roses".into()), &json!({"results": [result], "next": null}));
    assert!(desk.draw(140, 30).contains("bob in #lobby"));

    let effects = desk.press(KeyCode::Enter);
    assert!(matches!(asked(&effects)[..], [Command::History { before: None, after: Some(0), .. }]), "{effects:?}");
    let first = |to: Seq| (1..=to).map(|seq| said(seq, "bob", &format!("message {seq}."))).collect::<Vec<_>>();
    let effects = desk.page("lobby", PageAt::Around(7), &first(150), true);

    assert_eq!((asked(&effects).len(), desk.app.selected), (0, Some(7)), "one page, and there it is");
    let screen = desk.draw(140, 30);
    assert!(screen.contains("message 7.") && screen.contains("This is the beginning of #lobby."), "{screen}");
}

/// A lobby of 5,000 messages in which a far part is looked at: 2,950 to 3,049, with 3,000 chosen.
fn far_back() -> Desk {
    let mut desk = Desk::connected();
    desk.newest("lobby", &lines(4_951, 5_000), true);
    desk.draw(80, 24);
    moving::go_to(&mut desk.app, "lobby", 3_000);
    let effects = desk.app.take_effects();
    assert!(matches!(asked(&effects)[..], [Command::History { after: Some(2_949), .. }]), "{effects:?}");
    desk.page("lobby", PageAt::Around(3_000), &lines(2_950, 3_049), true);
    desk.draw(80, 24);
    desk
}

fn lines(from: Seq, to: Seq) -> Vec<Value> {
    (from..=to).map(|seq| said(seq, "bob", &format!("message {seq}."))).collect()
}

#[test]
fn an_older_part_is_looked_at_by_itself_while_others_write() {
    let mut desk = far_back();
    assert_eq!(desk.app.selected, Some(3_000));
    desk.event(said(5_001, "bob", "news"));
    desk.event(json!({"type": "edited", "room": "lobby", "seq": 5_002, "at": "2026-11-21T09:00:00Z", "target": 3_000,
        "text": "changed", "user": {"id": "b", "name": "bob"}}));
    let screen = desk.draw(80, 24);
    assert!(screen.contains("changed (edited)") && screen.contains("↓ 1 new message"), "{screen}");
    assert_eq!(desk.room().unread, 1, "it was not seen");

    desk.enter("meanwhile");
    let screen = desk.draw(80, 24);
    assert!(screen.contains("message 5000.") && screen.contains("news") && screen.contains("meanwhile …"), "{screen}");
    assert_eq!((desk.room().unread, desk.room().timeline.entries().len()), (0, 51), "nothing had to be read anew");
}

#[test]
fn an_older_part_grows_on_both_sides_until_it_reaches_the_newest_one() {
    let mut desk = far_back();
    let mut effects = Vec::new();
    for _ in 0..6 {
        effects.extend(desk.press(KeyCode::PageDown));
        desk.draw(80, 24);
    }
    assert!(matches!(asked(&effects)[..], [Command::History { after: Some(3_049), .. }]), "asked once: {effects:?}");
    // An answer that belongs to something else is passed over.
    desk.page("lobby", PageAt::After(1_000), &lines(1_001, 1_002), true);
    desk.page("lobby", PageAt::Before(7), &lines(1, 6), false);
    assert_eq!(desk.room().shown().ends(), Some((2_950, 3_049)));

    let before = desk.draw(80, 24);
    desk.page("lobby", PageAt::After(3_049), &lines(3_050, 3_149), true);
    assert_eq!(before.lines().nth(8), desk.draw(80, 24).lines().nth(8), "nothing has moved");
    assert!(desk.room().aside.is_some());
    for _ in 0..30 {
        desk.press(KeyCode::PageDown);
        desk.draw(80, 24);
    }
    desk.page("lobby", PageAt::After(3_149), &lines(3_150, 4_980), true);

    assert!(desk.room().aside.is_none());
    assert_eq!(desk.room().timeline.entries().len(), 5_000 - 2_949, "each once, without a gap");
    assert!(desk.draw(80, 24).contains("message 31"), "and it stands where it stood");
}

#[test]
fn the_first_new_message_is_one_page_away_however_many_there_are() {
    let mut desk = Desk::new();
    desk.news(Event::Connected { user: Somebody { id: "a".into(), name: "ann".into() } });
    let mut listed = rooms();
    listed["rooms"][0]["unread"] = json!(4_000);
    listed["rooms"][0]["read_seq"] = json!(1_000);
    listed["rooms"][0]["last_seq"] = json!(5_000);
    desk.answer(About::Rooms, &listed);
    assert!(desk.draw(80, 24).contains("4000 messages are new. Alt-U goes to the first of them."));
    desk.newest("lobby", &lines(4_921, 5_000), true);
    desk.draw(80, 24);

    let effects = desk.press_with(KeyCode::Char('u'), KeyModifiers::ALT);
    assert!(matches!(asked(&effects)[..], [Command::History { after: Some(950), .. }]), "{effects:?}");
    desk.page("lobby", PageAt::Around(1_001), &lines(951, 1_100), true);

    assert_eq!(desk.app.selected, Some(1_001));
    let screen = desk.draw(80, 24);
    assert!(screen.contains(" New ") && screen.contains("message 1001."), "{screen}");
    desk.app.selected = None;
    desk.app.focus = Focus::Composer;
    assert_eq!(asked(&desk.enter("/unread")).len(), 0, "it is there");
    assert_eq!(desk.app.selected, Some(1_001));
}

#[test]
fn a_thread_that_is_open_shows_what_happens_in_it() {
    let mut desk = Desk::in_lobby(3);
    let answer = |seq, name, text| with(said(seq, name, text), &json!({"thread": 2, "reply_to": 2}));
    desk.event(answer(4, "bob", "first answer"));
    desk.app.selected = Some(2);
    desk.enter("/thread");
    let thread =
        json!({"root": said(2, "bob", "message 2"), "events": [answer(4, "bob", "first answer")], "more": false});
    desk.answer(About::Thread("lobby".into(), 2), &thread);
    assert_eq!(desk.event(answer(5, "ann", "second answer")), [], "nothing has to be asked for");
    desk.event(answer(5, "ann", "second answer"));
    desk.event(said(6, "bob", "elsewhere"));
    let screen = desk.draw(80, 24);
    assert_eq!(screen.matches("second answer").count(), 1, "{screen}");
    assert!(!screen.contains("elsewhere") && screen.contains("first answer"), "{screen}");

    let edited = json!({"type": "edited", "room": "lobby", "seq": 7, "at": "2026-11-21T09:00:00Z", "target": 4,
        "text": "changed", "user": {"id": "b", "name": "bob"}});
    let effects = desk.event(edited);
    assert!(asked(&effects).contains(&&Command::Thread { room: "lobby".into(), seq: 2, limit: 200 }), "{effects:?}");
}

#[test]
fn what_is_not_there_is_asked_for_once_and_no_more() {
    let mut desk = Desk::connected();
    desk.newest("lobby", &[], false);
    assert_eq!(asked(&desk.press_with(KeyCode::Home, KeyModifiers::CONTROL)).len(), 0, "the log is empty");
    assert_eq!((desk.app.remark.clone(), desk.room().seek), (None, None));
    moving::go_to(&mut desk.app, "lobby", 7);
    assert_eq!(desk.app.take_effects(), []);
    assert_eq!(desk.app.remark.clone().unwrap().text, "This message is not there any more.");

    let mut desk = Desk::connected();
    desk.newest("lobby", &lines(4_951, 5_000), true);
    moving::go_to(&mut desk.app, "lobby", 3_000);
    assert_eq!(asked(&desk.app.take_effects()).len(), 1);
    assert_eq!(asked(&desk.page("lobby", PageAt::Around(3_000), &[], false)).len(), 0);
    assert!(desk.room().aside.is_none() && desk.room().seek.is_none());
    assert_eq!(desk.app.selected, Some(4_951), "the next one that is known");
}

#[test]
fn what_comes_while_the_newest_page_is_on_its_way_is_not_lost() {
    let mut desk = Desk::connected();
    desk.event(said(4, "bob", "newer than the page"));
    desk.newest("lobby", &lines(1, 3), false);
    let screen = desk.draw(80, 24);
    assert!(screen.contains("message 3.") && screen.contains("newer than the page"), "{screen}");
}

#[test]
fn the_mouse_opens_rooms_and_answers_messages() {
    let mut desk = Desk::in_lobby(3);
    let (area, _) = desk.app.regions.messages.iter().find(|(_, seq)| *seq == 2).copied().unwrap();
    desk.click(area.x + 5, area.y);
    assert_eq!(desk.app.selected, Some(2));
    desk.draw(80, 24);
    desk.click(area.x + 5, area.y);
    assert_eq!((desk.room().reply_to, desk.app.selected), (Some(2), None));
    let (area, _) = desk.app.regions.rooms.iter().find(|(_, name)| name == "garden").cloned().unwrap();
    let effects = desk.click(area.x + 1, area.y);
    assert_eq!(desk.app.current.as_deref(), Some("garden"));
    let listens = Effect::Join { room: "lobby".into(), after: Some(3), looks: false, create: false, key: None };
    assert!(effects.contains(&listens), "the room before is only listened to: {effects:?}");
}

#[test]
fn a_draft_waits_in_its_room() {
    let mut desk = Desk::in_lobby(1);
    desk.app.composer.set("not yet");
    desk.ctrl('n');
    assert_eq!(desk.app.composer.text(), "");
    while desk.app.current.as_deref() != Some("lobby") {
        desk.ctrl('n');
    }
    assert_eq!(desk.app.composer.text(), "not yet");
}

#[test]
fn a_room_that_is_closed_to_one_says_so_and_the_client_goes_on() {
    let mut desk = Desk::in_lobby(1);
    desk.enter("/join secret");
    let effects = desk.put(Input::Joined("secret".into(), Err(refused("not_found"))));
    assert!(desk.app.remark.clone().unwrap().text.contains("/join secret create"));
    assert_eq!(asked(&effects), [&Command::Rooms]);
    desk.answer(About::Rooms, &rooms());
    assert!(desk.app.current.is_some());
    desk.app.panel = Panel::Members;
    desk.event(json!({"type": "left", "room": "garden", "seq": 9, "at": "2026-11-21T09:00:00Z",
        "user": {"id": "a", "name": "ann"}, "by": {"id": "b", "name": "bob"}}));
    assert!(!desk.app.room_named("garden").unwrap().is_member);
}

#[test]
fn after_a_sleep_the_line_is_made_anew() {
    assert_eq!(Desk::in_lobby(1).put(Input::Woke), [Effect::Reconnect]);
}

#[test]
fn a_guest_may_come_in_under_another_name() {
    let mut desk = Desk::in_lobby(1);
    desk.app.setup.is_guest = true;
    assert_eq!(desk.enter("/nick eve"), [Effect::ComeInAs("eve".into())]);
    desk.put(Input::CameInAs);
    let effects = desk.news(Event::Connected { user: Somebody { id: "e".into(), name: "eve".into() } });
    let joins = effects
        .iter()
        .any(|effect| matches!(effect, Effect::Join { room, after: None, looks: true, .. } if room == "lobby"));
    assert!(joins && desk.app.name == "eve", "{effects:?}");
    desk.enter("waits");
    desk.enter("/nick other");
    assert!(desk.app.remark.clone().unwrap().is_error, "what waits would be another author's");
    assert_eq!(desk.room().pending[0].state, PendingState::Waiting);
}
