//! `give up`: ends one's membership.

use super::super::journal::Purpose;
use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, not_written, refuse};
use crate::domain::event::{Draft, EventBody};
use crate::domain::ids::RoomId;
use crate::domain::permission;
use crate::domain::person::Author;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_leave(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    // A mute belongs to the membership: whoever could end that would come back without it.
    let now = server.clock.now();
    if let Some(until) = actor.membership.and_then(|own| own.muted_until).filter(|until| *until > now) {
        return refuse(server, caller, permission::Refusal::Muted { until });
    }
    let user = caller.person.id;
    let draft = Draft {
        room: id,
        room_name: room.info.name.clone(),
        author: Author::from(&*caller.person),
        at: server.clock.now(),
        body: EventBody::Left { by: None },
        calls: Vec::new(),
    };
    // Nobody else's change of this membership is under way: this command would have waited for it.
    if let Some(room) = server.rooms.get_mut(&id) {
        room.begin_change(user);
    }
    if let Err(purpose) = server.write(draft, Purpose::Request(caller.reply)) {
        not_written(server, purpose);
        super::settle::could_not_change(server, id, user);
    }
}
