//! `role`: gives a member another role. An owner who makes somebody else the owner becomes a moderator with it.

use super::super::journal::Purpose;
use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, not_written, refuse};
use crate::domain::event::{Draft, EventBody};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::membership::Role;
use crate::domain::name::RoomName;
use crate::domain::permission::{self, Refusal};
use crate::domain::person::Author;
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::StorageResult;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, user: UserId, role: Role) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_appoint(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    let name = room.info.name.clone();
    match room.membership(user) {
        None => server.ports.answer(caller.reply, Err(no_member())),
        Some(found) if found.banned => server.ports.answer(caller.reply, Err(no_member())),
        Some(found) if found.role == role => server.ports.answer(caller.reply, Ok(Answer::Room { room: name, id })),
        Some(found) if found.role == Role::Owner && room.owners() < 2 => refuse(server, caller, Refusal::OwnerStays),
        Some(_) => server.loader.named(caller, name, Command::Appoint { room: room.info.name.clone(), user, role }),
    }
}

/// The person's name is known: events carry it.
pub fn named(
    server: &mut ChatServer,
    caller: Caller,
    name: &RoomName,
    command: &Command,
    user: StorageResult<Option<Author>>,
) {
    let who = match user {
        Ok(Some(who)) => who,
        Ok(None) => return server.ports.answer(caller.reply, Err(no_member())),
        Err(error) => {
            log::error!("a person could not be looked up: {error}");
            return server.ports.answer(caller.reply, Err(Problem::unavailable()));
        }
    };
    // Much may have changed while the person was looked up.
    let Some(id) = server.room_id(name) else {
        return server.ports.answer(caller.reply, Err(Problem::unavailable()));
    };
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    let Some(found) = room.membership(who.id).filter(|found| !found.banned) else {
        return server.ports.answer(caller.reply, Err(no_member()));
    };
    let access = server.access();
    let by = Author::from(&*caller.person);
    let (may, body) = match command {
        Command::Appoint { role, .. } => {
            let may = permission::may_appoint(access, facts, actor);
            let may = if found.role == Role::Owner && *role != Role::Owner && room.owners() < 2 {
                may.and(Err(Refusal::OwnerStays))
            } else {
                may
            };
            (may, EventBody::Role { role: *role, by })
        }
        _ => (permission::may_remove(access, facts, actor, found.role), EventBody::Left { by: Some(by) }),
    };
    if let Err(refusal) = may {
        return refuse(server, caller, refusal);
    }
    let draft = Draft {
        room: id,
        room_name: room.info.name.clone(),
        author: who.clone(),
        at: server.clock.now(),
        body,
        calls: Vec::new(),
    };
    let ends = draft.body.kind().is_membership();
    if ends
        && let Some(room) = server.rooms.get_mut(&id)
        && !room.begin_change(who.id)
    {
        let message = "this person is coming or leaving at this moment; try again";
        return server.ports.answer(caller.reply, Err(Problem::new(ErrorCode::Conflict, message)));
    }
    if let Err(purpose) = server.write(draft, Purpose::Request(caller.reply)) {
        not_written(server, purpose);
        if ends {
            super::settle::could_not_change(server, id, who.id);
        }
    }
}

/// There is nobody like that in the room.
pub fn no_member() -> Problem {
    Problem { field: Some("user"), ..Problem::new(ErrorCode::NotFound, "this person is not a member of the room") }
}
