//! Decides who is notified of a message. It follows what the chat has stored, at its own pace: nobody waits for it, and what
//! it cannot take in time is dropped.

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use super::Push;
use super::payload::Payload;
use super::sender::Job;
use crate::domain::event::{Event, EventBody, Message, SharedEvent};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::membership::Level;
use crate::domain::room::RoomKind;
use crate::storage::push::Candidate;

/// Messages taken at a time: those of one room ask the database once.
const BATCH: usize = 256;

/// Who is looking. Only the chat knows.
#[async_trait(?Send)]
pub trait Attendance {
    /// Those of these people who look at no page just now, and are not busy.
    async fn absent(&self, users: Vec<UserId>) -> Vec<UserId>;
}

/// Follows messages until there are no more.
pub async fn follow(push: Push, zone: TimeZone, attendance: impl Attendance, mut events: mpsc::Receiver<SharedEvent>) {
    let mut batch = Vec::with_capacity(BATCH);
    while events.recv_many(&mut batch, BATCH).await > 0 {
        let mut rooms: HashMap<RoomId, Vec<SharedEvent>> = HashMap::new();
        for event in batch.drain(..) {
            rooms.entry(event.room).or_default().push(event);
        }
        for (room, events) in rooms {
            notify(&push, &zone, &attendance, room, &events).await;
        }
    }
}

async fn notify(push: &Push, zone: &TimeZone, attendance: &impl Attendance, room: RoomId, events: &[SharedEvent]) {
    let (kind, candidates) = match push.store.push_candidates(room).await {
        Ok(Some(found)) => found,
        Ok(None) => return,
        Err(error) => return log::warn!("nobody is notified of some messages: {error}"),
    };
    let now = push.clock.now();
    let is_quiet = |candidate: &Candidate| {
        candidate.quiet.is_some_and(|quiet| quiet.include(now, &candidate.time_zone.zone(zone)))
    };
    // Each event with those who want to be told of it; whoever is there is left out afterwards, all in one question.
    let wanted: Vec<(&Event, &Message, Vec<UserId>)> = events
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::Message(message) => Some((&**event, message)),
            _ => None,
        })
        .map(|(event, message)| {
            let wants = |candidate: &&Candidate| wants(candidate, kind, event, message) && !is_quiet(candidate);
            (event, message, candidates.iter().filter(wants).map(|candidate| candidate.user).collect())
        })
        .collect();
    let mut users: Vec<UserId> = wanted.iter().flat_map(|(.., users)| users.iter().copied()).collect();
    users.sort_unstable();
    users.dedup();
    if users.is_empty() {
        return;
    }
    for user in attendance.absent(users).await {
        tell(push, kind, user, &wanted).await;
    }
}

/// Whether somebody wants to be told of a message.
fn wants(candidate: &Candidate, kind: RoomKind, event: &Event, message: &Message) -> bool {
    let mentions = || {
        let calls = message.mentions.as_deref();
        calls.is_some_and(|calls| calls.everyone || calls.people.iter().any(|person| person.id == candidate.user))
    };
    candidate.user != event.author.id
        && match (candidate.level, candidate.notify) {
            (Level::Nothing, _) | (_, Level::Nothing) => false,
            _ if kind == RoomKind::Direct => true,
            (Level::All, Level::All) => true,
            _ => mentions(),
        }
}

/// Of several messages of one room at once, one notification is enough: the last.
async fn tell(push: &Push, kind: RoomKind, user: UserId, wanted: &[(&Event, &Message, Vec<UserId>)]) {
    let Some((event, message, _)) = wanted.iter().rev().find(|(.., users)| users.contains(&user)) else { return };
    let subscriptions = match push.store.subscriptions(user).await {
        Ok(subscriptions) => subscriptions,
        Err(error) => return log::warn!("somebody is not notified: {error}"),
    };
    let payload = Payload::new(event, message, kind).to_bytes();
    for named in subscriptions {
        push.enqueue(Job { subscription: named.subscription, payload: payload.clone(), topic: Some(event.room) });
    }
}
