//! A session opens, and ends. No commands of the protocol: its gateway says so.

use std::sync::Arc;

use super::super::people::Place;
use super::super::server::ChatServer;
use super::super::turn::{Closing, Item, WorkerId};
use super::super::upkeep::going_away;
use super::presence;
use crate::domain::ids::{RoomId, SessionId};
use crate::domain::permission;
use crate::domain::person::{Origin, Person, Status};
use crate::protocol::crowd::{Seen, Stir, WasHere};
use crate::protocol::server_frame::{Notice, Welcome};

pub fn run(server: &mut ChatServer, session: SessionId, worker: WorkerId, person: Arc<Person>, origin: Origin) {
    let has_ended =
        person.device.is_some_and(|device| server.ended.contains_key(&device)) || server.gone.contains_key(&person.id);
    let now = server.clock.now();
    // The handshake may have begun before somebody was shut out.
    let shut_out = server.conduct().shut_out(Some(person.id), Some(origin.address), now).is_some();
    let refused = has_ended || shut_out || permission::may_enter(server.access(), person.standing).is_err();
    let before = server.shown_status(person.id);
    let is_first = !server.people.is_online(person.id);
    let person = server.people.connect(session, Place { worker, origin, since: now }, person);
    if server.profiles.is_busy(person.id) {
        server.people.set_busy(person.id, true);
    }
    if before != Status::Offline {
        presence::tell_if_changed(server, person.id, before);
    }
    if refused || server.journal.is_none() {
        let (notice, closing) = if refused {
            let notice = Notice::Bye { reason: "not welcome here any more", reconnect_after_ms: None };
            (notice, Closing::NOT_ALLOWED)
        } else {
            (going_away(session), Closing::GOING_AWAY)
        };
        server.dismiss(session, worker, notice, closing);
    } else {
        let welcome = Welcome {
            session,
            user: (&*person).into(),
            is_guest: person.is_guest(),
            heartbeat_seconds: server.heartbeat_seconds,
        };
        server.ports.push(worker, Item::Welcome { session, welcome: Box::new(welcome) });
        if is_first {
            server.appeared(person.id);
        }
    }
}

pub fn end(server: &mut ChatServer, session: SessionId, reason: Option<Arc<str>>) {
    let now = server.clock.now();
    let who = server.people.session(session).and_then(|live| server.seen(live.person.id));
    server.crowd.forget(session);
    let before = server.people.session(session).map(|live| server.shown_status(live.person.id));
    if let Some(live) = server.people.disconnect(session) {
        let mut left = Vec::new();
        let user = live.person.id;
        for id in live.rooms.iter() {
            if let Some(room) = server.rooms.get_mut(&id) {
                room.disconnect(session, now);
                left.extend((!room.is_here(user)).then_some(id));
            }
        }
        if let Some(who) = who.filter(|_| before != Some(Status::Offline)) {
            tell_gone(server, &who, &left, reason);
        }
        if server.people.is_online(user) {
            presence::tell_if_changed(server, user, before.unwrap_or(Status::Offline));
        } else if !live.person.is_guest() {
            server.profiles.seen(user, now);
        }
    }
    if server.journal_closed {
        server.write_notes();
    }
    server.finish_drain_if_empty();
}

/// Those who follow the rooms that somebody has left are told, and those who watch for them.
fn tell_gone(server: &mut ChatServer, who: &Arc<Seen>, rooms: &[RoomId], reason: Option<Arc<str>>) {
    let is_gone = !server.people.is_online(who.id);
    let stir = if is_gone { Stir::Quit(reason) } else { Stir::Left(reason) };
    let occasion = server.crowd.occasion();
    for id in rooms {
        server.stir_at(*id, who, stir.clone(), None, occasion);
    }
    if is_gone {
        server.tell_watchers(who, &who.name.key(), &Stir::Vanished);
        let until = server.clock.now();
        server.crowd.remember(WasHere { seen: Arc::clone(who), until });
    }
}
