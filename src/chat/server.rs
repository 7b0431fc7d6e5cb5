//! `ChatServer`: the actor that manages the rooms. It owns all live state, decides everything in memory, never awaits
//! and never touches the database. Each step ends with one message per worker thread.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, AsyncContext, Context, Handler};
use tokio::sync::{oneshot, watch};

use super::commands;
use super::cursors::Cursors;
use super::fanout::NextPage;
use super::journal::{Entry, Inlet, JournalClosed, Purpose, Settled};
use super::loader::{Loaded, Loader};
use super::messages::{CatchUp, Connect, Disconnect, Drain, EndDevice, OpenWorker, Renamed, Submit};
use super::people::People;
use super::ports::Ports;
use super::reply::{Caller, Reply};
use super::room::Room;
use super::turn::{Closing, Item};
use super::upkeep::going_away;
use crate::domain::access::Access;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::event::Draft;
use crate::domain::ids::{DeviceId, RoomId, UserId};
use crate::domain::name::RoomName;
use crate::domain::permission;
use crate::domain::token_bucket::{Rate, TokenBucket};
use crate::protocol::command::Command;
use crate::protocol::error_code::Problem;
use crate::protocol::server_frame::{Notice, Welcome};
use crate::storage::SharedStore;
use crate::telemetry::metrics::Metrics;

/// How often it is told who came and went, and cursors are written.
const BEAT: Duration = Duration::from_secs(1);
/// Messages from sessions and requests that may wait for the server.
const MAILBOX: usize = 4096;
/// Commands that may wait for one room to be loaded.
const WAITING: usize = 10_000;
/// What the server is told at its start.
pub struct Setup {
    /// Where the time comes from.
    pub clock: Clock,
    /// Who is let in; it may change.
    pub access: watch::Receiver<Access>,
    /// The way into the logs.
    pub journal: Inlet,
    /// Where everything is read from.
    pub store: SharedStore,
    /// Counters.
    pub metrics: Metrics,
    /// After how long an unused room is forgotten.
    pub room_idle: Duration,
    /// Seconds between two pings, for `welcome`.
    pub heartbeat_seconds: u64,
    /// How often one person may write by requests; sessions are counted at their gateway.
    pub request_rate: Option<Rate>,
}

/// The actor.
pub struct ChatServer {
    pub(super) clock: Clock,
    access: watch::Receiver<Access>,
    pub(super) journal: Option<Inlet>,
    pub(super) loader: Loader,
    pub(super) metrics: Metrics,
    pub(super) room_idle: Duration,
    heartbeat_seconds: u64,
    pub(super) request_rate: Option<Rate>,
    /// Logins that have ended a moment ago.
    pub(super) ended: HashMap<DeviceId, Timestamp>,
    /// Who has written by requests lately.
    pub(super) requests: HashMap<UserId, TokenBucket>,
    pub(super) ports: Ports,
    pub(super) people: People,
    pub(super) rooms: HashMap<RoomId, Room>,
    pub(super) names: HashMap<RoomName, RoomId>,
    /// Commands for rooms that are being loaded, in order.
    waiting: HashMap<RoomName, Vec<(Caller, Command)>>,
    pub(super) cursors: Cursors,
    generation: u64,
    /// The policy that live sessions were last held against.
    pub(super) enforced: Access,
    /// Writes of cursors that are under way.
    pub(super) cursor_writes: usize,
    pub(super) journal_closed: bool,
    pub(super) drained: Option<oneshot::Sender<()>>,
}

impl ChatServer {
    /// A server without rooms; they are loaded when somebody asks for them.
    #[must_use]
    pub fn new(setup: Setup, address: Addr<Self>) -> Self {
        let enforced = *setup.access.borrow();
        Self {
            clock: setup.clock,
            access: setup.access,
            journal: Some(setup.journal),
            loader: Loader::new(setup.store, address),
            metrics: setup.metrics,
            room_idle: setup.room_idle,
            heartbeat_seconds: setup.heartbeat_seconds,
            request_rate: setup.request_rate,
            ended: HashMap::new(),
            requests: HashMap::new(),
            ports: Ports::default(),
            people: People::default(),
            rooms: HashMap::new(),
            names: HashMap::new(),
            waiting: HashMap::new(),
            cursors: Cursors::default(),
            generation: 0,
            enforced,
            cursor_writes: 0,
            journal_closed: false,
            drained: None,
        }
    }

    /// Who is let in just now.
    pub(super) fn access(&self) -> Access {
        *self.access.borrow()
    }

    /// A number that no subscription has had before.
    pub(super) fn next_generation(&mut self) -> u64 {
        self.generation += 1;
        self.generation
    }

