//! The context of `pages/gallery.html`: components in all their states, filled with samples. Each is rendered by the same
//! partial that pages use. To show another one, add a line to [`Specimen::all`].

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::forms::PersonView;
use super::members::RoomCard;
use super::render::{RenderError, Renderer};
use super::{PageView, RoomItem, SidebarView};
use crate::domain::clock::Timestamp;
use crate::domain::event::{Deed, Event, EventBody, Message, MessageState, Reactions, Replies};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::membership::Role;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Author;
use crate::domain::room::Topic;
use crate::protocol::encode::EventHtml;
use crate::web::words::language::Language;

/// 2026-11-21, in the morning.
const NOW: Timestamp = Timestamp(1_795_251_600_000);

/// The page.
#[derive(Debug, Serialize)]
pub struct GalleryPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// What is shown.
    pub specimens: Vec<Specimen>,
}

/// One component in one or more states.
#[derive(Debug, Serialize)]
pub struct Specimen {
    /// What it is.
    pub name: &'static str,
    /// For a link to it.
    pub id: String,
    /// The component.
    pub html: String,
}

impl Specimen {
    /// All of them, in this language.
    ///
    /// # Errors
    /// When a template and its sample do not fit together.
    pub fn all(renderer: &Renderer, language: Language, page: &PageView) -> Result<Vec<Self>, RenderError> {
        let render = |template: &str, contexts: &[Value]| -> Result<String, RenderError> {
            contexts.iter().map(|context| renderer.page(language, template, context)).collect()
        };
        let messages: String = events().iter().map(|event| renderer.render(event)).collect();
        let room =
            |kind| json!({ "page": page, "room": room(kind), "members": people(), "refused": "", "person_value": "" });
        let card = |person| json!({ "page": page, "person": person, "room": room_or_none(true) });
        let items: Vec<_> = rooms().iter().map(|item| json!({ "item": item })).collect();
        let labels: Vec<_> = WORDS.iter().map(|word| json!({ "word": word })).collect();
        Ok(vec![
            Self::new("Messages", messages),
            Self::new("Rooms in the list", format!("<ul>{}</ul>", render("partials/sidebar_item.html", &items)?)),
            Self::new("Controls", render("partials/gallery_controls.html", &labels)?),
            Self::new("People of a room", render("partials/room_people.html", &[room("public")])?),
            Self::new(
                "Cards of people",
                render("partials/person_card.html", &people().into_iter().map(card).collect::<Vec<_>>())?,
            ),
            Self::new("Keys", render("partials/shortcuts.html", &[json!({})])?),
            Self::new(
                "In place of the composer",
                render("partials/closed.html", &[closed(page, false), closed(page, true)])?,
            ),
        ])
    }

    fn new(name: &'static str, html: String) -> Self {
        Self { name, id: name.to_lowercase().replace(' ', "-"), html }
    }
}

/// Labels of every length.
const WORDS: [&str; 2] = ["Save", "A label that is much longer than anybody would wish a label to be"];

fn author(number: u128, name: &str) -> Author {
    Author { id: UserId(Uuid::from_u128(number)), name: UserName::trusted(name.into()) }
}

fn ann() -> Author {
    author(1, "Ann")
}

fn events() -> Vec<Event> {
    let long = "Donaudampfschifffahrtsgesellschaftskapitaenskajuetentuerschluesselanhaengerhalterung";
    let by = || Some(Deed { by: ann(), at: NOW });
    let thumbs = Reactions { emoji: "👍".into(), count: 3, users: vec![ann(), author(2, "bob")], mine: true };
    let hearts = Reactions { emoji: "❤️".into(), count: 120, users: vec![author(2, "bob")], mine: false };
    let replies = Replies { count: 12, last_seq: 20, last_at: NOW };
    let said = |text: &str, state: MessageState| {
        EventBody::Message(Message { text: text.into(), state: Some(Box::new(state)), ..Message::default() })
    };
    let plain = |text: &str| said(text, MessageState::default());
    let bodies = vec![
        (
            ann(),
            plain(
                "Good morning. The **new server** is up; `systemctl status parlor` looks *fine*. See https://example.org/notes",
            ),
        ),
        (
            author(2, "bob"),
            plain(
                "> Tell me when something feels slow.\n\nThe list below is what is left:\n\n1. backups\n2. certificates\n\n- [x] lunch\n- [ ] tea",
            ),
        ),
        (
            author(3, "zoë"),
            plain(
                "```rust\nfn main() {\n    println!(\"hello\");\n}\n```\n\n| when | what |\n|---|---|\n| 10:00 | backups |",
            ),
        ),
        (author(4, "a-name-of-thirty-two-characters-"), plain(long)),
        (author(5, "ليلى"), plain("صباح الخير، الخادم الجديد يعمل منذ السادسة.")),
        (ann(), plain("🎉")),
        (
            ann(),
            said(
                "This was changed, put up, answered and liked.",
                MessageState {
                    edited_at: Some(NOW),
                    edits: 2,
                    pinned: by(),
                    replies: Some(replies),
                    reactions: vec![thumbs, hearts],
                    ..MessageState::default()
                },
            ),
        ),
        (author(2, "bob"), said("", MessageState { deleted: by(), ..MessageState::default() })),
        (author(3, "zoë"), EventBody::Joined { role: Role::Member, by: None }),
        (author(3, "zoë"), EventBody::Joined { role: Role::Member, by: Some(ann()) }),
        (author(3, "zoë"), EventBody::Role { role: Role::Moderator, by: ann() }),
        (ann(), EventBody::Topic { topic: Topic::trusted("What grows, and who waters it".into()) }),
        (ann(), EventBody::Changed { description: None, archived: Some(true) }),
        (author(2, "bob"), EventBody::Left { by: Some(ann()) }),
    ];
    let number = |(seq, (author, body)): (u64, (Author, EventBody))| Event {
        room: RoomId(1),
        room_name: RoomName::trusted("gallery".into()),
        seq,
        n: seq,
        author,
        at: NOW,
        body,
    };
    (1..).zip(bodies).map(number).collect()
}

