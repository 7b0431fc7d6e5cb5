//! The rules of a room, and who is kept out of it by mask: stored first, and then they hold. One change after another: each
//! is made of what the one before has left.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, refuse};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::mask::{KeptOut, MASKS, Mask};
use crate::domain::moderation::Measure;
use crate::domain::permission_inside;
use crate::domain::room_rules::{RoomRules, RuleChange};
use crate::protocol::answer::Answer;
use crate::protocol::crowd::Stir;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::StorageResult;

/// Changes of one room that may wait for each other.
const WAITING: usize = 64;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, changes: Vec<RuleChange>) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission_inside::may_rule(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    if let Some(waiting) = room.ruling.as_ref().map(Vec::len) {
        return wait(server, id, caller, changes, waiting);
    }
    let mut rules = room.info.rules.clone();
    let is_too_much = |change: &RuleChange| match change {
        RuleChange::KeepOut(kept) => rules.has_no_place_for(&kept.mask),
        _ => false,
    };
    if changes.iter().any(is_too_much) {
        let message = format!("{MASKS} masks keep people out of this room, which is as many as it may have; lift one");
        return server.ports.answer(caller.reply, Err(Problem::new(ErrorCode::TooLarge, message)));
    }
    let changes: Vec<RuleChange> = changes.into_iter().filter(|change| rules.change(change.clone())).collect();
    if changes.is_empty() {
        return server.ports.answer(caller.reply, Ok(Answer::Done));
    }
    if let Some(room) = server.rooms.get_mut(&id) {
        room.ruling = Some(Vec::new());
    }
    server.loader.rules(caller, id, rules, changes);
}

/// Keeps people out by a mask, or lets them in again.
pub fn mask(server: &mut ChatServer, id: RoomId, caller: Caller, mask: Mask, on: bool) {
    let (by, at) = (caller.person.name.clone(), server.clock.now());
    let change = if on { RuleChange::KeepOut(KeptOut { mask, by, at }) } else { RuleChange::LetIn(mask) };
    run(server, id, caller, vec![change]);
}

fn wait(server: &mut ChatServer, id: RoomId, caller: Caller, changes: Vec<RuleChange>, waiting: usize) {
    let queue = server.rooms.get_mut(&id).and_then(|room| room.ruling.as_mut());
    match queue.filter(|_| waiting < WAITING) {
        Some(queue) => queue.push((caller, changes)),
        None => server.ports.answer(caller.reply, Err(Problem::unavailable())),
    }
}

/// Rules have been stored, or not.
pub fn stored(
    server: &mut ChatServer,
    caller: Caller,
    id: RoomId,
    (rules, changes): (RoomRules, Vec<RuleChange>),
    stored: StorageResult<()>,
) {
    let waiting = server.rooms.get_mut(&id).and_then(|room| room.ruling.take()).unwrap_or_default();
    match stored {
        Ok(()) => hold(server, caller, id, rules, changes),
        Err(error) => {
            log::error!("the rules of a room could not be stored: {error}");
            server.ports.answer(caller.reply, Err(Problem::unavailable()));
        }
    }
    for (caller, changes) in waiting {
        // The room may be on its way out meanwhile; then nobody is left without an answer.
        if server.rooms.get(&id).is_some_and(|room| room.ending.is_none()) {
            run(server, id, caller, changes);
        } else {
            server.ports.answer(caller.reply, Err(Problem::no_such_room()));
        }
    }
}

/// The rules hold from now on, and whoever follows the room is told.
fn hold(server: &mut ChatServer, caller: Caller, id: RoomId, rules: RoomRules, changes: Vec<RuleChange>) {
    if let Some(room) = server.rooms.get_mut(&id) {
        if rules.key != room.info.rules.key {
            room.parts.key_changed();
        }
        room.info.rules = rules;
    }
    let who = server.seen_as(&caller.person);
    let ban = changes.iter().find_map(|change| ban_of(server, change)).filter(|(user, _)| *user != caller.person.id);
    let (masks, others): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|change| matches!(change, RuleChange::KeepOut(_) | RuleChange::LetIn(_)));
    for change in masks {
        let (mask, on) = match change {
            RuleChange::KeepOut(kept) => (kept.mask, true),
            RuleChange::LetIn(mask) => (mask, false),
            _ => continue,
        };
        server.stir(id, &who, Stir::Masked { mask, on }, None);
    }
    if !others.is_empty() {
        server.stir(id, &who, Stir::Ruled(others), None);
    }
    match ban {
        Some((user, on)) => super::moderate::run(server, id, caller, Measure::Ban { user, on }),
        None => server.ports.answer(caller.reply, Ok(Answer::Done)),
    }
}

/// A mask that means one account that is connected, and nobody else, is a ban of this account too.
fn ban_of(server: &ChatServer, change: &RuleChange) -> Option<(UserId, bool)> {
    let (mask, on) = match change {
        RuleChange::KeepOut(kept) => (&kept.mask, true),
        RuleChange::LetIn(mask) => (mask, false),
        _ => return None,
    };
    server.people.account_with(&mask.only_name()?).map(|user| (user, on))
}
