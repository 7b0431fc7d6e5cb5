//! Deletes a room, for those who run the server. What was accepted before is written first; what is asked for meanwhile
//! waits, and then finds the room as little as everybody else does.

use super::super::reply::Caller;
use super::super::room::Ending;
use super::super::server::ChatServer;
use super::super::turn::{Item, WorkerId};
use super::leave::stop_listening;
use super::refuse;
use crate::domain::ids::{RoomId, SessionId};
use crate::domain::permission;
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::error_code::Problem;
use crate::protocol::server_frame::Notice;
use crate::storage::StorageResult;

/// Commands that may wait for the end of a room.
const WAITING: usize = 10_000;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller) {
    let Some(room) = server.rooms.get_mut(&id) else { return };
    if let Err(refusal) = permission::may_be_deleted(room.facts()) {
        return refuse(server, caller, refusal);
    }
    room.ending = Some(Ending { asked: Some(caller), waiting: Vec::new() });
    go_on(server, id);
}

/// Keeps a command for a room that is being deleted; gives it back when the room stays.
pub fn wait(server: &mut ChatServer, id: RoomId, caller: Caller, command: Command) -> Option<(Caller, Command)> {
    match server.rooms.get_mut(&id).and_then(|room| room.ending.as_mut()) {
        Some(ending) if ending.waiting.len() < WAITING => ending.waiting.push((caller, command)),
        Some(_) => server.ports.answer(caller.reply, Err(Problem::unavailable())),
        None => return Some((caller, command)),
    }
    None
}

/// Once the journal has nothing more of this room it is removed: an event for a room that is not there would fail, and
/// with it everything in its transaction.
pub fn go_on(server: &mut ChatServer, id: RoomId) {
    let Some(room) = server.rooms.get_mut(&id) else { return };
    if let Some(caller) = room.take_end() {
        server.loader.remove_room(caller, id);
    }
}

/// It is gone, or could not be removed.
pub fn removed(server: &mut ChatServer, caller: Caller, id: RoomId, removed: StorageResult<bool>) {
    if let Err(error) = removed {
        log::error!("a room could not be deleted: {error}");
        server.ports.answer(caller.reply, Err(Problem::unavailable()));
        let ending = server.rooms.get_mut(&id).and_then(|room| room.ending.take());
        for (caller, command) in ending.map(|ending| ending.waiting).unwrap_or_default() {
            server.run(id, caller, command);
        }
        return;
    }
    tell(server, id);
    let waiting = server.forget_room(id);
    server.ports.answer(caller.reply, Ok(Answer::Done));
    for (caller, command) in waiting {
        server.take(caller, command);
    }
}

/// Everybody who listens or is a member learns that the room is gone, and listens no longer.
fn tell(server: &mut ChatServer, id: RoomId) {
    let Some(room) = server.rooms.get(&id) else { return };
    let name = room.info.name.clone();
    let is_member = |user| room.membership(user).is_some_and(|found| !found.banned);
    let concerned: Vec<(SessionId, WorkerId)> = server
        .people
        .sessions()
        .filter(|(_, live)| live.rooms.contains(id) || (is_member(live.person.id) && live.person.grant.covers(id)))
        .map(|(session, live)| (session, live.worker))
        .collect();
    for (session, worker) in concerned {
        stop_listening(server, session, worker, id, None);
        server.ports.push(worker, Item::Notify { session, notice: Notice::Gone { room: name.clone() } });
    }
}
