//! `ChatServer`: the actor that manages the rooms. It owns all live state, decides everything in memory, never awaits
//! and never touches the database. Each step ends with one message per worker thread.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, AsyncContext, Context, Handler};
use tokio::sync::{oneshot, watch};

use super::alerts::Alerts;
use super::allowance::Allowances;
use super::commands;
use super::commands::join::Wish;
use super::crowd::Lookout;
use super::cursors::Cursors;
use super::feed::Attention;
use super::journal::{Entry, Inlet, JournalClosed, Purpose, Settled};
use super::loader::{Loaded, Loader};
use super::messages::{Drain, OpenWorker, Step, Steps, Submit};
use super::people::People;
use super::ports::Ports;
use super::profiles::Profiles;
use super::reply::{Caller, Reply};
use super::room::Room;
use crate::config::LimitsConfig;
use crate::domain::access::Access;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::conduct::Conduct;
use crate::domain::event::Draft;
use crate::domain::ids::{DeviceId, RoomId, SessionId, UserId};
use crate::domain::name::RoomName;
use crate::domain::permission;
use crate::domain::profile::Profile;
use crate::protocol::command::{Command, Request};
use crate::protocol::crowd::CrowdAct;
use crate::protocol::error_code::Problem;
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
    /// What was decided about people; it may change.
    pub conduct: watch::Receiver<Arc<Conduct>>,
    /// The way into the logs.
    pub journal: Inlet,
    /// Where everything is read from.
    pub store: SharedStore,
    /// The way to whoever sends notifications.
    pub alerts: Alerts,
    /// What people have said of themselves before.
    pub profiles: Vec<(UserId, Profile)>,
    /// Counters.
    pub metrics: Metrics,
    /// After how long an unused room is forgotten.
    pub room_idle: Duration,
    /// Seconds between two pings, for `welcome`.
    pub heartbeat_seconds: u64,
    /// How often one person may write, among others; each session is counted at its gateway besides. It may change.
    pub limits: watch::Receiver<LimitsConfig>,
}

/// The actor.
pub struct ChatServer {
    pub(super) clock: Clock,
    access: watch::Receiver<Access>,
    conduct: watch::Receiver<Arc<Conduct>>,
    pub(super) journal: Option<Inlet>,
    pub(super) loader: Loader,
    pub(super) metrics: Metrics,
    pub(super) room_idle: Duration,
    pub(super) heartbeat_seconds: u64,
    /// Logins that have ended a moment ago.
    pub(super) ended: HashMap<DeviceId, Timestamp>,
    /// Accounts that were deleted a moment ago.
    pub(super) gone: HashMap<UserId, Timestamp>,
    pub(super) allowances: Allowances,
    pub(super) ports: Ports,
    pub(super) people: People,
    pub(super) profiles: Profiles,
    pub(super) alerts: Alerts,
    pub(super) rooms: HashMap<RoomId, Room>,
    pub(super) names: HashMap<RoomName, RoomId>,
    /// Rooms that were deleted: what was read of one before must not bring it back.
    removed: HashSet<RoomId>,
    /// Commands for rooms that are being loaded, in order.
    waiting: HashMap<RoomName, Vec<(Caller, Command)>>,
    pub(super) cursors: Cursors,
    /// Who watches for whom, and who was here.
    pub(super) crowd: Lookout,
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
            conduct: setup.conduct,
            journal: Some(setup.journal),
            loader: Loader::new(setup.store, address),
            metrics: setup.metrics,
            room_idle: setup.room_idle,
            heartbeat_seconds: setup.heartbeat_seconds,
            ended: HashMap::new(),
            gone: HashMap::new(),
            allowances: Allowances::new(setup.limits),
            ports: Ports::default(),
            people: People::default(),
            profiles: Profiles::new(setup.profiles),
            alerts: setup.alerts,
            rooms: HashMap::new(),
            names: HashMap::new(),
            removed: HashSet::new(),
            waiting: HashMap::new(),
            cursors: Cursors::default(),
            crowd: Lookout::default(),
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

    /// What was decided about people.
    pub(super) fn conduct(&self) -> Arc<Conduct> {
        self.conduct.borrow().clone()
    }

    /// What was decided about people, if it has changed since this was last asked.
    pub(super) fn new_conduct(&mut self) -> Option<Arc<Conduct>> {
        self.conduct.has_changed().unwrap_or(false).then(|| self.conduct.borrow_and_update().clone())
    }

