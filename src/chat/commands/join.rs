//! `join`: a session listens to a room, from now on or from after a given event, without a gap and without a repeat.
//!
//! Order is everything here. The server knows the last committed event at this moment; whatever is committed later
//! reaches the session's thread after the subscription. With `after` the thread gives the session what it missed, page
//! by page from the log, and notes how far the log has grown meanwhile; live events go out once there is nothing
//! between.

use super::super::fanout::NextPage;
use super::super::feed::{Attention, room_of};
use super::super::reply::{Caller, Reply};
use super::super::room::Room;
use super::super::server::ChatServer;
use super::super::turn::{Item, WorkerId};
use super::{become_member, look_at, refuse};
use crate::domain::event::Event;
use crate::domain::grant::Scope;
use crate::domain::ids::{RoomId, Seq, SessionId};
use crate::domain::limits;
use crate::domain::mask::Mask;
use crate::domain::name::RoomName;
use crate::domain::permission::{self, Refusal};
use crate::domain::permission_inside::{self, Arrival};
use crate::domain::person::{Author, Person, Status};
use crate::domain::room::{RoomKind, Topic};
use crate::protocol::answer::{Answer, Joined};
use crate::protocol::command::Command;
use crate::protocol::crowd::{CrowdAct, Stir};
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::protocol::server_frame::Notice;
use crate::storage::StorageResult;

/// What a session wants when it joins.
pub struct Wish {
    /// Which room, by the name it gave.
    pub room: RoomName,
    /// The last event it has.
    pub after: Option<Seq>,
    /// Make the room when there is none.
    pub create: bool,
    /// Whether to look at it, only to listen, or to follow it.
    pub attention: Attention,
    /// What its key is thought to be.
    pub key: Option<String>,
    /// Whether whoever may becomes a member of a public room.
    pub enters: bool,
}

impl Wish {
    /// The command that asks for it.
    pub fn into_command(self) -> Command {
        let Self { room, after, create, attention, enters, key } = self;
        match attention {
            _ if !enters => Command::Follow { room, after, looks: attention == Attention::Looks },
            Attention::Looks => Command::Join { room, after, create, key },
            Attention::Listens => Command::Listen { room, after, create, key },
            Attention::Follows => Command::Crowd { room, act: CrowdAct::Follow { create, key } },
        }
    }
}

/// A session that listens, on its thread.
#[derive(Clone, Copy)]
struct Ear {
    session: SessionId,
    worker: WorkerId,
    attention: Attention,
}

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, wish: Wish) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_read(server.access(), facts, actor) {
        return refuse_join(server, caller, wish, refusal);
    }
    let user = caller.person.id;
    let arrival = arrival(server, room, &caller.person, wish.key.as_deref());
    if !room.is_here(user)
        && let Err(refusal) = permission_inside::may_come_in(server.access(), facts, actor, arrival)
    {
        return refuse(server, caller, refusal);
    }
    let Reply::Session { session, worker, .. } = caller.reply else {
        let problem = Problem::field("room", "only a live session can listen to a room");
        return server.ports.answer(caller.reply, Err(problem));
    };
    let Some(live) = server.people.session(session) else { return };
    if live.rooms.len() >= limits::ROOMS_PER_SESSION && !live.rooms.contains(id) {
        let message = format!("a session listens to {} rooms at most; leave one first", limits::ROOMS_PER_SESSION);
        return server.ports.answer(caller.reply, Err(Problem::new(ErrorCode::TooLarge, message)));
    }
    let may_become = wish.enters && !caller.person.is_guest() && caller.person.grant.allows(Scope::Write).is_ok();
    let becomes_member = may_become && actor.membership.is_none() && facts.kind == RoomKind::Public;
    if becomes_member {
        let who = Author::from(&*caller.person);
        return become_member(server, id, who, None, caller, wish.into_command());
    }
    listen(server, id, caller, Ear { session, worker, attention: wish.attention }, wish.after);
}

/// To a stranger a private room's name is free, until it is made: then it is taken.
fn refuse_join(server: &mut ChatServer, caller: Caller, wish: Wish, refusal: Refusal) {
    if wish.create && refusal == Refusal::NotFound {
        return super::create::run(server, caller, wish.room, RoomKind::Public, Topic::default());
    }
    refuse(server, caller, refusal);
}

fn listen(server: &mut ChatServer, id: RoomId, caller: Caller, ear: Ear, after: Option<Seq>) {
    let before = connect(server, id, &caller.person, ear);
    let Some(room) = server.rooms.get(&id) else { return };
    let last_seq = room.info.last_seq;
    // Ahead of the log: the client knows another database, say one from before a restore.
    let reset = after.is_some_and(|after| after > last_seq || last_seq - after > limits::RESUME_EVENTS);
    let joined = Joined {
        room: room.info.name.clone(),
        last_seq,
        read_seq: room.membership(caller.person.id).map(|membership| membership.read.seq),
        kind: room.info.kind,
        topic: room.info.topic.clone(),
        online: room.online(),
        reset,
    };
    let seen = match after {
        // The newest page instead: the log has no holes, so it begins so many events before its end.
        Some(_) if reset => last_seq.saturating_sub(limits::HISTORY_DEFAULT as u64),
        Some(after) => after,
        None => last_seq,
    };
    let answer = match ear.attention {
        Attention::Looks | Attention::Listens => Answer::Joined(joined),
        Attention::Follows => {
            let mut inside = super::crowd::view(server, id, caller.person.id, caller.person.is_guest());
            inside.is_here = before.is_some();
            Answer::Inside(Box::new(inside))
        }
    };
    server.ports.answer(caller.reply, Ok(answer));
    let feed = ear.attention.feed(id);
    if let Some(before) = before.filter(|before| *before != ear.attention) {
        server.ports.push(ear.worker, Item::Unsubscribe { session: ear.session, room: before.feed(id) });
    }
    let generation = subscribe(server, feed, ear, seen, last_seq);
    if seen < last_seq {
        server.loader.replay(ear.session, feed, generation, seen);
    }
}

