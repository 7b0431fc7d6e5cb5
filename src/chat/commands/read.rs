//! `read`: moves a read cursor up. The person's other sessions are told, so that badges are right everywhere.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::super::turn::Item;
use super::{look_at, refuse};
use crate::domain::ids::{RoomId, Seq, SessionId, UserId};
use crate::domain::permission;
use crate::protocol::answer::Answer;
use crate::protocol::error_code::Problem;
use crate::protocol::server_frame::Notice;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, seq: Seq) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_read(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    let last = room.info.last_seq;
    if seq > last {
        let problem = Problem::field("seq", format!("`seq`: the log of this room ends at {last}"));
        return server.ports.answer(caller.reply, Err(problem));
    }
    move_cursor(server, id, caller.person.id, seq, caller.session());
    server.ports.answer(caller.reply, Ok(Answer::Done));
}

/// Moves the cursor and tells the person's sessions, but not the one that knows.
pub fn move_cursor(server: &mut ChatServer, id: RoomId, user: UserId, seq: Seq, knows: Option<SessionId>) {
    let Some(room) = server.rooms.get_mut(&id) else { return };
    if !room.move_cursor(user, seq) {
        return;
    }
    let name = room.info.name.clone();
    server.cursors.moved(id, user, seq);
    let sessions: Vec<_> = server.people.sessions_of(user).filter(|(session, _)| Some(*session) != knows).collect();
    for (session, worker) in sessions {
        server.ports.push(worker, Item::Notify { session, notice: Notice::Read { room: name.clone(), seq } });
    }
}
