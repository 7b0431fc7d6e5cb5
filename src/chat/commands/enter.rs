//! `enter`: becomes a member of a public room, without a session. A guest, who is a member nowhere, shows the key of a room.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{become_member, look_at, refuse};
use crate::domain::ids::RoomId;
use crate::domain::permission;
use crate::domain::permission_inside;
use crate::domain::person::Author;
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, key: Option<&str>) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    let shows_key = caller.person.is_guest() && (key.is_some() || room.info.rules.key.is_some());
    let may = if shows_key { permission::may_read } else { permission::may_join };
    if let Err(refusal) = may(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    let answer = Answer::Room { room: room.info.name.clone(), id };
    if actor.membership.is_some() {
        return server.ports.answer(caller.reply, Ok(answer));
    }
    let arrival = super::join::arrival(server, room, &caller.person, key);
    if let Err(refusal) = permission_inside::may_come_in(server.access(), facts, actor, arrival) {
        return refuse(server, caller, refusal);
    }
    if shows_key {
        if let Some(room) = server.rooms.get_mut(&id) {
            room.parts.shows_key(caller.person.id);
        }
        return server.ports.answer(caller.reply, Ok(answer));
    }
    let (who, room) = (Author::from(&*caller.person), room.info.name.clone());
    become_member(server, id, who, None, caller, Command::Enter { room, key: key.map(str::to_owned) });
}
