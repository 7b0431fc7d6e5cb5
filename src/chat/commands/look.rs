//! `look`: what a room is and what one may do there.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, refuse};
use crate::domain::ids::RoomId;
use crate::domain::permission;
use crate::protocol::answer::{Answer, RoomLook};

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    let access = server.access();
    if let Err(refusal) = permission::may_read(access, facts, actor) {
        return refuse(server, caller, refusal);
    }
    let look = RoomLook {
        id,
        room: room.info.name.clone(),
        kind: room.info.kind,
        topic: room.info.topic.clone(),
        last_seq: room.info.last_seq,
        read_seq: actor.membership.map_or(0, |membership| membership.read_seq),
        role: actor.membership.map(|membership| membership.role),
        members: room.count_members(),
        online: room.online(),
        may_post: permission::may_post(access, facts, actor, server.clock.now()),
        may_join: permission::may_join(access, facts, actor),
        may_leave: permission::may_leave(access, facts, actor),
        may_add: permission::may_add(access, facts, actor),
    };
    server.ports.answer(caller.reply, Ok(Answer::Look(Box::new(look))));
}
