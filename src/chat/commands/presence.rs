//! `presence`: somebody says how present they are.

use std::collections::HashSet;

use super::super::reply::Caller;
use super::super::server::ChatServer;
use crate::domain::ids::RoomId;
use crate::domain::person::{Author, Status};
use crate::protocol::answer::Answer;

pub fn run(server: &mut ChatServer, caller: Caller, status: Status) {
    server.people.set_status(caller.person.id, status);
    tell_rooms(server, &Author::from(&*caller.person), status);
    server.ports.answer(caller.reply, Ok(Answer::Done));
}

/// Every room this person is connected to learns the status and the name with its next frame.
pub fn tell_rooms(server: &mut ChatServer, author: &Author, status: Status) {
    let sessions = server.people.sessions_of(author.id);
    let rooms: HashSet<RoomId> =
        sessions.filter_map(|(session, _)| server.people.session(session)).flat_map(|live| live.rooms.iter()).collect();
    for id in rooms {
        if let Some(room) = server.rooms.get_mut(&id) {
            room.update_presence(author, status);
        }
    }
}
