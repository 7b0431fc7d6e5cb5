//! `read` moves a read cursor up, `unread` down again. The person's other sessions are told, so that badges are right
//! everywhere.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::super::turn::Item;
use super::{look_at, refuse};
use crate::domain::ids::{RoomId, Seq, SessionId, UserId};
use crate::domain::membership::Mark;
use crate::domain::permission::{self, Refusal};
use crate::protocol::answer::Answer;
use crate::protocol::error_code::Problem;
use crate::protocol::server_frame::Notice;
use crate::storage::StorageResult;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, seq: Seq) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_read(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    let (last, messages) = (room.info.last_seq, room.info.messages);
    if seq > last {
        let problem = Problem::field("seq", format!("`seq`: the log of this room ends at {last}"));
        return server.ports.answer(caller.reply, Err(problem));
    }
    match actor.membership {
        // Somebody who has read up to the end needs no look at the database.
        Some(_) if seq == last => {
            move_cursor(server, id, caller.person.id, Mark { seq, n: messages }, caller.session());
        }
        Some(membership) if membership.read.seq < seq => return server.loader.place(caller, id, seq, false),
        _ => {}
    }
    server.ports.answer(caller.reply, Ok(Answer::Done));
}

/// The message `seq` and all that follow are to be unread again.
pub fn unread(server: &mut ChatServer, id: RoomId, caller: Caller, seq: Seq) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_read(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    if actor.membership.is_none() {
        let refusal = if caller.person.is_guest() { Refusal::AccountNeeded } else { Refusal::NotMember };
        return refuse(server, caller, refusal);
    }
    let last = room.info.last_seq;
    if seq == 0 || seq > last {
        let problem = Problem::field("seq", format!("`seq` must be 1 to {last}, the end of this room's log"));
        return server.ports.answer(caller.reply, Err(problem));
    }
    server.loader.place(caller, id, seq - 1, true);
}

/// It is known how many messages there are up to a place.
pub fn placed(server: &mut ChatServer, caller: Caller, id: RoomId, place: StorageResult<Mark>, back: bool) {
    let answer = match place {
        Ok(to) => {
            let (user, knows) = (caller.person.id, caller.session());
            if back {
                move_back(server, id, user, to);
            } else {
                move_cursor(server, id, user, to, knows);
            }
            Ok(Answer::Done)
        }
        Err(error) => {
            log::error!("a place in a log could not be read: {error}");
            Err(Problem::unavailable())
        }
    };
    server.ports.answer(caller.reply, answer);
}

/// Moves the cursor up and tells the person's sessions, but not the one that knows.
pub fn move_cursor(server: &mut ChatServer, id: RoomId, user: UserId, to: Mark, knows: Option<SessionId>) {
    let Some(room) = server.rooms.get_mut(&id) else { return };
    if room.move_cursor(user, to) {
        server.cursors.moved(id, user, to, false);
        tell(server, id, user, to, knows);
    }
}

/// Moves the cursor wherever, and tells all sessions of the person: this one did not know how much is unread now.
fn move_back(server: &mut ChatServer, id: RoomId, user: UserId, to: Mark) {
    let Some(room) = server.rooms.get_mut(&id) else { return };
    if room.set_cursor(user, to) {
        server.cursors.moved(id, user, to, true);
        tell(server, id, user, to, None);
    }
}

fn tell(server: &mut ChatServer, id: RoomId, user: UserId, to: Mark, knows: Option<SessionId>) {
    let Some(room) = server.rooms.get(&id) else { return };
    let (name, unread) = (room.info.name.clone(), room.info.messages.saturating_sub(to.n));
    let sessions: Vec<_> =
        server.people.sessions_for(user, id).filter(|(session, _)| Some(*session) != knows).collect();
    for (session, worker) in sessions {
        let notice = Notice::Read { room: name.clone(), seq: to.seq, unread };
        server.ports.push(worker, Item::Notify { session, notice });
    }
}
