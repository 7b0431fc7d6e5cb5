//! `create`: makes a room. Whoever makes it owns it; a guest's room belongs to nobody.

use super::super::loader::Made;
use super::super::reply::Caller;
use super::super::room::Room;
use super::super::server::ChatServer;
use super::super::turn::Item;
use crate::domain::event::Event;
use crate::domain::ids::RoomId;
use crate::domain::membership::Role;
use crate::domain::name::RoomName;
use crate::domain::permission;
use crate::domain::person::Author;
use crate::domain::room::{RoomKind, Topic};
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::crowd::CrowdAct;
use crate::protocol::encode::{News, SharedFrames};
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::rooms::NewRoom;
use crate::storage::{StorageError, StorageResult};

pub fn run(server: &mut ChatServer, caller: Caller, name: RoomName, kind: RoomKind, topic: Topic) {
    make(server, caller, name, kind, topic, None);
}

/// Makes a room and then carries out `then` in it.
pub fn make(
    server: &mut ChatServer,
    caller: Caller,
    name: RoomName,
    kind: RoomKind,
    topic: Topic,
    then: Option<Command>,
) {
    if kind == RoomKind::Direct {
        let problem = Problem::field("kind", "`kind` must be public or private; a direct room is opened with a person");
        return server.ports.answer(caller.reply, Err(problem));
    }
    // A token for some rooms that asks for a room which is not there: neither would the new one be among them.
    if caller.person.grant.is_for_some_rooms() {
        return server.ports.answer(caller.reply, Err(Problem::no_such_room()));
    }
    if let Err(error) = RoomName::parse(name.as_str()) {
        return server.ports.answer(caller.reply, Err(crate::protocol::error_code::bad_name("room", &error)));
    }
    if let Err(refusal) = permission::may_create(server.access(), kind, caller.person.standing) {
        return server.ports.answer(caller.reply, Err(refusal.into()));
    }
    let maker = (!caller.person.is_guest()).then(|| Author::from(&*caller.person));
    let members = maker.iter().map(|author| (author.clone(), Role::Owner)).collect();
    let new = NewRoom { name, kind, topic, made_by: maker, members, at: server.clock.now() };
    server.loader.create(caller, new, then);
}

/// A room has been made or found.
pub fn made(server: &mut ChatServer, caller: Caller, then: Option<Command>, made: StorageResult<Made>) {
    let (stored, events) = match made {
        Ok(Made::New(stored, events)) => (stored, events),
        Ok(Made::Old(stored)) => (stored, Vec::new()),
        Ok(Made::Nobody) => {
            let problem =
                Problem { field: Some("user"), ..Problem::new(ErrorCode::NotFound, "there is no such person") };
            return server.ports.answer(caller.reply, Err(problem));
        }
        // Two made it at the same moment: whoever only wanted to join does so.
        Ok(Made::NameTaken) if then.is_some() => return join_after_all(server, caller, then),
        Ok(Made::NameTaken | Made::LookAlike) => {
            let message = "a room of this name, or of one that looks like it, is there already; choose another name";
            let problem = Problem { field: Some("room"), ..Problem::new(ErrorCode::Conflict, message) };
            return server.ports.answer(caller.reply, Err(problem));
        }
        Err(error) => return failed(server, caller, &error),
    };
    let (id, name) = (stored.info.id, stored.info.name.clone());
    server.open_room(Room::new(stored, server.clock.now()));
    match then {
        Some(command) => server.run(id, caller, command),
        None => server.ports.answer(caller.reply, Ok(Answer::Room { room: name, id })),
    }
    for event in events {
        tell_new_member(server, event);
    }
}

/// Still with `create`: a look that began before the room was stored may say that it is missing, and would then be
/// believed.
fn join_after_all(server: &mut ChatServer, caller: Caller, then: Option<Command>) {
    match then {
        Some(Command::Join { room, after, key, .. }) => {
            server.take(caller, Command::Join { room, after, create: true, key });
        }
        Some(Command::Listen { room, after, key, .. }) => {
            server.take(caller, Command::Listen { room, after, create: true, key });
        }
        Some(Command::Crowd { room, act: CrowdAct::Follow { key, .. } }) => {
            server.take(caller, Command::Crowd { room, act: CrowdAct::Follow { create: true, key } });
        }
        _ => server.ports.answer(caller.reply, Err(Problem::unavailable())),
    }
}

fn failed(server: &mut ChatServer, caller: Caller, error: &StorageError) {
    log::error!("a room could not be made: {error}");
    server.ports.answer(caller.reply, Err(Problem::unavailable()));
}

/// A person's sessions learn of their new membership, also those that do not listen to the room.
pub fn tell_new_member(server: &mut ChatServer, event: Event) {
    let (user, room) = (event.author.id, event.room);
    let frames = SharedFrames::new(News::Event(event.into()));
    let is_direct = server.rooms.get(&room).is_some_and(|room| room.info.kind == RoomKind::Direct);
    for (session, worker) in away_sessions(server, user, room) {
        server.ports.push(worker, Item::Tell { session, frames: frames.clone() });
        if is_direct {
            // Somebody who is written to for the first time hears it at once, without having to ask.
            super::join::listen_unasked(server, room, session, worker);
        }
    }
}

/// The sessions of a person that do not listen to the room.
fn away_sessions(
    server: &ChatServer,
    user: crate::domain::ids::UserId,
    room: RoomId,
) -> Vec<(crate::domain::ids::SessionId, super::super::turn::WorkerId)> {
    let listens = |session| server.people.session(session).is_some_and(|live| live.rooms.contains(room));
    server.people.sessions_for(user, room).filter(|(session, _)| !listens(*session)).collect()
}
