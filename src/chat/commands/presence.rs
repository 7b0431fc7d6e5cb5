//! `presence`: somebody says how present they are, or their program noticed it.

use std::collections::HashSet;

use super::super::reply::Caller;
use super::super::server::ChatServer;
use crate::domain::ids::{RoomId, UserId};
use crate::domain::person::{Author, Status};
use crate::protocol::answer::Answer;
use crate::protocol::crowd::Stir;

pub fn run(server: &mut ChatServer, caller: Caller, status: Status, auto: bool) {
    let user = caller.person.id;
    let before = server.shown_status(user);
    server.people.set_away(user, caller.session(), status == Status::Away);
    if status == Status::Busy || !auto {
        let is_busy = status == Status::Busy;
        server.people.set_busy(user, is_busy);
        if !caller.person.is_guest() {
            server.profiles.set_busy(user, is_busy);
        }
    }
    tell_if_changed(server, user, before);
    server.ports.answer(caller.reply, Ok(Answer::Done));
}

/// The rooms are told when somebody looks different from `before`.
pub fn tell_if_changed(server: &mut ChatServer, user: UserId, before: Status) {
    let after = server.shown_status(user);
    if after == before {
        return;
    }
    tell_rooms(server, user);
    if before != Status::Offline && after != Status::Offline {
        server.stir_around(user, &Stir::Away, None);
    }
}

/// Every room this person is connected to learns the presence, the status and the name with its next frame.
pub fn tell_rooms(server: &mut ChatServer, user: UserId) {
    let status = server.shown_status(user);
    let live = || server.people.sessions_of(user).filter_map(|(session, _)| server.people.session(session));
    let Some(author) = live().next().map(|live| Author::from(&*live.person)) else { return };
    let rooms: HashSet<RoomId> = live().flat_map(|live| live.rooms.iter()).collect();
    for id in rooms {
        if let Some(room) = server.rooms.get_mut(&id) {
            room.update_presence(&author, status);
        }
    }
}
