//! `remove`: ends somebody else's membership.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::appoint::no_member;
use super::{look_at, refuse};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::permission;
use crate::protocol::command::Command;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, user: UserId) {
    if user == caller.person.id {
        return super::give_up::run(server, id, caller);
    }
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    // Whoever may not see the room hears nothing about who is in it.
    if let Err(refusal) = permission::may_read(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    let Some(found) = room.membership(user).filter(|found| !found.banned) else {
        return server.ports.answer(caller.reply, Err(no_member()));
    };
    if let Err(refusal) = permission::may_remove(server.access(), facts, actor, found.role) {
        return refuse(server, caller, refusal);
    }
    let room = room.info.name.clone();
    server.loader.named(caller, room.clone(), Command::Remove { room, user });
}