    /// Carries out a command, or lets it wait for its room.
    pub(super) fn take(&mut self, caller: Caller, command: Command) {
        let reads = command.reads() || command.room().is_some_and(|room| !self.names.contains_key(room));
        if self.journal.is_none() || self.ports.is_choked() || (reads && self.loader.is_busy()) {
            return self.ports.answer(caller.reply, Err(Problem::unavailable()));
        }
        if let Err(refusal) = permission::may_enter(self.access(), caller.person.standing) {
            return self.ports.answer(caller.reply, Err(refusal.into()));
        }
        let Some(name) = command.room() else { return self.run_without_room(caller, command) };
        if let Some(id) = self.names.get(name) {
            return self.run(*id, caller, command);
        }
        let name = name.clone();
        let queue = self.waiting.entry(name.clone()).or_default();
        if queue.len() >= WAITING {
            return self.ports.answer(caller.reply, Err(Problem::unavailable()));
        }
        queue.push((caller, command));
        if queue.len() == 1 {
            self.loader.room(name);
        }
    }

    /// Counts what one person writes by requests, whatever the page or endpoint.
    fn count_request(&mut self, caller: &Caller, command: &Command) -> Result<(), Problem> {
        let Some(rate) = self.request_rate.filter(|_| command.is_costly() && !command.reads_history()) else {
            return Ok(());
        };
        let now = self.clock.now();
        let bucket = self.requests.entry(caller.person.id).or_insert_with(|| TokenBucket::full(rate, now));
        bucket.take(rate, now).map_err(Problem::rate_limited)
    }

    fn run_without_room(&mut self, caller: Caller, command: Command) {
        match command {
            Command::Ping => commands::ping::run(self, caller),
            Command::Rooms => commands::rooms::run(self, caller),
            Command::Presence { status } => commands::presence::run(self, caller, status),
            Command::Nick { name } => commands::nick::run(self, caller, name),
            Command::Create { room, kind, topic } => commands::create::run(self, caller, room, kind, topic),
            Command::Direct { other } => commands::direct::run(self, caller, other),
            // `Command::room` gives a room for all others.
            _ => {}
        }
    }

    /// Carries out a command about a room that is in memory.
    pub(super) fn run(&mut self, id: RoomId, caller: Caller, command: Command) {
        let now = self.clock.now();
        let Some(room) = self.rooms.get_mut(&id) else { return };
        room.used_at = now;
        // Whoever is on the way in or out finds what they asked for meanwhile done in order afterwards.
        let user = caller.person.id;
        let Some((caller, command)) = room.wait_for_change(user, caller, command) else { return };
        match command {
            Command::Join { room, after, create } => commands::join::run(self, id, caller, room, after, create),
            Command::Leave { .. } => commands::leave::run(self, id, caller),
            Command::Send { text, nonce, reply_to, .. } => commands::send::run(self, id, caller, text, nonce, reply_to),
            Command::Typing { .. } => commands::typing::run(self, id, caller),
            Command::Read { seq, .. } => commands::read::run(self, id, caller, seq),
            Command::History { page, only, .. } => commands::history::run(self, id, caller, page, only),
            Command::Members { .. } => commands::members::run(self, id, caller),
            Command::Enter { .. } => commands::enter::run(self, id, caller),
            Command::GiveUp { .. } => commands::give_up::run(self, id, caller),
            Command::Add { user, .. } => commands::add::run(self, id, caller, user),
            Command::Look { .. } => commands::look::run(self, id, caller),
            Command::Presence { .. }
            | Command::Rooms
            | Command::Ping
            | Command::Nick { .. }
            | Command::Create { .. }
            | Command::Direct { .. } => {}
        }
    }

    /// Takes a room into memory and does what waited for it.
    pub(super) fn open_room(&mut self, room: Room) {
        let (id, name) = (room.info.id, room.info.name.clone());
        // It may have been loaded twice, by name and by making; the one in memory knows more.
        self.rooms.entry(id).or_insert(room);
        self.names.insert(name.clone(), id);
        self.metrics.rooms_loaded(self.rooms.len());
        for (caller, command) in self.waiting.remove(&name).unwrap_or_default() {
            self.run(id, caller, command);
        }
    }

    /// The room of this name, if it is in memory.
    pub(super) fn room_id(&self, name: &RoomName) -> Option<RoomId> {
        self.names.get(name).copied()
    }

    /// What waited for a room that is not there.
    pub(super) fn take_waiting(&mut self, name: &RoomName) -> Vec<(Caller, Command)> {
        self.waiting.remove(name).unwrap_or_default()
    }

