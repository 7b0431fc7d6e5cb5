//! The messages that the drafts of a batch are about, and what the drafts before have done to them. Knows no database.

use std::collections::{BTreeSet, HashMap};

use crate::domain::event::{Draft, EventBody, Message, Quote};
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::limits;
use crate::domain::mention::Mentions;
use crate::domain::name::NameKey;
use crate::domain::permission::Refusal;
use crate::domain::person::Author;

/// A message that somebody answers or changes.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) author: Author,
    /// Its beginning, for those who quote it.
    pub(super) text: String,
    pub(super) thread: Option<Seq>,
    pub(super) is_deleted: bool,
    pub(super) is_pinned: bool,
}

/// Everything known of them.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// Messages only: whatever else has a number is no target.
    pub(super) messages: HashMap<(RoomId, Seq), Target>,
    /// How many people have put an emoji on a message, for those that the drafts name.
    pub(super) counts: HashMap<(RoomId, Seq, String), u64>,
    /// The event that put it there, for the person of the draft.
    pub(super) own: HashMap<(RoomId, Seq, String, UserId), Seq>,
    /// Which emoji a message has.
    pub(super) emoji: HashMap<(RoomId, Seq), BTreeSet<String>>,
    /// Members who are called by name.
    pub(super) members: HashMap<(RoomId, NameKey), Author>,
}

/// What becomes of a draft.
#[derive(Debug)]
pub(super) enum Found {
    /// It goes into the log like this.
    Body(EventBody),
    /// It is so already, since this event.
    AlreadySo { seq: Seq },
    /// It cannot be.
    Refused(Refusal),
}

impl Targets {
    /// Completes a draft that gets the number `seq`.
    pub(super) fn settle(&mut self, draft: &Draft, seq: Seq) -> Found {
        let room = draft.room;
        match &draft.body {
            EventBody::Message(message) => self.message(draft, message, seq),
            EventBody::Edited { target, text } => match self.messages.get_mut(&(room, *target)) {
                Some(found) if found.is_deleted => Found::Refused(Refusal::NoSuchMessage),
                Some(found) if found.author.id != draft.author.id => Found::Refused(Refusal::NotAuthor),
                Some(found) => {
                    found.text = beginning(text);
                    Found::Body(draft.body.clone())
                }
                None => Found::Refused(Refusal::NoSuchMessage),
            },
            EventBody::Deleted { target, moderator } => match self.messages.get_mut(&(room, *target)) {
                Some(found) if found.is_deleted => Found::AlreadySo { seq: *target },
                Some(found) if found.author.id != draft.author.id && !moderator => Found::Refused(Refusal::RoleNeeded),
                Some(found) => {
                    (found.is_deleted, found.is_pinned) = (true, false);
                    found.text.clear();
                    Found::Body(draft.body.clone())
                }
                None => Found::Refused(Refusal::NoSuchMessage),
            },
            EventBody::Pinned { target, on } => match self.messages.get_mut(&(room, *target)) {
                Some(found) if !found.is_deleted && found.is_pinned == *on => Found::AlreadySo { seq: *target },
                Some(found) if !found.is_deleted => {
                    found.is_pinned = *on;
                    Found::Body(draft.body.clone())
                }
                _ => Found::Refused(Refusal::NoSuchMessage),
            },
            EventBody::Reaction { target, emoji, on, .. } => self.reaction(draft, *target, emoji, *on, seq),
            body => Found::Body(body.clone()),
        }
    }

    fn message(&mut self, draft: &Draft, message: &Message, seq: Seq) -> Found {
        let mut message = message.clone();
        if let Some(parent) = message.reply_to {
            match self.messages.get(&(draft.room, parent)) {
                Some(found) if !found.is_deleted => {
                    message.thread = Some(found.thread.unwrap_or(parent));
                    let (author, text) = (found.author.clone(), found.text.clone());
                    message.quote = Some(Box::new(Quote { author, text }));
                }
                _ => return Found::Refused(Refusal::NoSuchMessage),
            }
        }
        let called = draft.calls.iter().filter_map(|name| self.members.get(&(draft.room, name.clone())));
        let mut people: Vec<Author> = Vec::new();
        for person in called {
            if !people.contains(person) {
                people.push(person.clone());
            }
        }
        let everyone = message.mentions.as_ref().is_some_and(|mentions| mentions.everyone);
        message.mentions = (everyone || !people.is_empty()).then(|| Box::new(Mentions { people, everyone }));
        let target = Target {
            author: draft.author.clone(),
            text: beginning(&message.text),
            thread: message.thread,
            is_deleted: false,
            is_pinned: false,
        };
        self.messages.insert((draft.room, seq), target);
        Found::Body(EventBody::Message(message))
    }

    fn reaction(&mut self, draft: &Draft, target: Seq, emoji: &str, on: bool, seq: Seq) -> Found {
        let (room, user) = (draft.room, draft.author.id);
        if self.messages.get(&(room, target)).is_none_or(|found| found.is_deleted) {
            return Found::Refused(Refusal::NoSuchMessage);
        }
        let own = (room, target, emoji.to_owned(), user);
        let all = self.emoji.entry((room, target)).or_default();
        let count = self.counts.entry((room, target, emoji.to_owned())).or_default();
        match (self.own.get(&own).copied(), on) {
            (Some(first), true) => return Found::AlreadySo { seq: first },
            (None, false) => return Found::AlreadySo { seq: target },
            (None, true) => {
                if *count == 0 && all.len() as u64 >= limits::EMOJI_PER_MESSAGE {
                    return Found::Refused(Refusal::TooManyEmoji);
                }
                *count += 1;
                all.insert(emoji.to_owned());
                self.own.insert(own, seq);
            }
            (Some(_), false) => {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    all.remove(emoji);
                }
                self.own.remove(&own);
            }
        }
        let count = *count;
        Found::Body(EventBody::Reaction { target, emoji: emoji.to_owned(), on, count })
    }
}

/// As much of a text as is quoted.
pub(super) fn beginning(text: &str) -> String {
    text.chars().take(Quote::CHARS).collect()
}
