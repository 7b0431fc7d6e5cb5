//! What those ask for who see people come and go in a room: to follow it, who is there, by which rules, and what those who
//! keep order do about it.

use std::sync::Arc;

use super::super::feed::Attention;
use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::join::{self, Wish};
use super::{look_at, refuse, rules};
use crate::domain::ids::{RoomId, SessionId, UserId};
use crate::domain::membership::Role;
use crate::domain::permission::{self, Refusal};
use crate::domain::permission_inside;
use crate::domain::person::{Author, Status};
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::crowd::{CrowdAct, Inside, Part, Passing, Present, Seen, Stir};
use crate::protocol::error_code::Problem;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, act: CrowdAct) {
    match act {
        CrowdAct::Follow { create, key } => {
            let Some(room) = server.rooms.get(&id).map(|room| room.info.name.clone()) else { return };
            join::run(
                server,
                id,
                caller,
                Wish { room, after: None, create, attention: Attention::Follows, enters: true, key },
            );
        }
        CrowdAct::Depart { reason } => depart(server, id, caller, reason.map(Into::into)),
        CrowdAct::Inside => inside(server, id, caller),
        CrowdAct::Rule(changes) => rules::run(server, id, caller, changes),
        CrowdAct::Mask { mask, on } => rules::mask(server, id, caller, mask, on),
        CrowdAct::Entrust { user, part, on } => entrust(server, id, caller, user, part, on),
        CrowdAct::SendOut { user, reason } => send_out(server, id, caller, user, reason.map(Into::into)),
        CrowdAct::AskIn { user } => ask_in(server, id, caller, user),
        CrowdAct::Pass(passing) => pass(server, id, caller, passing),
    }
}

/// Stops listening, with a last word to those who follow.
fn depart(server: &mut ChatServer, id: RoomId, caller: Caller, reason: Option<Arc<str>>) {
    let listens = |session| server.people.session(session).is_some_and(|live| live.rooms.contains(id));
    if !caller.session().is_some_and(listens) {
        let is_hidden = look_at(server, id, &caller)
            .is_none_or(|(_, facts, actor)| permission::may_read(server.access(), facts, actor).is_err());
        return refuse(server, caller, if is_hidden { Refusal::NotFound } else { Refusal::NotHere });
    }
    super::leave::with_reason(server, id, caller, reason);
}

fn inside(server: &mut ChatServer, id: RoomId, caller: Caller) {
    let Some((_, facts, actor)) = look_at(server, id, &caller) else { return };
    let answer = match permission::may_read(server.access(), facts, actor) {
        Ok(()) => Ok(Answer::Inside(Box::new(view(server, id, caller.person.id, caller.person.is_guest())))),
        Err(Refusal::NotFound) => Err(Problem::no_such_room()),
        Err(refusal) => Err(refusal.into()),
    };
    server.ports.answer(caller.reply, answer);
}

/// The room as this person sees it. Whoever asks may read it.
///
/// # Panics
/// Never: it is asked for a room that was just found.
pub fn view(server: &ChatServer, id: RoomId, user: UserId, is_guest: bool) -> Inside {
    let room = server.rooms.get(&id).expect("the room was found a moment ago, on this thread");
    let part = room.part_of(user, is_guest);
    let is_here = room.is_here(user);
    let keeps_order = part.is_some_and(|part| !part.banned && part.role >= Role::Moderator);
    let shows_people = is_here || !room.info.rules.hidden || keeps_order;
    let present = |user: UserId| {
        let seen = server.seen(user)?;
        let part = room.part_of(user, seen.is_guest).filter(|part| !part.banned);
        Some(Present { role: part.map(|part| part.role), voice: part.is_some_and(|part| part.voice), seen })
    };
    let mut people: Vec<Present> =
        if shows_people { room.seen_here().filter_map(present).collect() } else { Vec::new() };
    if is_here && !people.iter().any(|other| other.seen.id == user) {
        people.extend(present(user));
    }
    people.sort_by(|one, other| one.seen.name.as_str().cmp(other.seen.name.as_str()));
    let mut rules = room.info.rules.clone();
    if !is_here && !keeps_order {
        rules.key = None;
    }
    Inside {
        room: room.info.name.clone(),
        id,
        kind: room.info.kind,
        topic: room.info.topic.clone(),
        topic_set: room.parts.topic_set.clone(),
        rules,
        made_at: room.info.made_at,
        last_seq: room.info.last_seq,
        read_seq: part.filter(|_| !is_guest).map(|part| part.read.seq),
        is_here,
        people,
    }
}

