//! A sample of every context in every shape, and the test that every template renders with them: Tera fails on a field
//! that is not there, so a template and its context can never drift apart unseen.

use jiff::tz::TimeZone;
use serde::Serialize;
use uuid::Uuid;

use super::api_docs::ApiDocsPage;
use super::error::{BarePage, ErrorPage, ErrorView, ShellPage};
use super::event::{EventView, TimelineEntry};
use super::forms::{
    ConversationPage, DirectStartPage, FormPage, GuestForm, LoginForm, PersonView, RegisterForm, SetupForm,
};
use super::members::{Looking, MemberView, MembersPage, PersonPage, RoomCard};
use super::render::Renderer;
use super::room::{RoomPage, RoomView, Shown};
use super::room_settings::{BannedView, MaskView, RoomSettingsPage, RulesForm, SlowChoice};
use super::rooms::{CreateForm, ListedPersonView, ListedRoomView, RoomsPage};
use super::{LanguageView, PageView, SidebarView, ViewerView};
use crate::domain::access::{Access, GuestAccess, Registration};
use crate::domain::clock::Timestamp;
use crate::domain::emoji::Emoji;
use crate::domain::event::{Deed, Event, EventBody, Message, MessageState, Quote, Reactions, Replies};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::membership::{Level, Role};
use crate::domain::mention::Mentions;
use crate::domain::name::{RoomName, UserName};
use crate::domain::permission::Refusal;
use crate::domain::person::{Author, Person, SiteRole, Standing, Status};
use crate::domain::room::{Description, RoomKind, Topic};
use crate::domain::room_rules::{RoomKey, RoomRules};
use crate::domain::status_line::{StatusLine, StatusText};
use crate::protocol::answer::{MemberEntry, RoomEntry, RoomLook};
use crate::protocol::encode::EventHtml;
use crate::protocol::server_frame::ShownLine;
use crate::web::words::Words;
use crate::web::words::language::Language;

const NASTY: &str = "<script>\"'&";
const NOW: Timestamp = Timestamp(1_795_215_900_000);

fn renderer() -> Renderer {
    Renderer::new(TimeZone::UTC).unwrap_or_else(|error| panic!("{error}"))
}

/// Renders and checks what holds for every page.
fn render(name: &str, context: &impl Serialize) -> String {
    let renderer = renderer();
    let [english, ..] = Language::ALL.map(|language| {
        let html = renderer.page(language, name, context).unwrap_or_else(|error| panic!("{error}"));
        assert!(!html.contains(NASTY), "{name} does not escape");
        assert!(!html.contains("<script>"), "{name} has an inline script, or does not escape");
        assert!(!html.contains(" style="), "{name} has an inline style");
        html
    });
    english
}

fn author(name: &str) -> Author {
    let id = name.bytes().fold(1_u128, |id, byte| id.wrapping_mul(31) + u128::from(byte));
    Author { id: UserId(Uuid::from_u128(id)), name: UserName::trusted(name.into()) }
}

fn viewers() -> Vec<Option<Person>> {
    let person = |standing| {
        let Author { id, name } = author("ann");
        Some(Person { id, name, standing, device: None, grant: crate::domain::grant::Grant::ALL })
    };
    vec![
        None,
        person(Standing::Guest),
        person(Standing::Account(SiteRole::Member)),
        person(Standing::Account(SiteRole::Owner)),
    ]
}

fn pages() -> Vec<PageView> {
    let mut pages = Vec::new();
    for viewer in viewers() {
        for demo in [true, false] {
            let access =
                Access { demo, guests: GuestAccess::Open, registration: Registration::Open, quarantine_hours: 0 };
            pages.push(PageView {
                lang: "en",
                dir: "ltr",
                theme: "auto",
                density: "cosy",
                sound: demo,
                title: NASTY.into(),
                server_name: NASTY.into(),
                assets: "/static/v-dev".into(),
                path: "/rooms".into(),
                demo,
                version: "0.1.0",
                flash: if demo { NASTY.into() } else { String::new() },
                notice: if demo { NASTY.into() } else { String::new() },
                accent: if demo { "aabbcc".into() } else { String::new() },
                viewer: ViewerView::new(viewer.as_ref(), access),
                here: NASTY.into(),
                languages: Language::ALL.map(LanguageView::from),
            });
        }
    }
    pages
}

