//! An event of a log as JSON and MessagePack write it. REST lists show the same object.

use serde::Serialize;
use utoipa::ToSchema;

use super::answer::is_false;
use crate::domain::clock::Timestamp;
use crate::domain::event::{Deed, Event, EventBody, EventKind, Message, Quote, Reactions, Replies};
use crate::domain::ids::{Seq, UserId};
use crate::domain::membership::Role;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Author;
use crate::domain::room::Description;

/// An event. `type`, `room` and `seq` come first; what an event does not have is left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventFrame<'a> {
    #[serde(rename = "type")]
    #[schema(value_type = EventKind)]
    kind: &'static str,
    room: &'a RoomName,
    seq: Seq,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<AuthorFields<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a Author>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Seq>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<Seq>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<Seq>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<QuoteFields<'a>>,
    #[serde(skip_serializing_if = "<[Author]>::is_empty")]
    mentions: &'a [Author],
    #[serde(skip_serializing_if = "is_false")]
    everyone: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edits: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<&'a Deed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pinned: Option<&'a Deed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replies: Option<Replies>,
    #[serde(skip_serializing_if = "<[Reactions]>::is_empty")]
    reactions: &'a [Reactions],
    #[serde(skip_serializing_if = "Option::is_none")]
    emoji: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archived: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a Author>,
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
}

/// Who has written it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventAuthor)]
struct AuthorFields<'a> {
    id: UserId,
    name: &'a UserName,
    #[serde(skip_serializing_if = "is_false")]
    bot: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Quote)]
struct QuoteFields<'a> {
    author: &'a Author,
    text: &'a str,
}

impl<'a> EventFrame<'a> {
    /// Shows an event, with its rendered HTML or without.
    #[must_use]
    pub fn new(event: &'a Event, html: Option<String>) -> Self {
        let frame = Self {
            kind: event.body.kind().as_str(),
            room: &event.room_name,
            seq: event.seq,
            author: None,
            user: Some(&event.author),
            target: event.body.target(),
            text: None,
            at: event.at,
            nonce: None,
            reply_to: None,
            thread: None,
            quote: None,
            mentions: &[],
            everyone: false,
            edited_at: None,
            edits: None,
            deleted: None,
            pinned: None,
            replies: None,
            reactions: &[],
            emoji: None,
            on: None,
            count: None,
            topic: None,
            description: None,
            archived: None,
            role: None,
            by: None,
            html,
        };
        match &event.body {
            EventBody::Message(message) => Self {
                author: Some(AuthorFields { id: event.author.id, name: &event.author.name, bot: message.by_bot }),
                user: None,
                ..frame.with_message(message)
            },
            EventBody::Edited { text, .. } => Self { text: Some(text), ..frame },
            EventBody::Deleted { .. } => frame,
            EventBody::Reaction { emoji, on, count, .. } => {
                Self { emoji: Some(emoji), on: Some(*on), count: Some(*count), ..frame }
            }
            EventBody::Pinned { on, .. } => Self { on: Some(*on), ..frame },
            EventBody::Topic { topic } => Self { topic: Some(topic.as_str()), ..frame },
            EventBody::Changed { description, archived } => {
                Self { description: description.as_ref().map(Description::as_str), archived: *archived, ..frame }
            }
            EventBody::Joined { role, by } => Self { role: Some(*role), by: by.as_ref(), ..frame },
            EventBody::Left { by } => Self { by: by.as_ref(), ..frame },
            EventBody::Role { role, by } => Self { role: Some(*role), by: Some(by), ..frame },
        }
    }

    fn with_message(self, message: &'a Message) -> Self {
        let state = message.state.as_deref();
        Self {
            text: Some(&message.text),
            nonce: message.nonce.as_deref(),
            reply_to: message.reply_to,
            thread: message.thread,
            quote: message.quote.as_deref().map(|Quote { author, text }| QuoteFields { author, text }),
            mentions: message.mentions.as_deref().map_or(&[], |mentions| &mentions.people),
            everyone: message.mentions.as_deref().is_some_and(|mentions| mentions.everyone),
            edited_at: state.and_then(|state| state.edited_at),
            edits: state.map(|state| state.edits).filter(|edits| *edits > 0),
            deleted: state.and_then(|state| state.deleted.as_ref()),
            pinned: state.and_then(|state| state.pinned.as_ref()),
            replies: state.and_then(|state| state.replies),
            reactions: state.map_or(&[], |state| &state.reactions),
            ..self
        }
    }
}
