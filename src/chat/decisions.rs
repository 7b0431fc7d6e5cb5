//! What is decided about people outside the chat, and holds for live sessions at once: logins that end, names, site roles,
//! bans and suspensions.

use actix::{Handler, MessageResult};

use super::commands;
use super::messages::{Absent, Cut, EndDevice, Enforce, Promoted, Renamed, SeenSession, Sessions};
use super::people::LiveSession;
use super::server::ChatServer;
use super::turn::Closing;
use crate::domain::ids::UserId;
use crate::domain::permission::Refusal;
use crate::domain::person::{Person, Status};
use crate::domain::search::has_link;
use crate::protocol::command::Command;
use crate::protocol::server_frame::Notice;

impl ChatServer {
    /// Does what was decided about this person leave them free to do this?
    pub(super) fn may_do(&self, person: &Person, command: &Command) -> Result<(), Refusal> {
        let conduct = self.conduct();
        if command.writes() && conduct.silenced.contains(&person.id) {
            return Err(Refusal::Silenced);
        }
        let hours = self.access().quarantine_hours;
        let held_back = match command {
            Command::Send { text, .. } | Command::Edit { text, .. } => has_link(text.as_str()),
            Command::Topic { topic, .. } | Command::Create { topic, .. } => has_link(topic.as_str()),
            Command::Change { description: Some(description), .. } => has_link(description.as_str()),
            Command::Status { line } => has_link(line.text.as_str()),
            // To take somebody into a room is a way to begin a conversation, too.
            Command::Direct { .. } | Command::Add { .. } => true,
            _ => false,
        };
        let quarantine = std::time::Duration::from_hours(u64::from(hours));
        let is_new =
            || !person.is_guest() && !person.keeps_order() && conduct.is_new(person.id, quarantine, self.clock.now());
        if held_back && hours > 0 && (person.is_guest() || is_new()) {
            return Err(Refusal::Quarantined);
        }
        Ok(())
    }

    /// Whoever is shut out now goes, if anything was decided since this was last asked.
    pub(super) fn enforce_conduct(&mut self) {
        let Some(conduct) = self.new_conduct() else { return };
        let now = self.clock.now();
        let out = |live: &LiveSession| conduct.shut_out(Some(live.person.id), Some(live.origin.address), now).is_some();
        let gone: Vec<_> =
            self.people.sessions().filter(|(_, live)| out(live)).map(|(id, live)| (id, live.worker)).collect();
        for (session, worker) in gone {
            let notice = Notice::Bye { reason: "you are shut out of this server", reconnect_after_ms: None };
            self.dismiss(session, worker, notice, Closing::NOT_ALLOWED);
        }
    }
}

impl Handler<Enforce> for ChatServer {
    type Result = ();

    fn handle(&mut self, _: Enforce, _: &mut Self::Context) {
        self.enforce_conduct();
        self.ports.flush();
    }
}

impl Handler<Promoted> for ChatServer {
    type Result = ();

    fn handle(&mut self, promoted: Promoted, _: &mut Self::Context) {
        self.people.promote(promoted.user, promoted.role);
    }
}

impl Handler<Cut> for ChatServer {
    type Result = usize;

    fn handle(&mut self, cut: Cut, _: &mut Self::Context) -> usize {
        let sessions: Vec<_> = match cut {
            Cut::Session(id) => self.people.session(id).map(|live| (id, live.worker)).into_iter().collect(),
            Cut::Account(user) => {
                // Once the account is gone, nothing else says that it was shut out.
                self.gone.insert(user, self.clock.now());
                self.people.sessions_of(user).collect()
            }
            Cut::Person(user) => self.people.sessions_of(user).collect(),
        };
        let count = sessions.len();
        for (session, worker) in sessions {
            let notice = Notice::Bye { reason: "an admin has ended this connection", reconnect_after_ms: None };
            self.dismiss(session, worker, notice, Closing::NOT_ALLOWED);
        }
        self.ports.flush();
        count
    }
}

impl Handler<Sessions> for ChatServer {
    type Result = MessageResult<Sessions>;

    fn handle(&mut self, _: Sessions, _: &mut Self::Context) -> Self::Result {
        let seen = self.people.sessions().map(|(id, live)| SeenSession {
            id,
            person: live.person.clone(),
            origin: live.origin,
            since: live.since,
            rooms: live.rooms.len(),
        });
        MessageResult(seen.collect())
    }
}

impl Handler<EndDevice> for ChatServer {
    type Result = ();

    fn handle(&mut self, end: EndDevice, _: &mut Self::Context) {
        self.ended.insert(end.device, self.clock.now());
        for (session, worker) in self.people.sessions_with(end.device) {
            let notice = Notice::Bye { reason: "logged out", reconnect_after_ms: None };
            self.dismiss(session, worker, notice, Closing::NOT_ALLOWED);
        }
        self.ports.flush();
    }
}

impl Handler<Renamed> for ChatServer {
    type Result = ();

    fn handle(&mut self, renamed: Renamed, _: &mut Self::Context) {
        if let Some(person) = self.people.rename(renamed.user, &renamed.name) {
            commands::presence::tell_rooms(self, person.id);
        }
    }
}

impl Handler<Absent> for ChatServer {
    type Result = MessageResult<Absent>;

    fn handle(&mut self, Absent { users }: Absent, _: &mut Self::Context) -> Self::Result {
        // Whoever is shut out of the server hears no more of it, by notifications neither.
        let (conduct, now) = (self.conduct(), self.clock.now());
        let is_absent = |user: &UserId| {
            conduct.shut_out(Some(*user), None, now).is_none()
                && matches!(self.people.status(*user), Status::Away | Status::Offline)
                && !self.profiles.is_busy(*user)
        };
        MessageResult(users.into_iter().filter(is_absent).collect())
    }
}
