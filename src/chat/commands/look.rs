//! `look`: what a room is and what one may do there.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, refuse};
use crate::domain::ids::RoomId;
use crate::domain::permission;
use crate::domain::permission_inside;
use crate::protocol::answer::{Answer, RoomLook};

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    let (access, now) = (server.access(), server.clock.now());
    if let Err(refusal) = permission::may_read(access, facts, actor) {
        return refuse(server, caller, refusal);
    }
    let arrival = super::join::arrival(server, room, &caller.person, None);
    let look = RoomLook {
        id,
        room: room.info.name.clone(),
        kind: room.info.kind,
        topic: room.info.topic.clone(),
        description: room.info.description.clone(),
        archived: room.info.archived,
        slow_mode: room.info.slow_mode,
        rules: room.shown_rules(&caller.person),
        has_key: room.info.rules.key.is_some(),
        last_seq: room.info.last_seq,
        read_seq: actor.membership.map_or(0, |membership| membership.read.seq),
        unread: actor.membership.map_or(0, |membership| room.info.messages.saturating_sub(membership.read.n)),
        level: actor.membership.map(|membership| membership.level).unwrap_or_default(),
        role: actor.membership.map(|membership| membership.role),
        members: room.count_members(),
        online: room.online(),
        may_post: permission::may_post(access, facts, actor, now),
        may_join: permission::may_join(access, facts, actor),
        may_come_in: permission_inside::may_come_in(access, facts, actor, arrival),
        may_rule: permission_inside::may_rule(access, facts, actor),
        may_leave: permission::may_leave(access, facts, actor),
        may_add: permission::may_add(access, facts, actor),
        may_pin: permission::may_pin(access, facts, actor, now),
        may_describe: permission::may_describe(access, facts, actor, now),
        may_archive: permission::may_archive(access, facts, actor),
        may_appoint: permission::may_appoint(access, facts, actor),
        may_slow: permission::may_slow(access, facts, actor, now),
        may_moderate: permission::may_moderate(facts, actor),
    };
    server.ports.answer(caller.reply, Ok(Answer::Look(Box::new(look))));
}
