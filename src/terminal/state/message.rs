//! One entry of a timeline as it is now: a message with what has become of it, or a line about the room.

use serde_json::{Map, Value};

use crate::client::frame::{LogEvent, Somebody};
use crate::domain::clock::Timestamp;
use crate::domain::ids::Seq;
use crate::terminal::clean;

/// An entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number in the log.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// What.
    pub body: Body,
    /// Goes up with every change, so that what was laid out is laid out anew.
    pub revision: u32,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Somebody's words.
    Message(Box<Message>),
    /// Something happened: `ann joined`.
    Notice(String),
}

/// A message. All texts are clean.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Message {
    /// The id of who wrote it.
    pub author_id: String,
    /// The name it was written under.
    pub author: String,
    /// Markdown.
    pub text: String,
    /// The name its sender gave it.
    pub nonce: Option<String>,
    /// The message it answers, and the first one of that thread.
    pub reply_to: Option<Seq>,
    /// See there.
    pub thread: Option<Seq>,
    /// Who is answered, and the beginning of what they said.
    pub quote: Option<(String, String)>,
    /// Whether it says something else than at first.
    pub is_edited: bool,
    /// Who took it back.
    pub deleted_by: Option<String>,
    /// Whether it was put up.
    pub is_pinned: bool,
    /// What people put on it.
    pub reactions: Vec<Reaction>,
    /// How many answers its thread has, and the number of the last one.
    pub replies: (u64, Seq),
    /// Whether it calls whoever reads.
    pub calls_me: bool,
}

/// An emoji on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// Which.
    pub emoji: String,
    /// By how many people.
    pub count: u64,
    /// Whether whoever reads is one of them.
    pub is_mine: bool,
}

impl Entry {
    /// What an event adds to a timeline; `None` for those that only change a message, and those not known yet.
    #[must_use]
    pub fn of(event: &LogEvent, me: &str) -> Option<Self> {
        let body = if event.kind == "message" {
            Body::Message(Box::new(message(event, me)))
        } else {
            Body::Notice(notice(event)?)
        };
        Some(Self { seq: event.seq, at: Timestamp::parse(&event.at).unwrap_or_default(), body, revision: 0 })
    }

    /// The message, if it is one that is still there.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        match &self.body {
            Body::Message(message) => Some(message),
            Body::Notice(_) => None,
        }
    }
}

impl Message {
    /// Puts a number of people beside an emoji; none takes it away.
    pub fn react(&mut self, emoji: &str, count: u64, mine: Option<bool>) {
        let place = self.reactions.iter().position(|reaction| reaction.emoji == emoji);
        match (place, count) {
            (Some(place), 0) => drop(self.reactions.remove(place)),
            (Some(place), _) => {
                let reaction = &mut self.reactions[place];
                reaction.count = count;
                reaction.is_mine = mine.unwrap_or(reaction.is_mine);
            }
            (None, 0) => {}
            (None, _) => {
                self.reactions.push(Reaction { emoji: emoji.to_owned(), count, is_mine: mine.unwrap_or_default() });
            }
        }
    }
}

fn message(event: &LogEvent, me: &str) -> Message {
    let more = &event.more;
    let number = |name: &str| more.get(name).and_then(Value::as_u64);
    let replies = more.get("replies");
    let of_replies = |name: &str| replies.and_then(|replies| replies[name].as_u64()).unwrap_or_default();
    let (author_id, author) = person(event.author.as_ref());
    let deleted = more.get("deleted");
    let mut message = Message {
        text: clean::text(event.text.as_deref().unwrap_or_default()),
        nonce: more.get("nonce").and_then(Value::as_str).map(str::to_owned),
        reply_to: number("reply_to"),
        thread: number("thread"),
        quote: more.get("quote").map(|quote| (word(&quote["author"], "name"), word(quote, "text"))),
        is_edited: more.contains_key("edited_at"),
        deleted_by: deleted.map(|deleted| word(&deleted["by"], "name")),
        is_pinned: more.contains_key("pinned"),
        replies: (of_replies("count"), of_replies("last_seq")),
        calls_me: author_id != me && calls(more, me),
        author_id,
        author,
        reactions: Vec::new(),
    };
    for reaction in more.get("reactions").and_then(Value::as_array).into_iter().flatten() {
        let count = reaction["count"].as_u64().unwrap_or_default();
        message.react(&word(reaction, "emoji"), count, Some(reaction["mine"] == true));
    }
    message
}

/// Whether a message calls this person, or everybody.
fn calls(more: &Map<String, Value>, me: &str) -> bool {
    let people = more.get("mentions").and_then(Value::as_array).into_iter().flatten();
    let is_me = |person: &Value| person["id"] == me || *person == me;
    more.get("everyone").is_some_and(|everyone| everyone == true) || people.into_iter().any(is_me)
}

/// What happened in a room, in words.
fn notice(event: &LogEvent) -> Option<String> {
    let (_, who) = person(event.user.as_ref());
    let by = event.more.get("by").map(|by| word(by, "name")).filter(|by| !by.is_empty());
    let more = Value::Object(event.more.clone());
    Some(match (event.kind.as_str(), by) {
        ("joined", Some(by)) => format!("{by} added {who}"),
        ("joined", None) => format!("{who} joined"),
        ("left", Some(by)) => format!("{by} removed {who}"),
        ("left", None) => format!("{who} left"),
        ("role", by) => {
            let by = by.map(|by| format!(" (by {by})")).unwrap_or_default();
            format!("{who} is now {}{by}", word(&more, "role"))
        }
        ("topic", _) if word(&more, "topic").is_empty() => format!("{who} removed the topic"),
        ("topic", _) => format!("{who} set the topic: {}", word(&more, "topic")),
        ("changed", _) => match more["archived"].as_bool() {
            Some(true) => format!("{who} archived the room"),
            Some(false) => format!("{who} opened the room again"),
            None => format!("{who} changed the description"),
        },
        _ => return None,
    })
}

/// Id and clean name.
#[must_use]
pub fn person(somebody: Option<&Somebody>) -> (String, String) {
    somebody.map_or_else(
        || (String::new(), "somebody".to_owned()),
        |somebody| (somebody.id.clone(), clean::line(&somebody.name)),
    )
}

/// A field as one clean line.
#[must_use]
pub fn word(value: &Value, name: &str) -> String {
    clean::line(value[name].as_str().unwrap_or_default())
}
