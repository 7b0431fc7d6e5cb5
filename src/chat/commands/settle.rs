//! What happens when the journal has written an event, or could not: the room is updated, whoever asked is answered,
//! and everybody who listens is told. Nothing is shown to anyone before this.

use std::sync::Arc;

use super::super::journal::{Outcome, Purpose};
use super::super::server::ChatServer;
use super::super::turn::WorkerId;
use super::create::tell_new_member;
use super::crowd;
use super::leave::stop_listening;
use super::read::move_cursor;
use crate::domain::event::{Event, EventBody, SharedEvent};
use crate::domain::ids::{RoomId, SessionId, UserId};
use crate::domain::membership::Mark;
use crate::protocol::answer::{Answer, Sent};
use crate::protocol::crowd::Stir;
use crate::protocol::encode::News;
use crate::protocol::error_code::Problem;
use crate::storage::events::Appended;

pub fn run(server: &mut ChatServer, outcome: Outcome) {
    let room = outcome.room;
    settle(server, outcome);
    super::erase::go_on(server, room);
}

fn settle(server: &mut ChatServer, outcome: Outcome) {
    let Outcome { room: id, author, is_change, purpose, appended } = outcome;
    if let Some(room) = server.rooms.get_mut(&id) {
        room.draft_returned();
    }
    match (appended, purpose) {
        (Some(Appended::Stored(event)), purpose) => stored(server, Arc::new(event), purpose),
        (Some(Appended::Duplicate { seq, at }), Purpose::Request(reply)) => {
            let Some(room) = server.rooms.get(&id) else { return };
            let sent = Sent { room: room.info.name.clone(), seq, at, duplicate: true };
            server.ports.answer(reply, Ok(Answer::Sent(sent)));
        }
        (Some(Appended::Refused(refusal)), Purpose::Request(reply)) => {
            server.ports.answer(reply, Err(refusal.into()));
        }
        (None, Purpose::Request(reply)) => {
            server.ports.answer(reply, Err(Problem::unavailable()));
            if is_change {
                could_not_change(server, id, author);
            }
        }
        (None | Some(Appended::Duplicate { .. } | Appended::Refused(_)), Purpose::Change) => {
            could_not_change(server, id, author);
        }
    }
}

fn stored(server: &mut ChatServer, event: SharedEvent, purpose: Purpose) {
    let id = event.room;
    let Some(room) = server.rooms.get_mut(&id) else { return };
    let place = Mark { seq: event.seq, n: event.n };
    (room.info.last_seq, room.info.messages) = (place.seq, place.n);
    let role_before = room.membership(event.author.id).map(|membership| membership.role);
    match &event.body {
        EventBody::Joined { role, .. } => room.add_member(event.author.id, *role, place),
        EventBody::Left { .. } => room.remove_member(event.author.id),
        EventBody::Role { role, .. } => room.set_role(event.author.id, *role),
        EventBody::Topic { topic } => {
            room.info.topic = topic.clone();
            room.parts.topic_set = Some((event.author.name.clone(), event.at));
        }
        EventBody::Changed { description, archived } => {
            if let Some(description) = description {
                room.info.description = description.clone();
            }
            room.info.archived = archived.unwrap_or(room.info.archived);
        }
        EventBody::Message(_)
        | EventBody::Edited { .. }
        | EventBody::Deleted { .. }
        | EventBody::Reaction { .. }
        | EventBody::Pinned { .. } => {}
    }
    let knows = match purpose {
        Purpose::Request(reply) => {
            let session =
                if let super::super::reply::Reply::Session { session, .. } = &reply { Some(*session) } else { None };
            server.ports.answer(reply, Ok(answer(&event)));
            session
        }
        Purpose::Change => None,
    };
    if let Some(room) = server.rooms.get(&id) {
        server.ports.broadcast(room, News::Event(event.clone()), None);
    }
    server.alerts.tell(&event);
    match &event.body {
        // Whoever writes has read what stands above it.
        EventBody::Message(_) => move_cursor(server, id, event.author.id, place, knows),
        EventBody::Joined { .. } => {
            // Whoever waited to listen does so now, and sees it in the log; the other sessions are told.
            changed(server, id, event.author.id);
            tell_new_member(server, Event::clone(&event));
        }
        EventBody::Role { by, .. } => crowd::role_changed(server, id, event.author.id, by, role_before),
        EventBody::Left { by } => {
            let reason = server.rooms.get_mut(&id).and_then(|room| room.parts.take_reason(event.author.id));
            let by = by.as_ref().and_then(|by| server.seen(by.id));
            let stir = by.map_or(Stir::Left(None), |by| Stir::Removed { by, reason });
            show_out(server, id, event.author.id, stir);
            changed(server, id, event.author.id);
        }
        _ => {}
    }
}

fn answer(event: &Event) -> Answer {
    match event.body {
        EventBody::Joined { .. } | EventBody::Left { .. } | EventBody::Role { .. } => {
            Answer::Room { room: event.room_name.clone(), id: event.room }
        }
        _ => Answer::Sent(Sent { room: event.room_name.clone(), seq: event.seq, at: event.at, duplicate: false }),
    }
}

/// A membership has changed: what waited for it is done now, in order.
fn changed(server: &mut ChatServer, id: RoomId, user: UserId) {
    let waiting = server.rooms.get_mut(&id).map(|room| room.end_change(user)).unwrap_or_default();
    for (caller, command) in waiting {
        server.run(id, caller, command);
    }
}

/// A membership could not be changed: whoever waits is told.
pub fn could_not_change(server: &mut ChatServer, id: RoomId, user: UserId) {
    let waiting = server.rooms.get_mut(&id).map(|room| room.end_change(user)).unwrap_or_default();
    for (caller, _) in waiting {
        server.ports.answer(caller.reply, Err(Problem::unavailable()));
    }
}

/// Somebody may not be in the room any more: their sessions stop listening.
pub fn let_go(server: &mut ChatServer, id: RoomId, user: UserId) {
    show_out(server, id, user, Stir::Left(None));
}

/// A person's sessions stop listening, after they and those who follow the room were told how.
pub fn show_out(server: &mut ChatServer, id: RoomId, user: UserId, stir: Stir) {
    if server.rooms.get(&id).is_some_and(|room| room.is_here(user))
        && let Some(who) = server.seen(user)
    {
        server.stir(id, &who, stir, None);
    }
    let Some(room) = server.rooms.get(&id) else { return };
    let sessions: Vec<(SessionId, WorkerId)> = room
        .sessions_of(user)
        .into_iter()
        .filter_map(|session| server.people.session(session).map(|live| (session, live.worker)))
        .collect();
    for (session, worker) in sessions {
        stop_listening(server, session, worker, id, None);
    }
}