    /// Puts a draft into the journal; tells whoever asked when there is no room for it.
    pub(super) fn write(&mut self, draft: Draft, purpose: Purpose) -> Result<(), Purpose> {
        let room = draft.room;
        let Some(journal) = &self.journal else { return Err(purpose) };
        match journal.put(Entry { draft, purpose }) {
            Ok(()) => {
                if let Some(room) = self.rooms.get_mut(&room) {
                    room.draft_sent();
                }
                Ok(())
            }
            Err(entry) => Err(entry.purpose),
        }
    }
}

impl Actor for ChatServer {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        ctx.run_interval(BEAT, |server, _| server.beat());
    }
}

impl Handler<OpenWorker> for ChatServer {
    type Result = ();

    fn handle(&mut self, open: OpenWorker, _: &mut Self::Context) {
        self.ports.open(open.worker, open.fanout);
    }
}

impl Handler<Connect> for ChatServer {
    type Result = ();

    fn handle(&mut self, connect: Connect, _: &mut Self::Context) {
        let Connect { session, worker, person } = connect;
        let has_ended = person.device.is_some_and(|device| self.ended.contains_key(&device));
        let refused = has_ended || permission::may_enter(self.access(), person.standing).is_err();
        let person = self.people.connect(session, worker, person);
        if refused || self.journal.is_none() {
            let (notice, closing) = if refused {
                let notice = Notice::Bye { reason: "not welcome here any more", reconnect_after_ms: None };
                (notice, Closing::NOT_ALLOWED)
            } else {
                (going_away(session), Closing::GOING_AWAY)
            };
            self.dismiss(session, worker, notice, closing);
        } else {
            let welcome = Welcome {
                session,
                user: (&*person).into(),
                is_guest: person.is_guest(),
                heartbeat_seconds: self.heartbeat_seconds,
            };
            self.ports.push(worker, Item::Welcome { session, welcome: Box::new(welcome) });
        }
        self.ports.flush();
    }
}

impl Handler<Disconnect> for ChatServer {
    type Result = ();

    fn handle(&mut self, gone: Disconnect, _: &mut Self::Context) {
        let now = self.clock.now();
        if let Some(live) = self.people.disconnect(gone.session) {
            for id in live.rooms {
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.disconnect(gone.session, now);
                }
            }
        }
        self.finish_drain_if_empty();
    }
}

impl Handler<Submit> for ChatServer {
    type Result = ();

    fn handle(&mut self, submit: Submit, _: &mut Self::Context) {
        match submit {
            Submit::FromRequest { mut caller, command } => {
                caller.person = self.people.named(caller.person);
                match self.count_request(&caller, &command) {
                    Ok(()) => self.take(caller, command),
                    Err(problem) => self.ports.answer(caller.reply, Err(problem)),
                }
            }
            Submit::FromSession { session, request } => {
                // A session that is gone asks for nothing.
                let Some(live) = self.people.session(session) else { return };
                let quiet = request.id.is_none() && request.command.is_ephemeral();
                let reply = Reply::Session { session, worker: live.worker, id: request.id, quiet };
                let caller = Caller { person: Arc::clone(&live.person), reply };
                self.take(caller, request.command);
            }
        }
        self.ports.flush();
    }
}

impl Handler<CatchUp> for ChatServer {
    type Result = ();

    fn handle(&mut self, wish: CatchUp, _: &mut Self::Context) {
        let NextPage { room, generation, after } = wish.page;
        commands::join::next_page(self, wish.session, room, generation, after);
        self.ports.flush();
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
            let status = self.people.status(person.id);
            commands::presence::tell_rooms(self, &(&*person).into(), status);
        }
    }
}

impl Handler<Settled> for ChatServer {
    type Result = ();

    fn handle(&mut self, settled: Settled, _: &mut Self::Context) {
        for outcome in settled.outcomes {
            commands::settle::run(self, outcome);
        }
        self.ports.flush();
    }
}

impl Handler<Loaded> for ChatServer {
    type Result = ();

    fn handle(&mut self, loaded: Loaded, _: &mut Self::Context) {
        commands::loaded::run(self, loaded);
        self.ports.flush();
    }
}

impl Handler<Drain> for ChatServer {
    type Result = actix::ResponseFuture<()>;

    fn handle(&mut self, _: Drain, _: &mut Self::Context) -> Self::Result {
        let (sender, receiver) = oneshot::channel();
        self.drained = Some(sender);
        // With the last inlet gone the journal writes what it has and says that it is done.
        self.journal = None;
        Box::pin(async move {
            // The sender goes with the server; then there is nothing left to wait for.
            let _ = receiver.await;
        })
    }
}

impl Handler<JournalClosed> for ChatServer {
    type Result = ();

    fn handle(&mut self, _: JournalClosed, _: &mut Self::Context) {
        self.journal_closed = true;
        self.write_cursors();
        self.say_goodbye();
        self.finish_drain_if_empty();
    }
}