fn entrust(server: &mut ChatServer, id: RoomId, caller: Caller, user: UserId, part: Part, on: bool) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission_inside::may_entrust(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    let Some(seen) = server.seen(user).filter(|_| room.is_here(user)) else {
        return refuse(server, caller, Refusal::Absent);
    };
    if part != Part::Voice && !seen.is_guest {
        let role = match (part, on) {
            (Part::Ownership, true) => Role::Owner,
            (Part::Order, true) | (Part::Ownership, false) => Role::Moderator,
            _ => Role::Member,
        };
        return super::appoint::run(server, id, caller, user, role);
    }
    let before = room.part_of(user, seen.is_guest).map(|part| (part.role, part.voice));
    let Some(room) = server.rooms.get_mut(&id) else { return };
    match part {
        Part::Voice => room.parts.set_voice(user, on),
        Part::Order | Part::Ownership => room.parts.set_keeper(user, on),
    }
    let after = room.part_of(user, seen.is_guest).map(|part| (part.role, part.voice));
    if before != after {
        let shown = |part: Option<(Role, bool)>| part.map_or((None, false), |(role, voice)| (Some(role), voice));
        let by = Some(Author::from(&*caller.person));
        let stir = Stir::Entrusted { by, before: shown(before), after: shown(after) };
        server.stir(id, &seen, stir, None);
    }
    server.ports.answer(caller.reply, Ok(Answer::Done));
}

/// A member's membership ends with it, as with any other door; a guest only has to go.
fn send_out(server: &mut ChatServer, id: RoomId, caller: Caller, user: UserId, reason: Option<Arc<str>>) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    let Some(seen) = server.seen(user).filter(|_| room.is_here(user)) else {
        let may = permission_inside::may_rule(server.access(), facts, actor);
        return refuse(server, caller, may.err().unwrap_or(Refusal::Absent));
    };
    if !seen.is_guest {
        if let Some(room) = server.rooms.get_mut(&id) {
            room.parts.set_reason(user, reason);
        }
        return super::remove::run(server, id, caller, user);
    }
    if let Err(refusal) = permission_inside::may_send_out(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    let Some(by) = server.seen(caller.person.id) else { return };
    super::settle::show_out(server, id, user, Stir::Removed { by, reason });
    server.ports.answer(caller.reply, Ok(Answer::Done));
}

fn ask_in(server: &mut ChatServer, id: RoomId, caller: Caller, user: UserId) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    let is_here = room.is_here(caller.person.id);
    let may = permission_inside::may_ask_in(server.access(), facts, actor, is_here, room.info.rules.invite_only);
    if let Err(refusal) = may {
        return refuse(server, caller, refusal);
    }
    if room.is_here(user) {
        let message = "this person is in the room already";
        let problem = Problem::new(crate::protocol::error_code::ErrorCode::Conflict, message);
        return server.ports.answer(caller.reply, Err(problem));
    }
    let Some(whom) = server.seen(user) else { return refuse(server, caller, Refusal::Absent) };
    let (name, is_private) = (room.info.name.clone(), room.info.kind == crate::domain::room::RoomKind::Private);
    let Some(room) = server.rooms.get_mut(&id) else { return };
    room.parts.invite(user);
    if let Some(who) = server.seen(caller.person.id) {
        let occasion = server.crowd.occasion();
        let stir = Stir::AskedIn(Author { id: user, name: whom.name.clone() });
        let sessions: Vec<_> = server.people.sessions_of(user).collect();
        for (session, worker) in sessions {
            server.aside(session, worker, Some(name.clone()), &who, stir.clone(), occasion);
        }
        server.stir_at(id, &who, stir, caller.session(), occasion);
    }
    if is_private && !whom.is_guest {
        // A private room is for its members: whoever is asked in becomes one.
        let command = Command::Add { room: name, user };
        return server.take(caller, command);
    }
    server.ports.answer(caller.reply, Ok(Answer::Done));
}