fn rooms() -> Vec<RoomItem> {
    let item = |title: &str, kind: &str, count: u64| RoomItem {
        name: format!("gallery-{title}"),
        title: title.to_owned(),
        kind: kind.to_owned(),
        url: "/dev/gallery".to_owned(),
        unread: count,
        mentions: 0,
        level: "all",
        count,
        last_seq: count,
        current: false,
        initials: super::initials(title),
        hue: 3,
        online: count > 0,
    };
    vec![
        item("quiet", "public", 0),
        item("unread", "public", 7),
        RoomItem { mentions: 1, ..item("mentioned", "private", 120) },
        RoomItem { current: true, ..item("open", "public", 0) },
        item("bob", "direct", 2),
        RoomItem { level: "nothing", ..item("muted", "public", 0) },
        item("a-name-that-is-much-too-long-for-the-list-of-rooms-it-stands-in", "public", 3),
    ]
}

/// People of every role, as a moderator and owner sees them.
fn people() -> Vec<Value> {
    let person = |author: Author, role: &str, online: bool| {
        let mut value = json!(PersonView::from(&author));
        let more = json!({
            "role": role,
            "online": online,
            "is_self": role == "owner",
            "direct_url": if role == "owner" || role == "guest" { "" } else { "/dev/gallery" },
            "card_url": if role == "guest" { "" } else { "/dev/gallery" },
            "roles": if role == "member" { json!(["moderator", "owner"]) } else { json!([]) },
            "can_remove": role == "member",
            "presence": if role == "moderator" { "busy" } else if online { "online" } else { "offline" },
            "status_emoji": if role == "owner" { "🌴" } else { "" },
            "status_text": if role == "owner" { "on holiday until Monday" } else { "" },
            "last_seen": if online { "" } else { "2026-11-21T08:00:00Z" },
            "last_seen_day": if online { "" } else { "2026-11-21" },
        });
        if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
            value.extend(more);
        }
        value
    };
    vec![
        person(ann(), "owner", true),
        person(author(2, "bob"), "member", false),
        person(author(3, "zoë"), "moderator", true),
        person(author(6, "gus"), "guest", true),
    ]
}

fn room(kind: &str) -> RoomCard {
    RoomCard {
        name: "gallery".into(),
        title: "gallery".into(),
        kind: kind.into(),
        url: "/dev/gallery".into(),
        base_url: "/dev/gallery".into(),
        topic: "What grows, and who waters it on Sunday".into(),
        description: "Beans, mostly.\nAnd slugs.".into(),
        archived: false,
        level: "all",
        is_member: true,
        count: 4,
        online: 3,
        can_join: false,
        asks_key: false,
        barred: String::new(),
        can_leave: true,
        can_add_people: true,
        can_describe: true,
        can_archive: true,
        can_slow: false,
        can_rule: false,
    }
}

fn room_or_none(is_there: bool) -> Value {
    if is_there { json!(room("public")) } else { Value::Null }
}

fn closed(page: &PageView, can_join: bool) -> Value {
    let why = if can_join { "Join the room first." } else { "This room is archived." };
    json!({ "page": page, "room": { "why_not": why, "can_join": can_join, "asks_key": false, "key_error": "", "url": "/dev/gallery", "base_url": "/dev/gallery" } })
}
