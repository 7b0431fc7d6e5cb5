//! One room: what it is, what is new in it, and where its reader stands.

use serde_json::Value;

use super::message::{Message, word};
use super::timeline::Timeline;
use crate::client::frame::LogEvent;
use crate::domain::clock::Timestamp;
use crate::domain::ids::Seq;

/// What kind of room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Open to everybody.
    #[default]
    Public,
    /// For its members.
    Private,
    /// Between a few people.
    Direct,
}

/// What one wants to be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// Every message.
    #[default]
    All,
    /// What calls one.
    Mentions,
    /// Nothing.
    Nothing,
}

impl Level {
    /// Reads a name of the protocol.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "all" => Some(Self::All),
            "mentions" => Some(Self::Mentions),
            "nothing" => Some(Self::Nothing),
            _ => None,
        }
    }
}

/// A message of one's own on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its name.
    pub nonce: String,
    /// What it says.
    pub text: String,
    /// What it answers.
    pub reply_to: Option<Seq>,
    /// When it was written.
    pub at: Timestamp,
    /// How far it is.
    pub state: PendingState,
}

/// How far a message of one's own is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PendingState {
    /// It is sent, over and over, until the server has it.
    Waiting,
    /// The server has stored it under this number; its event is on its way.
    Stored(Seq),
    /// The server refused it for good.
    Failed(String),
}

/// Which part of a timeline is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scroll {
    /// Its end, also when it grows.
    #[default]
    Bottom,
    /// The lowest row shows this entry, but for so many of its last rows.
    At {
        /// The entry.
        seq: Seq,
        /// Its rows below the edge.
        hidden: usize,
    },
}

/// Somebody of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// A UUID.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// `owner`, `moderator`, `member`; `None` for guests.
    pub role: Option<String>,
    /// `online`, `away`, `busy`, `offline`.
    pub status: String,
    /// What they say of themselves.
    pub says: String,
}

/// A room.
#[derive(Debug, Clone, Default)]
pub struct Room {
    /// Its name in the protocol.
    pub name: String,
    /// What to show.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// One line.
    pub topic: String,
    /// Whether one belongs to it, or listens as a guest.
    pub is_member: bool,
    /// Nobody writes there any more.
    pub is_archived: bool,
    /// People connected to it.
    pub online: u64,
    /// The id of the other person of a direct room.
    pub other: Option<String>,
    /// What one wants to be told of.
    pub level: Level,
    /// Messages that were not read.
    pub unread: u64,
    /// Those of them that call one.
    pub mentions: u64,
    /// How far one has read.
    pub read_seq: Seq,
    /// The last event that is known of.
    pub last_seq: Seq,
    /// The line `New` stands behind this entry.
    pub new_after: Option<Seq>,
    /// Whether its events come.
    pub is_joined: bool,
    /// What is known of its log: the newest part.
    pub timeline: Timeline,
    /// An older part that is looked at, far from the newest one.
    pub aside: Option<Timeline>,
    /// The page around this entry is on its way.
    pub leap: Option<Seq>,
    /// Messages of one's own on their way.
    pub pending: Vec<Pending>,
    /// Which part is seen.
    pub scroll: Scroll,
    /// Messages that came below what is seen.
    pub unseen_below: u64,
    /// Who belongs to it, once asked for.
    pub people: Vec<Person>,
    /// Who writes, and until when that is shown.
    pub typing: Vec<(String, Timestamp)>,
    /// What was typed and not sent when another room was opened.
    pub draft: String,
    /// What the next message answers.
    pub reply_to: Option<Seq>,
    /// Pages are read until this entry is there.
    pub seek: Option<Seq>,
}

