//! `add`: makes somebody a member.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{become_member, look_at, refuse};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::name::RoomName;
use crate::domain::permission;
use crate::domain::person::Author;
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::StorageResult;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, user: UserId) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_add(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    let name = room.info.name.clone();
    match room.membership(user) {
        Some(membership) if membership.banned => {
            let problem = Problem::new(ErrorCode::Forbidden, "this person is banned from the room");
            server.ports.answer(caller.reply, Err(problem));
        }
        Some(_) => server.ports.answer(caller.reply, Ok(Answer::Room { room: name, id })),
        None => server.loader.find(caller, name, user),
    }
}

/// It is known whether there is such a person.
pub fn found(server: &mut ChatServer, caller: Caller, name: RoomName, user: StorageResult<Option<Author>>) {
    let who = match user {
        Ok(Some(who)) => who,
        Ok(None) => {
            let problem =
                Problem { field: Some("user"), ..Problem::new(ErrorCode::NotFound, "there is no such person") };
            return server.ports.answer(caller.reply, Err(problem));
        }
        Err(error) => {
            log::error!("a person could not be looked up: {error}");
            return server.ports.answer(caller.reply, Err(Problem::unavailable()));
        }
    };
    // The room may have been forgotten, and rights may have changed, while the person was looked up.
    let Some(id) = server.room_id(&name) else {
        return server.take(caller, Command::Add { room: name, user: who.id });
    };
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_add(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    if room.membership(who.id).is_some() {
        return server.ports.answer(caller.reply, Ok(Answer::Room { room: name, id }));
    }
    let (by, user) = (Some(Author::from(&*caller.person)), who.id);
    become_member(server, id, who, by, caller, Command::Add { room: name, user });
}
