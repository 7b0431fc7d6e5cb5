//! `enter`: becomes a member of a public room, without a session.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{become_member, look_at, refuse};
use crate::domain::ids::RoomId;
use crate::domain::permission;
use crate::domain::permission_inside;
use crate::domain::person::Author;
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_join(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    if actor.membership.is_some() {
        let answer = Answer::Room { room: room.info.name.clone(), id };
        return server.ports.answer(caller.reply, Ok(answer));
    }
    let arrival = super::join::arrival(server, room, caller.person.id, None);
    if let Err(refusal) = permission_inside::may_come_in(server.access(), facts, actor, arrival) {
        return refuse(server, caller, refusal);
    }
    let (who, room) = (Author::from(&*caller.person), room.info.name.clone());
    become_member(server, id, who, None, caller, Command::Enter { room });
}