impl Room {
    /// A room of this name, of which nothing else is known yet.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), title: name.to_owned(), ..Self::default() }
    }

    /// The part of its log that is looked at.
    #[must_use]
    pub fn shown(&self) -> &Timeline {
        self.aside.as_ref().unwrap_or(&self.timeline)
    }

    /// The part of its log that is looked at.
    pub fn shown_mut(&mut self) -> &mut Timeline {
        self.aside.as_mut().unwrap_or(&mut self.timeline)
    }

    /// A message, wherever it is known.
    #[must_use]
    pub fn message(&self, seq: Seq) -> Option<&Message> {
        self.shown().message(seq).or_else(|| self.timeline.message(seq))
    }

    /// Messages of one's own on their way stand behind the newest ones.
    #[must_use]
    pub fn shown_pending(&self) -> &[Pending] {
        if self.aside.is_some() { &[] } else { &self.pending }
    }

    /// Lets go of its log.
    pub fn clear_log(&mut self) {
        self.timeline.clear();
        (self.aside, self.leap) = (None, None);
    }

    /// An older part that has been read up to the newest one goes into it.
    pub fn join_parts(&mut self) {
        let Some((_, last)) = self.aside.as_ref().and_then(Timeline::ends) else { return };
        let reaches = self.timeline.is_open && self.timeline.ends().is_some_and(|(first, _)| first <= last);
        if let Some(part) = self.aside.take_if(|_| reaches) {
            self.timeline.join(part);
        }
    }

    /// Takes what the server says in its list of rooms.
    pub fn describe(&mut self, entry: &Value) {
        self.title = word(entry, "title");
        self.topic = word(entry, "topic");
        self.kind = match entry["kind"].as_str() {
            Some("direct") => Kind::Direct,
            Some("private") => Kind::Private,
            _ => Kind::Public,
        };
        let number = |name: &str| entry[name].as_u64();
        self.is_member = entry["member"] == true;
        self.is_archived = entry["archived"] == true;
        self.online = number("online").unwrap_or_default();
        self.level = entry["level"].as_str().and_then(Level::parse).unwrap_or_default();
        self.unread = number("unread").unwrap_or_default();
        self.mentions = number("mentions").unwrap_or_default();
        self.read_seq = number("read_seq").unwrap_or(self.read_seq).max(self.read_seq);
        self.last_seq = number("last_seq").unwrap_or_default().max(self.last_seq);
        self.other = entry["other"]["id"].as_str().map(str::to_owned);
    }

    /// The number beside its name, and whether it is about oneself. What one does not want to be told of is no number.
    #[must_use]
    pub fn mark(&self) -> Option<(u64, bool)> {
        let is_direct = self.kind == Kind::Direct;
        match self.level {
            Level::Nothing => None,
            Level::Mentions => (self.mentions > 0).then_some((self.mentions, true)),
            Level::All if self.mentions > 0 => Some((self.unread.max(self.mentions), true)),
            Level::All => (self.unread > 0).then_some((self.unread, is_direct)),
        }
    }

    /// Its name with the sign of its kind.
    #[must_use]
    pub fn label(&self) -> String {
        if self.kind == Kind::Direct { self.title.clone() } else { format!("#{}", self.title) }
    }

    /// Takes an event. True when it is a message of somebody else that was not known.
    pub fn take(&mut self, event: &LogEvent, me: &str) -> bool {
        let is_new = event.seq > self.last_seq;
        self.last_seq = self.last_seq.max(event.seq);
        // What comes while the newest page is on its way may be newer than that page.
        if self.timeline.is_open || self.timeline.is_loading {
            self.timeline.take(event, me);
        }
        if let Some(part) = &mut self.aside {
            part.follow(event, me);
        }
        if event.kind == "topic" {
            self.topic =
                event.more.get("topic").map(|_| word(&Value::Object(event.more.clone()), "topic")).unwrap_or_default();
        }
        if event.kind != "message" {
            return false;
        }
        let nonce = event.more.get("nonce").and_then(Value::as_str);
        self.pending.retain(|pending| {
            Some(pending.nonce.as_str()) != nonce && pending.state != PendingState::Stored(event.seq)
        });
        let author = event.author.as_ref();
        if let Some(author) = author {
            let name = crate::terminal::clean::line(&author.name);
            self.typing.retain(|(other, _)| *other != name);
        }
        is_new && author.is_some_and(|author| author.id != me)
    }

    /// The message that is stored under this number is not on its way any more.
    pub fn stored(&mut self, nonce: &str, seq: Seq) {
        let is_shown = !self.timeline.is_open || self.timeline.place(seq).is_some();
        match self.pending.iter_mut().find(|pending| pending.nonce == nonce) {
            Some(pending) if !is_shown => pending.state = PendingState::Stored(seq),
            _ => self.pending.retain(|pending| pending.nonce != nonce),
        }
    }

    /// What is at the end was seen.
    pub fn seen(&mut self) {
        self.read_seq = self.last_seq;
        self.unread = 0;
        self.mentions = 0;
        self.unseen_below = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_number_beside_a_room_is_what_one_wants_to_be_told_of() {
        let mut room = Room { unread: 5, mentions: 2, ..Room::named("lobby") };
        assert_eq!(room.mark(), Some((5, true)));
        room.level = Level::Mentions;
        assert_eq!(room.mark(), Some((2, true)));
        room.level = Level::Nothing;
        assert_eq!(room.mark(), None);
        let quiet = Room { unread: 5, level: Level::Mentions, ..Room::named("lobby") };
        assert_eq!(quiet.mark(), None);
        let direct = Room { unread: 1, kind: Kind::Direct, ..Room::named("direct-1") };
        assert_eq!(direct.mark(), Some((1, true)), "somebody speaks to one");
    }

    #[test]
    fn the_list_of_rooms_says_what_a_room_is() {
        let mut room = Room::named("direct-1");
        room.describe(&json!({"room": "direct-1", "kind": "direct", "title": "b\u{1b}ob", "topic": "", "member": true,
            "last_seq": 9, "read_seq": 4, "unread": 3, "mentions": 1, "level": "mentions", "online": 2,
            "other": {"id": "b", "name": "bob"}}));
        assert_eq!((room.kind, room.label().as_str(), room.other.as_deref()), (Kind::Direct, "bob", Some("b")));
        assert_eq!((room.last_seq, room.read_seq, room.mark()), (9, 4, Some((1, true))));
    }

    #[test]
    fn a_message_of_ones_own_is_shown_once_whether_its_event_or_its_ack_comes_first() {
        let pending = |nonce: &str| Pending {
            nonce: nonce.into(),
            text: "hi".into(),
            reply_to: None,
            at: Timestamp::default(),
            state: PendingState::Waiting,
        };
        let event = |seq: Seq, nonce: &str| -> LogEvent {
            serde_json::from_value(json!({"type": "message", "room": "lobby", "seq": seq, "text": "hi", "nonce": nonce,
                "at": "2026-11-21T09:00:00Z", "author": {"id": "a", "name": "ann"}}))
            .unwrap()
        };
        let mut room = Room { pending: vec![pending("x"), pending("y")], ..Room::named("lobby") };
        room.timeline.is_open = true;

        room.stored("x", 1);
        assert_eq!(room.pending[0].state, PendingState::Stored(1), "it stays on the screen until its event is there");
        assert!(!room.take(&event(1, "x"), "a"));
        assert!(!room.take(&event(2, "y"), "a"), "after a lost connection the event may come first");
        room.stored("y", 2);

        assert!(room.pending.is_empty());
        assert_eq!(room.timeline.entries().len(), 2);
    }
}
