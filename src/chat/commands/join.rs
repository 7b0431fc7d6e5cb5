//! `join`: a session listens to a room, from now on or from after a given event, without a gap and without a repeat.
//!
//! Order is everything here. The server knows the last committed event at this moment; whatever is committed later
//! reaches the session's thread after the subscription. With `after` the thread gives the session what it missed, page
//! by page from the log, and notes how far the log has grown meanwhile; live events go out once there is nothing
//! between.

use super::super::reply::{Caller, Reply};
use super::super::server::ChatServer;
use super::super::turn::{Item, WorkerId};
use super::{become_member, look_at, refuse};
use crate::domain::event::Event;
use crate::domain::ids::{RoomId, Seq, SessionId};
use crate::domain::limits;
use crate::domain::name::RoomName;
use crate::domain::permission::{self, Refusal};
use crate::domain::person::Author;
use crate::domain::room::{RoomKind, Topic};
use crate::protocol::answer::{Answer, Joined};
use crate::protocol::command::Command;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::protocol::server_frame::Notice;
use crate::storage::StorageResult;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, name: RoomName, after: Option<Seq>, create: bool) {
    let Some((_, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_read(server.access(), facts, actor) {
        return refuse_join(server, caller, name, create, refusal);
    }
    let Reply::Session { session, worker, .. } = caller.reply else {
        let problem = Problem::field("room", "only a live session can listen to a room");
        return server.ports.answer(caller.reply, Err(problem));
    };
    let Some(live) = server.people.session(session) else { return };
    if live.rooms.len() >= limits::ROOMS_PER_SESSION && !live.rooms.contains(&id) {
        let message = format!("a session listens to {} rooms at most; leave one first", limits::ROOMS_PER_SESSION);
        return server.ports.answer(caller.reply, Err(Problem::new(ErrorCode::TooLarge, message)));
    }
    let becomes_member = !caller.person.is_guest() && actor.membership.is_none() && facts.kind == RoomKind::Public;
    if becomes_member {
        let who = Author::from(&*caller.person);
        return become_member(server, id, who, None, caller, Command::Join { room: name, after, create });
    }
    listen(server, id, caller, session, worker, after);
}

/// To a stranger a private room's name is free, until it is made: then it is taken.
fn refuse_join(server: &mut ChatServer, caller: Caller, name: RoomName, create: bool, refusal: Refusal) {
    if create && refusal == Refusal::NotFound {
        return super::create::run(server, caller, name, RoomKind::Public, Topic::default());
    }
    refuse(server, caller, refusal);
}

fn listen(
    server: &mut ChatServer,
    id: RoomId,
    caller: Caller,
    session: SessionId,
    worker: WorkerId,
    after: Option<Seq>,
) {
    let generation = server.next_generation();
    let status = server.people.status(caller.person.id);
    let Some(room) = server.rooms.get_mut(&id) else { return };
    room.connect(session, worker, &caller.person, status);
    let last_seq = room.info.last_seq;
    // Ahead of the log: the client knows another database, say one from before a restore.
    let reset = after.is_some_and(|after| after > last_seq || last_seq - after > limits::RESUME_EVENTS);
    let joined = Joined {
        room: room.info.name.clone(),
        last_seq,
        read_seq: room.membership(caller.person.id).map(|membership| membership.read_seq),
        kind: room.info.kind,
        topic: room.info.topic.clone(),
        online: room.online(),
        reset,
    };
    if let Some(live) = server.people.session_mut(session) {
        live.rooms.insert(id);
    }
    let seen = match after {
        // The newest page instead: the log has no holes, so it begins so many events before its end.
        Some(_) if reset => last_seq.saturating_sub(limits::HISTORY_DEFAULT as u64),
        Some(after) => after,
        None => last_seq,
    };
    server.ports.answer(caller.reply, Ok(Answer::Joined(joined)));
    server.ports.push(worker, Item::Subscribe { session, room: id, generation, seen, newest: last_seq });
    if seen < last_seq {
        server.loader.replay(session, id, generation, seen);
    }
}

/// A session that is catching up has room for another page. Whatever has been taken from it since is not read.
pub fn next_page(server: &mut ChatServer, session: SessionId, id: RoomId, generation: u64, after: Seq) {
    if server.people.session(session).is_some_and(|live| live.rooms.contains(&id)) {
        server.loader.replay(session, id, generation, after);
    }
}

/// A session listens from now on without having asked, as far as it has room for it.
pub fn listen_unasked(server: &mut ChatServer, id: RoomId, session: SessionId, worker: WorkerId) {
    let generation = server.next_generation();
    let Some(live) = server.people.session_mut(session) else { return };
    if live.rooms.len() >= limits::ROOMS_PER_SESSION || !live.rooms.insert(id) {
        return;
    }
    let person = std::sync::Arc::clone(&live.person);
    let status = server.people.status(person.id);
    if let Some(room) = server.rooms.get_mut(&id) {
        room.connect(session, worker, &person, status);
        let seen = room.info.last_seq;
        server.ports.push(worker, Item::Subscribe { session, room: id, generation, seen, newest: seen });
    }
}

/// What a session missed has been read.
pub fn replay(
    server: &mut ChatServer,
    session: SessionId,
    id: RoomId,
    generation: u64,
    events: StorageResult<Vec<Event>>,
) {
    let Some(worker) = server.people.session(session).map(|live| live.worker) else { return };
    match events {
        Ok(events) => {
            let events = events.into_iter().map(std::sync::Arc::new).collect();
            server.ports.push(worker, Item::Replay { session, room: id, generation, events });
        }
        Err(error) => {
            log::error!("what a session missed could not be read; it is told to join again: {error}");
            super::leave::stop_listening(server, session, worker, id);
            if let Some(room) = server.rooms.get(&id) {
                let notice = Notice::Resync { room: room.info.name.clone(), reason: "unavailable" };
                server.ports.push(worker, Item::Notify { session, notice });
            }
        }
    }
}
