//! `leave`: a session stops listening. The membership stays.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::super::turn::{Item, WorkerId};
use super::{look_at, refuse};
use crate::domain::ids::{RoomId, SessionId};
use crate::domain::permission::{self, Refusal};
use crate::protocol::answer::Answer;
use crate::protocol::error_code::Problem;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller) {
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
    stop_listening(server, session, worker, id);
    server.ports.answer(caller.reply, Ok(Answer::Left { room: name }));
}

fn listens(server: &ChatServer, session: SessionId, id: RoomId) -> Option<WorkerId> {
    let live = server.people.session(session)?;
    live.rooms.contains(id).then_some(live.worker)
}

/// Takes a session out of a room.
pub fn stop_listening(server: &mut ChatServer, session: SessionId, worker: WorkerId, id: RoomId) {
    let now = server.clock.now();
    if let Some(live) = server.people.session_mut(session) {
        live.rooms.remove(id);
    }
    let attention = server.rooms.get_mut(&id).and_then(|room| room.disconnect(session, now));
    if let Some(attention) = attention {
        server.ports.push(worker, Item::Unsubscribe { session, room: attention.feed(id) });
    }
}
