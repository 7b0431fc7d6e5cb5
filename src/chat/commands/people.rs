//! What is asked about the people who are connected, and what they say of themselves to those who see them come and go.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{presence, refuse};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::name::UserName;
use crate::domain::permission::{Actor, Refusal};
use crate::domain::permission_inside;
use crate::domain::person::{Person, Standing, Status};
use crate::protocol::answer::Answer;
use crate::protocol::crowd::{Face, Passing, PeopleAct, SeenIn, Stir};

pub fn run(server: &mut ChatServer, caller: Caller, act: PeopleAct) {
    let answer = match act {
        PeopleAct::Look(names) => {
            let found = names.iter().filter_map(|name| server.people.by_name(name));
            Answer::People(found.filter_map(|user| seen_in(server, &caller.person, user)).collect())
        }
        PeopleAct::All => {
            let all: Vec<UserId> = server.people.everybody().collect();
            Answer::People(all.into_iter().filter_map(|user| seen_in(server, &caller.person, user)).collect())
        }
        PeopleAct::Gone(name) => Answer::WereHere(server.crowd.were_here(&name.key())),
        PeopleAct::Present(face) => return present(server, caller, face),
        PeopleAct::Away(text) => return away(server, caller, text.map(Into::into)),
        PeopleAct::Whisper { to, passing } => return whisper(server, caller, to, passing),
        PeopleAct::Watch(names) => watch(server, &caller, &names),
        PeopleAct::Unwatch(names) => unwatch(server, &caller, &names),
    };
    server.ports.answer(caller.reply, Ok(answer));
}

/// Somebody with the rooms they are in, as far as `asker` may know. Whoever hides is not there for others.
fn seen_in(server: &ChatServer, asker: &Person, user: UserId) -> Option<SeenIn> {
    let is_hidden = server.shown_status(user) == Status::Offline && user != asker.id;
    let seen = server.seen(user).filter(|_| !is_hidden)?;
    let own: HashSet<RoomId> = server.rooms_with(asker.id).into_iter().collect();
    let mut is_near = user == asker.id;
    let mut rooms = Vec::new();
    for id in server.rooms_with(user) {
        let Some(room) = server.rooms.get(&id) else { continue };
        let actor = Actor { standing: asker.standing, membership: room.part_of(asker.id, asker.is_guest()) };
        let (is_here, hidden) = (own.contains(&id), room.info.rules.hidden);
        let facts = room.facts();
        if facts.kind == crate::domain::room::RoomKind::Direct
            || !asker.grant.covers(id)
            || !permission_inside::may_see_inside(server.access(), facts, actor, is_here, hidden)
        {
            continue;
        }
        is_near |= is_here;
        let part = room.part_of(user, seen.is_guest).filter(|part| !part.banned);
        rooms.push((room.info.name.clone(), part.map(|part| part.role), part.is_some_and(|part| part.voice)));
    }
    rooms.sort_by(|one, other| one.0.as_str().cmp(other.0.as_str()));
    Some(SeenIn { seen, rooms, is_near })
}

fn present(server: &mut ChatServer, caller: Caller, face: Face) {
    let user = caller.person.id;
    let is_other = server.people.set_face(user, face);
    let is_bot = server.seen(user).is_some_and(|seen| seen.is_bot);
    for id in server.rooms_with(user) {
        if let Some(room) = server.rooms.get_mut(&id) {
            room.parts.set_bot(user, is_bot);
        }
    }
    if is_other {
        server.stir_around(user, &Stir::Presented, caller.session());
    }
    server.ports.answer(caller.reply, Ok(Answer::Done));
}

/// The words are for those who follow; to all other doors it is the presence of this session.
fn away(server: &mut ChatServer, caller: Caller, text: Option<Arc<str>>) {
    let (user, before) = (caller.person.id, server.shown_status(caller.person.id));
    let was = server.seen(user).and_then(|seen| seen.away.clone());
    server.people.set_away(user, caller.session(), text.is_some());
    server.people.set_away_text(user, text);
    if server.shown_status(user) != before {
        presence::tell_rooms(server, user);
    }
    if server.seen(user).and_then(|seen| seen.away.clone()) != was {
        server.stir_around(user, &Stir::Away, caller.session());
    }
    server.ports.answer(caller.reply, Ok(Answer::Done));
}

/// A line to somebody who is connected. It reaches the doors that show such lines, and is stored nowhere.
fn whisper(server: &mut ChatServer, caller: Caller, to: UserId, passing: Passing) {
    let (Some(who), Some(whom)) = (server.seen(caller.person.id), server.seen(to)) else {
        return refuse(server, caller, Refusal::Absent);
    };
    let standing = |is_guest| {
        if is_guest { Standing::Guest } else { Standing::Account(crate::domain::person::SiteRole::Member) }
    };
    if let Err(refusal) =
        permission_inside::may_whisper(server.access(), caller.person.standing, standing(whom.is_guest))
    {
        return refuse(server, caller, refusal);
    }
    let occasion = server.crowd.occasion();
    let stir = Stir::Passed(Arc::new(passing));
    let others = server.people.sessions_of(to).chain(server.people.sessions_of(caller.person.id));
    let mut sessions: Vec<_> = others.filter(|(session, _)| Some(*session) != caller.session()).collect();
    // Whoever writes to themselves is on both sides.
    sessions.sort_unstable_by_key(|(session, _)| *session);
    sessions.dedup();
    for (session, worker) in sessions {
        server.aside(session, worker, None, &who, stir.clone(), occasion);
    }
    server
        .ports
        .answer(caller.reply, Ok(Answer::People(vec![SeenIn { seen: whom, rooms: Vec::new(), is_near: true }])));
}

/// Answers with those who are there already.
fn watch(server: &mut ChatServer, caller: &Caller, names: &[UserName]) -> Answer {
    if let Some(session) = caller.session() {
        for name in names {
            server.crowd.watch(name.key(), session);
        }
    }
    let found: Vec<UserId> = names.iter().filter_map(|name| server.people.by_name(name)).collect();
    Answer::People(found.into_iter().filter_map(|user| seen_in(server, &caller.person, user)).collect())
}

fn unwatch(server: &mut ChatServer, caller: &Caller, names: &[UserName]) -> Answer {
    if let Some(session) = caller.session() {
        if names.is_empty() {
            server.crowd.forget(session);
        }
        for name in names {
            server.crowd.unwatch(&name.key(), session);
        }
    }
    Answer::Done
}
