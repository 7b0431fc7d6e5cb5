//! `level`: what a member wants to be told of in a room.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::super::turn::Item;
use super::{look_at, refuse};
use crate::domain::ids::RoomId;
use crate::domain::membership::Level;
use crate::domain::permission::{self, Refusal};
use crate::protocol::answer::Answer;
use crate::protocol::error_code::Problem;
use crate::protocol::server_frame::Notice;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, level: Level) {
    let Some((_, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_read(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    if actor.membership.is_none() {
        let refusal = if caller.person.is_guest() { Refusal::AccountNeeded } else { Refusal::NotMember };
        return refuse(server, caller, refusal);
    }
    server.loader.set_level(caller, id, level);
}

/// It is stored: the person's other sessions are told.
pub fn stored(server: &mut ChatServer, caller: Caller, id: RoomId, level: Level, is_stored: bool) {
    if !is_stored {
        return server.ports.answer(caller.reply, Err(Problem::unavailable()));
    }
    let user = caller.person.id;
    if let Some(room) = server.rooms.get_mut(&id) {
        room.set_level(user, level);
        let name = room.info.name.clone();
        let knows = caller.session();
        let sessions: Vec<_> =
            server.people.sessions_for(user, id).filter(|(session, _)| Some(*session) != knows).collect();
        for (session, worker) in sessions {
            let notice = Notice::Level { room: name.clone(), level };
            server.ports.push(worker, Item::Notify { session, notice });
        }
    }
    server.ports.answer(caller.reply, Ok(Answer::Done));
}
