//! Fifty messages as people write them, and fifty that nobody writes.

use std::sync::Arc;

use parlor::domain::clock::Timestamp;
use parlor::domain::event::{Event, EventBody, Message, SharedEvent};
use parlor::domain::ids::{RoomId, Seq, UserId};
use parlor::domain::mention::Mentions;
use parlor::domain::name::{RoomName, UserName};
use parlor::domain::person::Author;

/// Ten texts; each comes five times.
const TEXTS: [&str; 10] = [
    "Good morning",
    "The deploy went through last night, nothing unusual in the logs so far. I will look again after lunch.",
    "Did anybody change the address of the staging server? Mine times out, and it was fine on Friday.",
    "ok",
    "Two things:\n\n- the *second* import is **twice** as slow as the first one\n- `make check` fails on a clean clone, see below",
    "see https://example.org/wiki/Release_notes?version=12#breaking for what has changed",
    "@ann could you have a look, please? It is in #deploys since yesterday.",
    "👍",
    "> it was fine on Friday\n\nThen somebody has changed it. Who has the key?",
    "```rust\nfn read(path: &Path) -> io::Result<String> {\n    // Small files only.\n    let text = fs::read_to_string(path)?;\n    Ok(text.trim_end().to_owned())\n}\n```",
];

/// As people write.
pub fn typical() -> Vec<SharedEvent> {
    events(|number| TEXTS[number % TEXTS.len()].to_owned())
}

/// As somebody might who means harm.
pub fn hostile() -> Vec<SharedEvent> {
    events(|_| format!("```js\n{}\n```", "a(1) ".repeat(3_200)))
}

fn events(text: impl Fn(usize) -> String) -> Vec<SharedEvent> {
    (0..50).map(|number| event(number, text(number))).collect()
}

fn event(number: usize, text: String) -> SharedEvent {
    let seq = number as Seq + 1;
    let mentions = text.contains("@ann").then(|| Box::new(Mentions { people: vec![author("ann")], everyone: false }));
    Arc::new(Event {
        room: RoomId(1),
        room_name: RoomName::trusted("lobby".to_owned()),
        seq,
        n: seq,
        // Three people, who write a few messages in a row.
        author: author(["ann", "bob", "莉莉"][number / 3 % 3]),
        at: Timestamp(1_795_251_600_000 - 60_000 * (50 - i64::try_from(number).unwrap_or_default())),
        body: EventBody::Message(Message { text, mentions, ..Message::default() }),
    })
}

fn author(name: &str) -> Author {
    let digit = char::from(b'0' + u8::try_from(name.len() % 10).unwrap_or_default());
    let id = format!("00000000-0000-7000-8000-00000000000{digit}");
    Author { id: UserId::parse(&id).expect("a good id"), name: UserName::trusted(name.to_owned()) }
}