fn entry(name: &str, kind: RoomKind, unread: u64) -> RoomEntry {
    let other = (kind == RoomKind::Direct).then(|| author("bob"));
    RoomEntry {
        room: RoomName::trusted(name.into()),
        kind,
        title: other.as_ref().map_or_else(|| name.to_owned(), |other| other.name.to_string()),
        topic: Topic::trusted(NASTY.into()),
        member: unread > 0,
        members: unread,
        last_seq: 300,
        read_seq: 300 - unread,
        unread,
        mentions: unread.min(2),
        level: Level::All,
        archived: false,
        online: 1,
        other,
        others: Vec::new(),
        other_online: unread > 0,
    }
}

fn entries() -> Vec<RoomEntry> {
    vec![
        entry("lobby", RoomKind::Public, 0),
        entry("general", RoomKind::Public, 120),
        entry("secret", RoomKind::Private, 1),
        entry("direct-0a", RoomKind::Direct, 3),
    ]
}

fn sidebars() -> [SidebarView; 2] {
    [SidebarView::default(), SidebarView::new(&entries(), false, Some("lobby"))]
}

fn event(seq: u64, body: EventBody) -> Event {
    let room_name = RoomName::trusted("lobby".into());
    Event { room: RoomId(1), room_name, seq, n: seq, author: author("ann"), at: Timestamp(NOW.0 - 1), body }
}

fn message(seq: u64, text: &str, reply_to: Option<u64>) -> Event {
    event(seq, EventBody::Message(Message { text: text.into(), reply_to, nonce: None, ..Message::default() }))
}

/// Messages of which all that can become of one has become.
fn changed_messages() -> Vec<Event> {
    let deed = || Some(Deed { by: author("bob"), at: NOW });
    let users = vec![author("ann"), author("bob")];
    let reactions = vec![
        Reactions { emoji: "👍".into(), count: 25, users: users.clone(), mine: true },
        Reactions { emoji: "🎉".into(), count: 1, users: Vec::new(), mine: false },
    ];
    let replies = Some(Replies { count: 1, last_seq: 8, last_at: NOW });
    let kept = MessageState { edited_at: Some(NOW), edits: 1, pinned: deed(), replies, reactions, deleted: None };
    let gone = MessageState { deleted: deed(), ..MessageState::default() };
    let quote = |text: &str| Some(Box::new(Quote { author: author("bob"), text: text.into() }));
    let mentions = Some(Box::new(Mentions { people: users, everyone: false }));
    let body = |message| EventBody::Message(message);
    let text = || NASTY.to_owned();
    vec![
        event(6, body(Message { text: text(), mentions, state: Some(Box::new(kept)), ..Message::default() })),
        event(7, body(Message { state: Some(Box::new(gone)), ..Message::default() })),
        event(
            8,
            body(Message {
                text: text(),
                reply_to: Some(6),
                thread: Some(6),
                quote: quote(NASTY),
                ..Message::default()
            }),
        ),
        event(9, body(Message { text: text(), reply_to: Some(7), quote: quote(""), ..Message::default() })),
        event(10, EventBody::Pinned { target: 6, on: true }),
    ]
}

fn events() -> Vec<Event> {
    let mut events = vec![
        message(1, NASTY, None),
        message(2, "*hello*", Some(1)),
        event(3, EventBody::Joined { role: Role::Member, by: Some(author("bob")) }),
        event(4, EventBody::Joined { role: Role::Member, by: None }),
        event(5, EventBody::Left { by: None }),
    ];
    events.extend(changed_messages());
    events
}

fn look(kind: RoomKind, may: Result<(), Refusal>) -> RoomLook {
    RoomLook {
        id: RoomId(1),
        room: RoomName::trusted("lobby".into()),
        kind,
        topic: Topic::trusted(if may.is_ok() { NASTY.into() } else { String::new() }),
        description: Description::default(),
        archived: false,
        slow_mode: 0,
        rules: RoomRules { key: RoomKey::parse("sesame").ok().filter(|_| may.is_ok()), ..RoomRules::default() },
        has_key: true,
        last_seq: 5,
        read_seq: 2,
        unread: 3,
        level: Level::All,
        role: may.is_ok().then_some(Role::Owner),
        members: 2,
        online: 1,
        may_post: may,
        may_join: may,
        may_come_in: may.map_err(|_| Refusal::KeyNeeded),
        may_rule: may,
        may_leave: may,
        may_add: may,
        may_pin: may,
        may_describe: may,
        may_archive: may,
        may_slow: may,
        may_appoint: may,
        may_moderate: may.is_ok(),
    }
}

