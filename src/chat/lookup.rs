//! Answers to what is looked up in a room. Called by the loader.

use std::sync::Arc;

use super::loader::Looked;
use crate::domain::event::{Event, EventBody};
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::name::RoomName;
use crate::protocol::answer::{Answer, Found, Version};
use crate::protocol::command::Question;
use crate::storage::{SharedStore, StorageResult};

/// Most pinned messages of one room that are shown.
const PINS: usize = 100;
/// Most texts of one message that are shown.
const VERSIONS: usize = 100;
/// Most readers of one message that are told.
const READERS: usize = 200;
/// Most calls that are told as a reason for a badge.
const CALLS: usize = 100;
/// How many events are read to find the first unread message: between two messages there may be reactions.
const BEFORE_UNREAD: usize = 200;

/// Where something is looked up, and for whom.
pub struct Asked {
    /// The key of the room.
    pub room: RoomId,
    /// What it is called.
    pub name: RoomName,
    /// The end of its log.
    pub last: Seq,
    /// Up to where the person has read.
    pub read: Seq,
    /// The person.
    pub user: UserId,
}

/// Answers a question.
///
/// # Errors
/// When the database cannot be read.
pub async fn answer(store: &SharedStore, asked: Asked, question: Question) -> StorageResult<Looked> {
    let Asked { room, name, last, read, user } = asked;
    Ok(match question {
        Question::Thread { seq, after, limit } => {
            let Some(message) = message(store, room, seq).await? else { return Ok(Looked::Nothing) };
            let seq = thread_of(&message).unwrap_or(seq);
            let Some(root) = self::message(store, room, seq).await? else { return Ok(Looked::Nothing) };
            let mut events = store.thread(room, seq, after, limit + 1).await?;
            let more = events.len() > limit;
            events.truncate(limit);
            let mut all = vec![root];
            all.append(&mut events);
            mark_own(store, &mut all, user).await?;
            let mut all = all.into_iter().map(Arc::new);
            Looked::Answer(Answer::Found(Found { room: name, root: all.next(), events: all.collect(), more }))
        }
        Question::Pins => {
            let mut events = store.pins(room, PINS).await?;
            mark_own(store, &mut events, user).await?;
            let events = events.into_iter().map(Arc::new).collect();
            Looked::Answer(Answer::Found(Found { room: name, root: None, events, more: false }))
        }
        Question::Versions { seq } => match message(store, room, seq).await? {
            Some(message) if !is_deleted(&message) => {
                let versions = store.versions(room, seq, VERSIONS).await?;
                let versions = versions.into_iter().map(|version| Version { text: version.text, at: version.at });
                Looked::Answer(Answer::Versions(versions.collect()))
            }
            _ => Looked::Nothing,
        },
        Question::Readers { seq } => match message(store, room, seq).await? {
            Some(message) => {
                let mut readers = store.readers(room, seq, READERS).await?;
                // Whoever wrote it has read it; that says nothing.
                readers.retain(|reader| reader.id != message.author.id);
                Looked::Answer(Answer::Readers(readers))
            }
            None => Looked::Nothing,
        },
        Question::Why => {
            let above = store.events_after(room, read, BEFORE_UNREAD).await?;
            let first = above.iter().find(|event| matches!(event.body, EventBody::Message(_)));
            let first_unread = first.map(|event| event.seq);
            Looked::Why { first_unread, mentions: store.calls(room, user, read, CALLS).await? }
        }
        Question::Since { time } => Looked::Answer(Answer::Place { seq: store.first_since(room, last, time).await? }),
    })
}

/// Marks what `user` has put on these messages of one room.
///
/// # Errors
/// When the database cannot be read.
pub async fn mark_own(store: &SharedStore, events: &mut [Event], user: UserId) -> StorageResult<()> {
    let with = events.iter().filter(|event| has_reactions(event)).map(|event| event.seq);
    let (Some(first), Some(last), Some(room)) =
        (with.clone().min(), with.max(), events.first().map(|event| event.room))
    else {
        return Ok(());
    };
    let own = store.own_reactions(room, first, last, user).await?;
    for event in events {
        let EventBody::Message(message) = &mut event.body else { continue };
        let Some(state) = &mut message.state else { continue };
        for reaction in &mut state.reactions {
            reaction.mine = own.iter().any(|(seq, emoji)| *seq == event.seq && *emoji == reaction.emoji);
        }
    }
    Ok(())
}

fn has_reactions(event: &Event) -> bool {
    let EventBody::Message(message) = &event.body else { return false };
    message.state.as_ref().is_some_and(|state| !state.reactions.is_empty())
}

fn is_deleted(event: &Event) -> bool {
    let EventBody::Message(message) = &event.body else { return false };
    message.state.as_ref().is_some_and(|state| state.deleted.is_some())
}

fn thread_of(event: &Event) -> Option<Seq> {
    let EventBody::Message(message) = &event.body else { return None };
    message.thread
}

async fn message(store: &SharedStore, room: RoomId, seq: Seq) -> StorageResult<Option<Event>> {
    let found = store.event(room, seq).await?;
    Ok(found.filter(|event| matches!(event.body, EventBody::Message(_))))
}
