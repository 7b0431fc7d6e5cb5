//! What each command does: one verb, one file. `settle` and `loaded` take up what comes back from the journal and
//! from the loader.

pub mod act;
pub mod add;
pub mod appoint;
pub mod ask;
pub mod connect;
pub mod create;
pub mod crowd;
pub mod direct;
pub mod enter;
pub mod erase;
pub mod give_up;
pub mod history;
pub mod house;
pub mod join;
pub mod leave;
pub mod level;
pub mod loaded;
pub mod look;
pub mod members;
pub mod moderate;
pub mod nick;
pub mod people;
pub mod ping;
pub mod presence;
pub mod privacy;
pub mod read;
pub mod remove;
pub mod report;
pub mod rooms;
pub mod rules;
mod say;
pub mod send;
pub mod settle;
pub mod status;
pub mod typing;

use super::journal::Purpose;
use super::reply::Caller;
use super::room::Room;
use super::server::ChatServer;
use crate::domain::event::{Draft, EventBody};
use crate::domain::ids::RoomId;
use crate::domain::membership::Role;
use crate::domain::permission::{Actor, Refusal, RoomFacts};
use crate::domain::permission_inside::may_come_in;
use crate::domain::person::Author;
use crate::protocol::command::Command;
use crate::protocol::error_code::Problem;

/// The room and what permissions depend on. `ChatServer::run` has just found the room, so it is there.
fn look_at<'a>(server: &'a ChatServer, id: RoomId, caller: &Caller) -> Option<(&'a Room, RoomFacts, Actor)> {
    let room = server.rooms.get(&id)?;
    let (facts, actor, person) = (room.facts(), room.actor(&caller.person), &*caller.person);
    // Guests write without having come in. What would keep them out must keep out their words too.
    let bar = (person.is_guest() && !room.is_here(person.id))
        .then(|| may_come_in(server.access(), facts, actor, join::arrival(server, room, person, None)).err());
    Some((room, RoomFacts { bar: bar.flatten(), ..facts }, actor))
}

/// Refuses a command.
fn refuse(server: &mut ChatServer, caller: Caller, refusal: Refusal) {
    let problem = match refusal {
        Refusal::NotFound => Problem::no_such_room(),
        other => other.into(),
    };
    server.ports.answer(caller.reply, Err(problem));
}

/// Makes `who` a member and then carries out `command`, with everything that is asked for meanwhile, in order.
fn become_member(
    server: &mut ChatServer,
    id: RoomId,
    who: Author,
    by: Option<Author>,
    caller: Caller,
    command: Command,
) {
    let now = server.clock.now();
    let Some(room) = server.rooms.get_mut(&id) else { return };
    let user = who.id;
    let is_first = room.begin_change(user);
    let draft = Draft {
        room: id,
        room_name: room.info.name.clone(),
        author: who,
        at: now,
        body: EventBody::Joined { role: Role::Member, by },
        calls: Vec::new(),
    };
    // The change has begun, so this keeps the command.
    let _ = room.wait_for_change(user, caller, command);
    if is_first && server.write(draft, Purpose::Change).is_err() {
        settle::could_not_change(server, id, user);
    }
}

/// Tells the caller that it could not be put into the journal.
fn not_written(server: &mut ChatServer, purpose: Purpose) {
    if let Purpose::Request(reply) = purpose {
        server.ports.answer(reply, Err(Problem::unavailable()));
    }
}