fn said() -> ShownLine {
    let text = StatusText::trusted(NASTY.into());
    ShownLine::new(Some(&StatusLine { emoji: Emoji::parse("🌴").ok(), text, until: None }))
}

fn members(look: &RoomLook) -> Vec<MemberView> {
    let Some(ann) = viewers().pop().flatten() else { return Vec::new() };
    let access =
        Access { demo: false, guests: GuestAccess::Open, registration: Registration::Open, quarantine_hours: 0 };
    let member = |name, role, status| {
        let Author { id, name } = author(name);
        let (bot, line) = (role == Some(Role::Member), said());
        MemberView::new(
            &MemberEntry { id, name, role, bot, status, line, last_seen: Some(NOW) },
            Looking { look, account: Some(&ann), access },
        )
    };
    vec![
        member("ann", Some(Role::Owner), Status::Online),
        member("bob", Some(Role::Member), Status::Offline),
        member("mod", Some(Role::Moderator), Status::Away),
        member("eve", None, Status::Busy),
    ]
}

fn room_page(page: PageView, sidebar: SidebarView, room: RoomView, with_events: bool) -> RoomPage {
    let renderer = renderer();
    let shared: Vec<_> = events().into_iter().map(std::sync::Arc::new).collect();
    let timeline = super::event::timeline(
        &shared,
        Some(2),
        NOW,
        renderer.writing(&Words::of(Language::English), Some(author("ann").id)),
    );
    let viewer = (page.viewer.kind != "nobody").then(|| author("ann"));
    RoomPage {
        pending_event: EventView::pending("lobby", viewer.as_ref(), NOW, &TimeZone::UTC),
        timeline: if with_events { timeline } else { Vec::new() },
        page,
        sidebar,
        room,
    }
}

#[test]
fn the_page_of_a_room_renders_in_every_shape() {
    for kind in [RoomKind::Public, RoomKind::Private, RoomKind::Direct] {
        for may in [Ok(()), Err(Refusal::NotMember)] {
            for page in pages() {
                for (focus, sidebar) in [0, 2].into_iter().zip(sidebars()) {
                    let shown = Shown { first: 2, last: 4, focus, is_newest: focus == 0 };
                    let has_name = page.viewer.kind != "nobody";
                    let room = RoomView::new(
                        &look(kind, may),
                        ("lobby", "/rooms/lobby"),
                        shown,
                        has_name,
                        "nonce".into(),
                        &Words::of(Language::English),
                    );
                    let room = RoomView { text_value: NASTY.into(), text_error: NASTY.into(), ..room };
                    let html = render("pages/room.html", &room_page(page.clone(), sidebar, room, focus == 0));
                    let can_write = has_name && may.is_ok();
                    assert_eq!(html.contains("name=\"text\""), can_write, "{html}");
                }
            }
        }
    }
}

#[test]
fn what_changes_a_message_comes_as_the_part_that_changes() {
    let renderer = renderer();
    let edited = EventHtml::render(&renderer, &event(11, EventBody::Edited { target: 1, text: "*new*".into() }));
    let put = EventBody::Reaction { target: 1, emoji: "👍".into(), on: true, count: 3 };
    let pill = EventHtml::render(&renderer, &event(12, put));
    let deleted = EventHtml::render(&renderer, &event(13, EventBody::Deleted { target: 1, moderator: false }));

    assert!(edited.starts_with("<p><em>new</em>") && edited.contains("href=\"/rooms/lobby/1/edits\""), "{edited}");
    assert!(pill.starts_with("<button class=\"reaction\"") && pill.trim_end().ends_with("</button>"), "{pill}");
    assert!(pill.contains(">3</span>") && deleted.is_empty(), "{pill} {deleted}");
}

