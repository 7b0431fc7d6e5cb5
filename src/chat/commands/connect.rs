//! A session opens, and ends. No commands of the protocol: its gateway says so.

use std::sync::Arc;

use super::super::people::Place;
use super::super::server::ChatServer;
use super::super::turn::{Closing, Item, WorkerId};
use super::super::upkeep::going_away;
use super::presence;
use crate::domain::ids::SessionId;
use crate::domain::permission;
use crate::domain::person::{Origin, Person, Status};
use crate::protocol::server_frame::{Notice, Welcome};

pub fn run(server: &mut ChatServer, session: SessionId, worker: WorkerId, person: Arc<Person>, origin: Origin) {
    let has_ended =
        person.device.is_some_and(|device| server.ended.contains_key(&device)) || server.gone.contains_key(&person.id);
    let now = server.clock.now();
    // The handshake may have begun before somebody was shut out.
    let shut_out = server.conduct().shut_out(Some(person.id), Some(origin.address), now).is_some();
    let refused = has_ended || shut_out || permission::may_enter(server.access(), person.standing).is_err();
    let before = server.shown_status(person.id);
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
    }
}

pub fn end(server: &mut ChatServer, session: SessionId) {
    let now = server.clock.now();
    let before = server.people.session(session).map(|live| server.shown_status(live.person.id));
    if let Some(live) = server.people.disconnect(session) {
        for id in live.rooms.iter() {
            if let Some(room) = server.rooms.get_mut(&id) {
                room.disconnect(session, now);
            }
        }
        let user = live.person.id;
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