    /// A number that no subscription has had before.
    pub(super) fn next_generation(&mut self) -> u64 {
        self.generation += 1;
        self.generation
    }

    /// A session asks for something.
    pub(super) fn submit(&mut self, session: SessionId, request: Request) {
        // A session that is gone asks for nothing.
        let Some(live) = self.people.session(session) else { return };
        let Request { id, command } = request;
        let quiet = id.is_none() && command.is_ephemeral();
        let reply = Reply::Session { session, worker: live.worker, id, quiet };
        if matches!(command, Command::Send { .. }) {
            self.people.was_active(session, self.clock.now());
        }
        let Some(live) = self.people.session(session) else { return };
        match self.allowances.spend_by_session(&live.person, &command, self.clock.now()) {
            Ok(()) => {
                let caller = Caller { person: Arc::clone(&live.person), reply };
                self.take(caller, command);
            }
            Err(problem) => self.ports.answer(reply, Err(problem)),
        }
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
        let granted = command.is_granted(&caller.person.grant, self.clock.now());
        if let Err(refusal) = granted.and_then(|()| self.may_do(&caller.person, &command)) {
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

    fn run_without_room(&mut self, caller: Caller, command: Command) {
        match command {
            Command::Ping | Command::Preview => commands::ping::run(self, caller),
            Command::Rooms => commands::rooms::run(self, caller),
            Command::Presence { status, auto } => commands::presence::run(self, caller, status, auto),
            Command::Status { line } => commands::status::run(self, caller, line),
            Command::Privacy { hide_presence, hide_reads } => {
                commands::privacy::run(self, caller, hide_presence, hide_reads);
            }
            Command::Nick { name } => commands::nick::run(self, caller, name),
            Command::Create { room, kind, topic } => commands::create::run(self, caller, room, kind, topic),
            Command::Direct { others } => commands::direct::run(self, caller, others),
            Command::People { act } => commands::people::run(self, caller, act),
            // `Command::room` gives a room for all others.
            _ => {}
        }
    }

    /// Carries out a command about a room that is in memory.
    pub(super) fn run(&mut self, id: RoomId, caller: Caller, command: Command) {
        // To a token for other rooms this one does not exist.
        if !caller.person.grant.covers(id) {
            return self.ports.answer(caller.reply, Err(Problem::no_such_room()));
        }
        let now = self.clock.now();
        let Some((caller, command)) = commands::erase::wait(self, id, caller, command) else { return };
        let Some(room) = self.rooms.get_mut(&id) else {
            return self.ports.answer(caller.reply, Err(Problem::no_such_room()));
        };
        room.used_at = now;
        // Whoever is on the way in or out finds what they asked for meanwhile done in order afterwards.
        let user = caller.person.id;
        let Some((caller, command)) = room.wait_for_change(user, caller, command) else { return };
        match command {
            Command::Join { room, after, create, key } => {
                let attention = Attention::Looks;
                commands::join::run(self, id, caller, Wish { room, after, create, attention, enters: true, key });
            }
            Command::Listen { room, after, create, key } => {
                let attention = Attention::Listens;
                commands::join::run(self, id, caller, Wish { room, after, create, attention, enters: true, key });
            }
            Command::Follow { room, after, looks } => {
                let attention = if looks { Attention::Looks } else { Attention::Listens };
                commands::join::run(
                    self,
                    id,
                    caller,
                    Wish { room, after, create: false, attention, enters: false, key: None },
                );
            }
            Command::Leave { .. } => commands::leave::run(self, id, caller),
            Command::Send { text, nonce, reply_to, .. } => commands::send::run(self, id, caller, text, nonce, reply_to),
            Command::Edit { seq, text, .. } => commands::act::edit(self, id, caller, seq, text),
            Command::Delete { seq, .. } => commands::act::delete(self, id, caller, seq),
            Command::React { seq, emoji, on, .. } => commands::act::react(self, id, caller, seq, emoji.as_str(), on),
            Command::Pin { seq, on, .. } => commands::act::pin(self, id, caller, seq, on),
            Command::Topic { topic, .. } => commands::act::topic(self, id, caller, topic),
            Command::Change { description, archived, .. } => {
                commands::act::change(self, id, caller, description, archived);
            }
            Command::Appoint { user, role, .. } => commands::appoint::run(self, id, caller, user, role),
            Command::Remove { user, .. } => commands::remove::run(self, id, caller, user),
            Command::Level { level, .. } => commands::level::run(self, id, caller, level),
            Command::Unread { seq, .. } => commands::read::unread(self, id, caller, seq),
            Command::Ask { question, .. } => commands::ask::run(self, id, caller, question),
            Command::Typing { .. } => commands::typing::run(self, id, caller),
            Command::Read { seq, .. } => commands::read::run(self, id, caller, seq),
            Command::History { page, only, .. } => commands::history::run(self, id, caller, page, only),
            Command::Members { .. } => commands::members::run(self, id, caller),
            Command::Enter { key, .. } => commands::enter::run(self, id, caller, key.as_deref()),
            Command::GiveUp { .. } => commands::give_up::run(self, id, caller),
            Command::Add { user, .. } => commands::add::run(self, id, caller, user),
            Command::Look { .. } => commands::look::run(self, id, caller),
            Command::Mute { user, minutes, .. } => commands::moderate::mute(self, id, caller, user, minutes),
            Command::Moderate { measure, .. } => commands::moderate::run(self, id, caller, measure),
            Command::Report { seq, reason, .. } => commands::report::run(self, id, caller, seq, &reason),
            Command::House { act, .. } => commands::house::run(self, id, caller, act),
            Command::Crowd { act, .. } => commands::crowd::run(self, id, caller, act),
            Command::Presence { .. }
            | Command::Status { .. }
            | Command::Privacy { .. }
            | Command::Rooms
            | Command::Ping
            | Command::Preview
            | Command::Nick { .. }
            | Command::Create { .. }
            | Command::People { .. }
            | Command::Direct { .. } => {}
        }
    }

    /// Takes a room into memory and does what waited for it.
    pub(super) fn open_room(&mut self, room: Room) {
        let (id, name) = (room.info.id, room.info.name.clone());
        if !self.removed.contains(&id) {
            // It may have been loaded twice, by name and by making; the one in memory knows more.
            self.rooms.entry(id).or_insert(room);
            self.names.insert(name.clone(), id);
        }
        self.metrics.rooms_loaded(self.rooms.len());
        for (caller, command) in self.waiting.remove(&name).unwrap_or_default() {
            self.run(id, caller, command);
        }
    }

    /// A room was deleted: what was asked of it meanwhile.
    pub(super) fn forget_room(&mut self, id: RoomId) -> Vec<(Caller, Command)> {
        self.removed.insert(id);
        let Some(room) = self.rooms.remove(&id) else { return Vec::new() };
        // Somebody may have made another one of the name already.
        if self.names.get(&room.info.name) == Some(&id) {
            self.names.remove(&room.info.name);
        }
        self.metrics.rooms_loaded(self.rooms.len());
        let name = room.info.name;
        let rule = |(caller, changes)| (caller, Command::Crowd { room: name.clone(), act: CrowdAct::Rule(changes) });
        let rules = room.ruling.unwrap_or_default().into_iter().map(rule);
        room.ending.map(|ending| ending.waiting).unwrap_or_default().into_iter().chain(rules).collect()
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
        // Something read or stored meanwhile may want to be written down in a room that is being deleted.
        let is_here = self.rooms.get(&room).is_some_and(|room| room.ending.is_none());
        let Some(journal) = self.journal.as_ref().filter(|_| is_here) else { return Err(purpose) };
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

impl Handler<Steps> for ChatServer {
    type Result = ();

    fn handle(&mut self, Steps(steps): Steps, _: &mut Self::Context) {
        for step in steps {
            match step {
                Step::Connect { session, worker, person, origin } => {
                    commands::connect::run(self, session, worker, person, origin);
                }
                Step::Submit { session, request } => self.submit(session, request),
                Step::CatchUp { session, page } => commands::join::next_page(self, session, page),
                Step::Disconnect { session, reason } => commands::connect::end(self, session, reason),
            }
        }
        self.ports.flush();
    }
}

impl Handler<Submit> for ChatServer {
    type Result = ();

    fn handle(&mut self, Submit { mut caller, command }: Submit, _: &mut Self::Context) {
        caller.person = self.people.named(caller.person);
        let now = self.clock.now();
        match self.allowances.spend_by_request(&caller.person, &command, now) {
            Ok(()) => self.take(caller, command),
            Err(problem) => self.ports.answer(caller.reply, Err(problem)),
        }
        self.ports.flush();
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
        self.write_notes();
        self.say_goodbye();
        self.finish_drain_if_empty();
    }
}