/// Notes that a session listens; answers how it did before, if it did.
fn connect(server: &mut ChatServer, id: RoomId, person: &Person, ear: Ear) -> Option<Attention> {
    let status = server.shown_status(person.id);
    let room = server.rooms.get_mut(&id)?;
    let comes = !room.is_here(person.id);
    if comes {
        room.parts.came(person.id);
        // Somebody has to keep order where no member can.
        if person.is_guest() && !room.facts().is_lobby && room.count_here() == 0 && room.count_members() == 0 {
            room.parts.set_keeper(person.id, true);
        }
    }
    let before = room.connect(ear.session, ear.worker, person, status, ear.attention);
    if let Some(live) = server.people.session_mut(ear.session) {
        live.rooms.insert(id);
    }
    let seen = comes.then(|| server.seen(person.id)).flatten();
    if let (Some(who), Some(room)) = (&seen, server.rooms.get_mut(&id)) {
        room.parts.set_bot(person.id, who.is_bot);
    }
    if status != Status::Offline
        && let Some(who) = seen
    {
        server.stir(id, &who, Stir::Came, Some(ear.session));
        super::crowd::come_with_part(server, id, &who, ear.session);
    }
    before
}

/// What stands in the way of somebody who comes.
pub fn arrival(server: &ChatServer, room: &Room, person: &Person, key: Option<&str>) -> Arrival {
    let rules = &room.info.rules;
    Arrival {
        is_invited: room.parts.is_invited(person.id),
        is_masked: is_masked(server, room, person),
        invite_only: rules.invite_only,
        lacks_key: !rules.is_opened_by(key) && !room.parts.knows_key(person.id),
        is_full: rules.most.is_some_and(|most| room.count_here() >= most as usize),
    }
}

/// Whoever has no session is judged by what they would be seen as.
fn is_masked(server: &ChatServer, room: &Room, person: &Person) -> bool {
    if room.info.rules.masks.is_empty() {
        return false;
    }
    let seen = server.seen_as(person);
    let host = seen.host();
    let means = |mask: &Mask| mask.matches(seen.name.as_str(), seen.user(), &host);
    room.info.rules.masks.iter().any(|kept| means(&kept.mask))
}

fn subscribe(server: &mut ChatServer, feed: RoomId, ear: Ear, seen: Seq, newest: Seq) -> u64 {
    let generation = server.next_generation();
    let session = ear.session;
    server.ports.push(ear.worker, Item::Subscribe { session, room: feed, generation, seen, newest });
    generation
}

/// A session that is catching up has room for another page. Whatever has been taken from it since is not read.
pub fn next_page(server: &mut ChatServer, session: SessionId, page: NextPage) {
    let NextPage { room: feed, generation, after } = page;
    if server.people.session(session).is_some_and(|live| live.rooms.contains(room_of(feed))) {
        server.loader.replay(session, feed, generation, after);
    }
}

/// A session listens from now on without having asked, as far as it has room for it. It looks once it joins by itself.
pub fn listen_unasked(server: &mut ChatServer, id: RoomId, session: SessionId, worker: WorkerId) {
    let Some(live) = server.people.session(session) else { return };
    let is_full = live.rooms.len() >= limits::ROOMS_PER_SESSION;
    if is_full || live.rooms.contains(id) || !live.person.grant.covers(id) {
        return;
    }
    let person = std::sync::Arc::clone(&live.person);
    let ear = Ear { session, worker, attention: Attention::Listens };
    let Some(last_seq) = server.rooms.get(&id).map(|room| room.info.last_seq) else { return };
    // It did not listen before: that was asked above.
    let _ = connect(server, id, &person, ear);
    subscribe(server, ear.attention.feed(id), ear, last_seq, last_seq);
}

/// What a session missed has been read.
pub fn replay(
    server: &mut ChatServer,
    session: SessionId,
    feed: RoomId,
    generation: u64,
    events: StorageResult<Vec<Event>>,
) {
    let Some(worker) = server.people.session(session).map(|live| live.worker) else { return };
    match events {
        Ok(events) => {
            let events = events.into_iter().map(std::sync::Arc::new).collect();
            server.ports.push(worker, Item::Replay { session, room: feed, generation, events });
        }
        Err(error) => {
            log::error!("what a session missed could not be read; it is told to join again: {error}");
            let id = room_of(feed);
            super::leave::stop_listening(server, session, worker, id, Some(Stir::Left(None)));
            if let Some(room) = server.rooms.get(&id) {
                let notice = Notice::Resync { room: room.info.name.clone(), reason: "unavailable" };
                server.ports.push(worker, Item::Notify { session, notice });
            }
        }
    }
}
