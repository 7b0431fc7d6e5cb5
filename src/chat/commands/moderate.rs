//! `mute`, `ban` and `slow`: what those who keep order do in a room. It is stored first and holds then, for live sessions at
//! once; whoever is banned leaves the room by an event of its log.

use super::super::journal::Purpose;
use super::super::loader::Moderated;
use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, not_written, refuse, settle};
use crate::domain::event::{Draft, EventBody};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::membership::Role;
use crate::domain::moderation::{Measure, mute_until};
use crate::domain::permission::{self, Refusal};
use crate::domain::person::Author;
use crate::protocol::answer::Answer;
use crate::protocol::error_code::Problem;

pub fn mute(server: &mut ChatServer, id: RoomId, caller: Caller, user: UserId, minutes: u64) {
    // Whoever read the command has checked how long it is.
    let until = mute_until(minutes, server.clock.now()).unwrap_or_default();
    run(server, id, caller, Measure::Mute { user, until });
}

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, measure: Measure) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    let access = server.access();
    let may = match measure {
        Measure::Slow(_) => permission::may_slow(access, facts, actor, server.clock.now()),
        Measure::Mute { user, .. } | Measure::Ban { user, .. } if user == caller.person.id => Err(Refusal::NotBelow),
        Measure::Mute { user, .. } | Measure::Ban { user, .. } => {
            let role = room.membership(user).map_or(Role::Member, |found| found.role);
            permission::may_remove(access, facts, actor, role)
        }
    };
    if let Err(refusal) = may {
        return refuse(server, caller, refusal);
    }
    // Only a member has a place to write down a mute; whoever is not one cannot write anyway.
    if let Measure::Mute { user, .. } = measure
        && room.membership(user).is_none_or(|found| found.banned)
    {
        return server.ports.answer(caller.reply, Err(super::appoint::no_member()));
    }
    server.loader.moderate(caller, id, measure);
}

/// It is stored, or not.
pub fn stored(server: &mut ChatServer, caller: Caller, id: RoomId, measure: Measure, outcome: Moderated) {
    let who = match outcome {
        Moderated::Done(who) => who,
        Moderated::Nobody => return server.ports.answer(caller.reply, Err(super::appoint::no_member())),
        Moderated::NotBelow => return refuse(server, caller, Refusal::NotBelow),
        Moderated::Failed => return server.ports.answer(caller.reply, Err(Problem::unavailable())),
    };
    let Some(room) = server.rooms.get_mut(&id) else {
        // It was forgotten meanwhile; when it is loaded again, it is as it was stored.
        return server.ports.answer(caller.reply, Ok(Answer::Done));
    };
    match (measure, who) {
        (Measure::Slow(seconds), _) => room.info.slow_mode = seconds,
        (Measure::Mute { user, until }, _) => room.set_muted(user, until),
        (Measure::Ban { user, on: false }, _) => room.lift_ban(user),
        (Measure::Ban { on: true, .. }, Some(who)) => return shut_out(server, id, caller, who),
        (Measure::Ban { on: true, .. }, None) => {}
    }
    server.ports.answer(caller.reply, Ok(Answer::Done));
}

fn shut_out(server: &mut ChatServer, id: RoomId, caller: Caller, who: Author) {
    let Some(room) = server.rooms.get_mut(&id) else { return };
    let was_member = room.membership(who.id).is_some_and(|found| !found.banned);
    room.ban(who.id);
    if !was_member {
        settle::let_go(server, id, who.id);
        return server.ports.answer(caller.reply, Ok(Answer::Done));
    }
    let draft = Draft {
        room: id,
        room_name: room.info.name.clone(),
        author: who.clone(),
        at: server.clock.now(),
        body: EventBody::Left { by: Some(Author::from(&*caller.person)) },
        calls: Vec::new(),
    };
    // Whoever is coming or going at this moment finds the ban afterwards.
    room.begin_change(who.id);
    if let Err(purpose) = server.write(draft, Purpose::Request(caller.reply)) {
        not_written(server, purpose);
        settle::let_go(server, id, who.id);
        settle::could_not_change(server, id, who.id);
    }
}
