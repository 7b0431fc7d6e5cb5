//! What the server does by itself: it tells who came and went, writes cursors, forgets idle rooms, enforces a changed
//! policy, and takes leave.

use std::time::Duration;

use super::commands;
use super::people::LiveSession;
use super::room::Room;
use super::server::ChatServer;
use super::turn::{Closing, Item, WorkerId};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RoomId, SessionId, UserId};
use crate::domain::permission;
use crate::domain::person::Status;
use crate::domain::profile::PresenceNote;
use crate::protocol::encode::News;
use crate::protocol::server_frame::Notice;
use crate::storage::rooms::CursorMove;

/// How long an ended login is remembered: a handshake that began before may still come in.
const ENDED_KNOWN: Duration = Duration::from_mins(1);
/// Clients come back after a time between these two, so that they do not all come at once.
const RECONNECT_MS: (u64, u64) = (500, 4500);

impl ChatServer {
    pub(super) fn beat(&mut self) {
        let now = self.clock.now();
        self.enforce_access();
        self.end_ended_logins(now);
        self.enforce_conduct();
        self.ended.retain(|_, at| now.since(*at) < ENDED_KNOWN);
        self.gone.retain(|_, at| now.since(*at) < ENDED_KNOWN);
        self.expire_statuses(now);
        self.tell_presence();
        self.write_cursors();
        self.write_notes();
        self.forget_idle_rooms(now);
        self.allowances.forget_full(now);
        self.ports.flush();
    }

    /// Guests who may no longer be here are shown out: set-up has ended the demo, say.
    fn enforce_access(&mut self) {
        let access = self.access();
        if std::mem::replace(&mut self.enforced, access) == access {
            return;
        }
        let out = |live: &LiveSession| permission::may_enter(access, live.person.standing).is_err();
        let gone: Vec<_> =
            self.people.sessions().filter(|(_, live)| out(live)).map(|(id, live)| (id, live.worker)).collect();
        for (session, worker) in gone {
            let notice = Notice::Bye { reason: "guests are not welcome here any more", reconnect_after_ms: None };
            self.dismiss(session, worker, notice, Closing::NOT_ALLOWED);
        }
    }

    /// Whoever came with a token whose time is over is shown out.
    fn end_ended_logins(&mut self, now: Timestamp) {
        for (session, worker) in self.people.take_ended(now) {
            let notice = Notice::Bye { reason: "this login has ended", reconnect_after_ms: None };
            self.dismiss(session, worker, notice, Closing::NOT_ALLOWED);
        }
    }

    fn tell_presence(&mut self) {
        for room in self.rooms.values_mut().filter(|room| room.has_presence_news()) {
            let news = room.take_presence_news(|user| self.profiles.line(user));
            self.ports.broadcast(room, News::Ephemeral(news), None);
        }
    }

    /// Each status whose time is over goes, and the rooms are told.
    fn expire_statuses(&mut self, now: Timestamp) {
        for user in self.profiles.expire(now) {
            commands::presence::tell_rooms(self, user);
        }
    }

    /// How present somebody is to everybody else.
    pub(super) fn shown_status(&self, user: UserId) -> Status {
        if self.profiles.privacy(user).hide_presence { Status::Offline } else { self.people.status(user) }
    }

    /// Writes who is busy and who was seen when.
    pub(super) fn write_notes(&mut self) {
        let notes = self.profiles.take_notes();
        if !notes.is_empty() {
            self.loader.write_notes(notes);
        }
    }

    /// Notes have been written, or come back because they could not be.
    pub(super) fn notes_written(&mut self, failed: Vec<(UserId, PresenceNote)>) {
        self.profiles.written(failed);
        self.finish_drain_if_empty();
    }

    pub(super) fn write_cursors(&mut self) {
        let moved = self.cursors.take();
        if !moved.is_empty() {
            self.cursor_writes += 1;
            self.loader.write_cursors(moved);
        }
    }

    /// Cursors have been written, or come back because they could not be.
    pub(super) fn cursors_written(&mut self, failed: Vec<CursorMove>) {
        self.cursor_writes -= 1;
        self.cursors.give_back(failed);
        self.finish_drain_if_empty();
    }

    fn forget_idle_rooms(&mut self, now: Timestamp) {
        let (idle, cursors) = (self.room_idle, &self.cursors);
        let is_done = |room: &Room| room.is_idle() && now.since(room.used_at) >= idle && !cursors.holds(room.info.id);
        let done: Vec<RoomId> = self.rooms.values().filter(|room| is_done(room)).map(|room| room.info.id).collect();
        for id in done {
            if let Some(room) = self.rooms.remove(&id) {
                self.names.remove(&room.info.name);
            }
        }
        self.metrics.rooms_loaded(self.rooms.len());
    }

    /// Closes a session, with a word before.
    pub(super) fn dismiss(&mut self, session: SessionId, worker: WorkerId, notice: Notice, closing: Closing) {
        self.ports.push(worker, Item::Notify { session, notice });
        self.ports.push(worker, Item::Close { session, closing });
    }

    pub(super) fn say_goodbye(&mut self) {
        let sessions: Vec<(SessionId, WorkerId)> = self.people.sessions().map(|(id, live)| (id, live.worker)).collect();
        for (session, worker) in sessions {
            self.dismiss(session, worker, going_away(session), Closing::GOING_AWAY);
        }
        self.ports.push_to_all(|| Item::CloseOthers { closing: Closing::GOING_AWAY });
        self.ports.flush();
    }

    /// Whoever asked for the drain is told when everything is written and everybody is gone.
    pub(super) fn finish_drain_if_empty(&mut self) {
        if self.people.count() == 0
            && self.journal_closed
            && self.cursor_writes == 0
            && self.profiles.is_settled()
            && let Some(drained) = self.drained.take()
        {
            // Whoever asked may have stopped waiting.
            let _ = drained.send(());
        }
    }
}

/// The goodbye of a server that stops: come back a little later. Evenly spread by the number of the session; nobody has
/// to be surprised by it.
pub(super) fn going_away(session: SessionId) -> Notice {
    let after = RECONNECT_MS.0 + session.0.wrapping_mul(977) % (RECONNECT_MS.1 - RECONNECT_MS.0);
    Notice::Bye { reason: "the server is going away", reconnect_after_ms: Some(after) }
}