fn pass(server: &mut ChatServer, id: RoomId, caller: Caller, passing: Passing) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    let may = permission::may_post(server.access(), facts, actor, server.clock.now());
    let may = may.and(if room.is_here(caller.person.id) { Ok(()) } else { Err(Refusal::NotHere) });
    if let Err(refusal) = may {
        return refuse(server, caller, refusal);
    }
    let is_hidden_tag = passing.lines.is_empty() && server.shown_status(caller.person.id) == Status::Offline;
    if let Some(only) = passing.only {
        pass_to_some(server, id, &caller, passing, only);
    } else if let Some(who) = server.seen(caller.person.id).filter(|_| !is_hidden_tag) {
        server.stir(id, &who, Stir::Passed(Arc::new(passing)), caller.session());
    }
    server.ports.answer(caller.reply, Ok(Answer::Done));
}

/// For those with a voice or more, or for those who keep order.
fn pass_to_some(server: &mut ChatServer, id: RoomId, caller: &Caller, passing: Passing, only: char) {
    let (Some(who), Some(room)) = (server.seen(caller.person.id), server.rooms.get(&id)) else { return };
    let least = match only {
        '~' => Role::Owner,
        '@' => Role::Moderator,
        _ => Role::Member,
    };
    let is_meant = |user: &UserId| {
        let is_guest = server.people.seen(*user).is_some_and(|seen| seen.is_guest);
        room.part_of(*user, is_guest).is_some_and(|part| {
            !part.banned && (part.role >= least.max(Role::Moderator) && part.role >= least || only == '+' && part.voice)
        })
    };
    let name = room.info.name.clone();
    let meant = room.seen_here().filter(is_meant).flat_map(|user| room.sessions_of(user));
    let sessions: Vec<_> = meant
        .filter(|session| Some(*session) != caller.session())
        .filter_map(|session| server.people.session(session).map(|live| (session, live.worker)))
        .collect();
    let (occasion, stir) = (server.crowd.occasion(), Stir::Passed(Arc::new(passing)));
    for (session, worker) in sessions {
        server.aside(session, worker, Some(name.clone()), &who, stir.clone(), occasion);
    }
}

/// Somebody has come: those who follow are told what part they have in the room, if it is more than to be there.
pub fn come_with_part(server: &mut ChatServer, id: RoomId, who: &Arc<Seen>, except: SessionId) {
    let part = server.rooms.get(&id).and_then(|room| room.part_of(who.id, who.is_guest));
    let Some(part) = part.filter(|part| part.role >= Role::Moderator || part.voice) else { return };
    let stir = Stir::Entrusted { by: None, before: (None, false), after: (Some(part.role), part.voice) };
    server.stir(id, who, stir, Some(except));
}

/// Somebody else has another role: those who follow are told what it was before.
pub fn role_changed(server: &mut ChatServer, id: RoomId, user: UserId, by: &Author, before: Option<Role>) {
    let (Some(who), Some(room)) = (server.seen(user), server.rooms.get(&id)) else { return };
    let part = room.part_of(user, false);
    let (after, voice) = (part.map(|part| part.role), part.is_some_and(|part| part.voice));
    if before != after && room.is_here(user) {
        let stir = Stir::Entrusted { by: Some(by.clone()), before: (before, voice), after: (after, voice) };
        server.stir(id, &who, stir, None);
    }
}
