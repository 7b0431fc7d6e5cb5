//! `leave`: a session stops listening. The membership stays.

use std::sync::Arc;

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::super::turn::{Item, WorkerId};
use super::{look_at, refuse};
use crate::domain::ids::{RoomId, SessionId};
use crate::domain::permission::{self, Refusal};
use crate::domain::person::Status;
use crate::protocol::answer::Answer;
use crate::protocol::crowd::Stir;
use crate::protocol::error_code::Problem;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller) {
    with_reason(server, id, caller, None);
}

/// The same, with a last word to those who follow the room.
pub fn with_reason(server: &mut ChatServer, id: RoomId, caller: Caller, reason: Option<Arc<str>>) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    let name = room.info.name.clone();
    // Whoever may not see the room learns nothing from leaving it; whoever has lost it may still stop listening.
    let hidden = permission::may_read(server.access(), facts, actor) == Err(Refusal::NotFound);
    let Some(session) = caller.session() else {
        let problem = Problem::field("room", "only a live session can stop listening");
        return server.ports.answer(caller.reply, Err(problem));
    };
    let Some(worker) = listens(server, session, id) else {
        if hidden {
            return refuse(server, caller, Refusal::NotFound);
        }
        return server.ports.answer(caller.reply, Ok(Answer::Left { room: name }));
    };
    stop_listening(server, session, worker, id, Some(Stir::Left(reason)));
    server.ports.answer(caller.reply, Ok(Answer::Left { room: name }));
}

fn listens(server: &ChatServer, session: SessionId, id: RoomId) -> Option<WorkerId> {
    let live = server.people.session(session)?;
    live.rooms.contains(id).then_some(live.worker)
}

/// Takes a session out of a room. If that was the last one of its person, those who follow are told, unless they know.
pub fn stop_listening(server: &mut ChatServer, session: SessionId, worker: WorkerId, id: RoomId, stir: Option<Stir>) {
    let now = server.clock.now();
    let user = server.people.session(session).map(|live| live.person.id);
    let is_seen = user.is_some_and(|user| server.shown_status(user) != Status::Offline);
    if let Some(live) = server.people.session_mut(session) {
        live.rooms.remove(id);
    }
    let attention = server.rooms.get_mut(&id).and_then(|room| room.disconnect(session, now));
    if let Some(attention) = attention {
        server.ports.push(worker, Item::Unsubscribe { session, room: attention.feed(id) });
        if let (Some(user), Some(stir)) = (user.filter(|_| is_seen), stir)
            && !server.rooms.get(&id).is_some_and(|room| room.is_here(user))
            && let Some(who) = server.seen(user)
        {
            server.stir(id, &who, stir, None);
        }
    }
}