#[test]
fn a_live_message_is_the_same_html_as_the_page_shows() {
    let renderer = renderer();
    let shown = Shown { first: 2, last: 2, focus: 0, is_newest: true };
    let page = pages().remove(5);
    let room = RoomView::new(
        &look(RoomKind::Public, Ok(())),
        ("lobby", "/rooms/lobby"),
        shown,
        true,
        "nonce".into(),
        &Words::of(Language::English),
    );
    let said = message(2, "*hello* <b>", Some(1));
    let context = RoomPage {
        timeline: vec![TimelineEntry::Event {
            event: Box::new(EventView::new(
                &said,
                renderer.writing(&Words::of(Language::English), Some(author("ann").id)),
            )),
        }],
        ..room_page(page, SidebarView::default(), room, false)
    };

    let live = EventHtml::render(&renderer, &said);

    assert!(live.starts_with("<article") && live.contains("<em>hello</em> &lt;b&gt;"), "{live}");
    assert!(render("pages/room.html", &context).contains(&live));
}

#[test]
fn every_event_renders_by_itself() {
    let renderer = renderer();
    for event in events() {
        let html = EventHtml::render(&renderer, &event);
        assert!(html.contains(&format!("data-seq=\"{}\"", event.seq)) && !html.contains("<script>"), "{html}");
    }
}

#[test]
fn the_list_of_rooms_renders_in_every_shape() {
    for page in pages() {
        for (error, sidebar) in ["", NASTY].into_iter().zip(sidebars()) {
            let allowed = page.viewer.can_create_rooms;
            let account = page.viewer.kind == "account";
            let create = CreateForm {
                allowed,
                name_value: error.into(),
                topic_value: error.into(),
                kind_value: if error.is_empty() { String::new() } else { "private".into() },
                name_error: error.into(),
                topic_error: error.into(),
            };
            let person = PersonView::from(&author("bob"));
            let people = vec![listed(person)];
            let rooms = entries().iter().map(|entry| ListedRoomView::new(entry, account)).collect();
            let (rooms, people) = if error.is_empty() { (Vec::new(), Vec::new()) } else { (rooms, people) };
            render(
                "pages/rooms.html",
                &RoomsPage { page: page.clone(), sidebar, rooms, filter: error.into(), create, people },
            );
        }
    }
}

#[test]
fn the_pages_around_the_chat_render_in_every_shape() {
    for page in pages() {
        for text in ["", NASTY].map(str::to_owned) {
            let full = !text.is_empty();
            let setup = SetupForm {
                needs_code: full,
                code_value: text.clone(),
                code_error: text.clone(),
                server_name_value: text.clone(),
                server_name_error: text.clone(),
                name_value: text.clone(),
                name_error: text.clone(),
                password_error: text.clone(),
                error: text.clone(),
            };
            render("pages/setup.html", &FormPage { page: page.clone(), form: setup });
            let login = LoginForm {
                name_value: text.clone(),
                name_error: text.clone(),
                password_error: text.clone(),
                error: text.clone(),
                next: text.clone(),
                can_register: full,
                guests: full,
                provider: text.clone(),
                provider_url: text.clone(),
                passkeys: full,
            };
            render("pages/login.html", &FormPage { page: page.clone(), form: login });
            let register = RegisterForm {
                code: text.clone(),
                login_url: text.clone(),
                invited_by: text.clone(),
                room_title: text.clone(),
                name_value: text.clone(),
                name_error: text.clone(),
                password_error: text.clone(),
                error: text.clone(),
            };
            render("pages/register.html", &FormPage { page: page.clone(), form: register });
            let guest = GuestForm { name_value: text.clone(), name_error: text.clone(), next: text.clone() };
            render("pages/guest.html", &FormPage { page: page.clone(), form: guest });
        }
    }
}

#[test]
fn errors_and_first_conversations_render_in_every_shape() {
    for page in pages() {
        for (text, sidebar) in ["", NASTY].into_iter().zip(sidebars()) {
            let error = ErrorView {
                status: 404,
                title: "Not found".into(),
                message: text.into(),
                action_url: text.into(),
                action_label: text.into(),
                request_id: text.into(),
            };
            render("pages/error.html", &ErrorPage { page: page.clone(), sidebar: sidebar.clone(), error });
            let person = PersonView::from(&author("bob"));
            render("pages/direct_start.html", &DirectStartPage { page: page.clone(), sidebar, person });
        }
    }
}

fn listed(person: PersonView) -> ListedPersonView {
    ListedPersonView {
        person,
        direct_url: "/direct/bob".into(),
        card_url: "/people/bob".into(),
        online: true,
        chosen: true,
    }
}

mod beside_rooms;
mod search;
mod settings;
mod sign_in;
mod threads;
