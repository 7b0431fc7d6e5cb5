//! Everything the server has to read. It asks here and goes on; the outcome comes back to it as a message.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use actix::{Addr, Message};
use tokio::sync::Semaphore;

use super::feed::room_of;
use super::log_page::{self, LogPage};
use super::lookup;
use super::reply::Caller;
use super::server::ChatServer;
use crate::domain::clock::Timestamp;
use crate::domain::event::Event;
use crate::domain::ids::{RoomId, Seq, SessionId, UserId};
use crate::domain::membership::{Level, Mark};
use crate::domain::moderation::Measure;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::{Author, SiteRole};
use crate::domain::profile::{PresenceNote, Privacy};
use crate::domain::room_rules::{RoomRules, RuleChange};
use crate::domain::status_line::StatusLine;
use crate::protocol::answer::Answer;
use crate::protocol::command::{Command, Only, Page, Question};
use crate::storage::reports::{NewReport, Reported};
use crate::storage::rooms::{CursorMove, ListedRoom, NamedMember, NewRoom, StoredRoom};
use crate::storage::{SharedStore, StorageError, StorageResult};

/// Reads that may be under way at a time; more are refused at once.
const READS: usize = 256;
/// Events of one page of a replay: what a session that catches up may cost in memory.
const REPLAY_PAGE: usize = 32;
/// Most bytes of texts in such a page, or one event: a session may catch up in a hundred rooms at once.
const REPLAY_BYTES: usize = 32 * 1024;
/// Most members of a room in one list.
const MEMBERS: usize = 1000;
/// Most public rooms in one list.
const ROOMS: usize = 1000;

/// What came back.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub enum Loaded {
    /// A room that commands wait for; `None` when there is none.
    Room { name: RoomName, stored: StorageResult<Option<StoredRoom>> },
    /// What a session missed, for one of its feeds.
    Replay { session: SessionId, feed: RoomId, generation: u64, events: StorageResult<Vec<Event>> },
    /// A page of a log.
    History { caller: Caller, room: RoomName, page: StorageResult<LogPage>, reset: bool },
    /// The rooms of a person, and the public ones.
    Rooms { caller: Caller, rooms: StorageResult<Vec<ListedRoom>> },
    /// The members of a room.
    Members {
        caller: Caller,
        room: RoomId,
        members: StorageResult<Vec<NamedMember>>,
        last_seen: HashMap<UserId, Timestamp>,
    },
    /// Whether an account has the name that a guest wants.
    NameChecked { caller: Caller, name: UserName, taken: StorageResult<bool> },
    /// A room was made, or the one that was there was found. Then the command is carried out, if there is one.
    Made { caller: Caller, then: Option<Command>, made: StorageResult<Made> },
    /// The account that is to be added to a room.
    Found { caller: Caller, room: RoomName, user: StorageResult<Option<Author>> },
    /// The account that a command about a member of a room names.
    Named { caller: Caller, room: RoomName, command: Command, user: StorageResult<Option<Author>> },
    /// What a member wants to be told of was stored, or not.
    LevelSet { caller: Caller, room: RoomId, level: Level, is_stored: bool },
    /// A measure was stored, or not.
    Moderated { caller: Caller, room: RoomId, measure: Measure, outcome: Moderated },
    /// The rules of a room were stored, or not.
    Ruled { caller: Caller, room: RoomId, rules: (RoomRules, Vec<RuleChange>), stored: StorageResult<()> },
    /// A room was removed, or not.
    Removed { caller: Caller, room: RoomId, removed: StorageResult<bool> },
    /// A report was stored, or not.
    Reported { caller: Caller, reported: StorageResult<Reported> },
    /// How many messages there are up to a place, for a read cursor.
    Placed { caller: Caller, room: RoomId, place: StorageResult<Mark>, back: bool },
    /// The answer to a question.
    LookedUp { caller: Caller, room: RoomId, looked: StorageResult<Looked> },
    /// Cursors that could not be written are given back.
    CursorsWritten { failed: Vec<CursorMove> },
    /// A status has been written, or could not be.
    StatusWritten { caller: Caller, line: StatusLine, written: StorageResult<()> },
    /// What somebody keeps to themselves has been written, or could not be.
    PrivacyWritten { caller: Caller, privacy: Privacy, written: StorageResult<()> },
    /// Notes of presence that could not be written are given back.
    NotesWritten { failed: Vec<(UserId, PresenceNote)> },
}

/// What became of a measure.
#[derive(Debug)]
pub enum Moderated {
    /// It is stored; about whom it was.
    Done(Option<Author>),
    /// There is no such account.
    Nobody,
    /// This person keeps order on the server, and their role is not below.
    NotBelow,
    /// The database failed.
    Failed,
}

/// What was found for a question.
#[derive(Debug)]
pub enum Looked {
    /// This.
    Answer(Answer),
    /// There is no such message.
    Nothing,
    /// For the question why a room is unread: what the database knows of it.
    Why { first_unread: Option<Seq>, mentions: Vec<Seq> },
}

/// A room that was asked for by making it.
#[derive(Debug)]
pub enum Made {
    /// It is new: here it is, with its first events.
    New(StoredRoom, Vec<Event>),
    /// It was there.
    Old(StoredRoom),
    /// There is nobody of that id.
    Nobody,
    /// The name is taken.
    NameTaken,
    /// A room whose name looks like it is there.
    LookAlike,
}

/// Reads for the server.
#[derive(Clone)]
pub struct Loader {
    store: SharedStore,
    server: Addr<ChatServer>,
    reads: Arc<Semaphore>,
}

impl Loader {
    /// Reads from `store`, answers to `server`.
    pub fn new(store: SharedStore, server: Addr<ChatServer>) -> Self {
        Self { store, server, reads: Arc::new(Semaphore::new(READS)) }
    }

    /// True when so much is being read that nothing more should be started.
    pub fn is_busy(&self) -> bool {
        self.reads.available_permits() == 0
    }

    /// Starts a read. Whoever asks has looked at [`Self::is_busy`] first; should the last place have gone in between,
    /// the read waits for the next.
    fn start<F>(&self, work: impl FnOnce(SharedStore) -> F + 'static)
    where
        F: Future<Output = Loaded> + 'static,
    {
        let (store, server) = (self.store.clone(), self.server.clone());
        let place = self.reads.clone().try_acquire_owned().ok();
        let reads = self.reads.clone();
        actix::spawn(async move {
            let _place = match place {
                Some(place) => Some(place),
                None => reads.acquire_owned().await.ok(),
            };
            let loaded = work(store).await;
            // An error means that the server is gone; then nobody waits for the outcome.
            let _ = server.send(loaded).await;
        });
    }

    /// A room by its name. A look-alike of the name is another name.
    pub fn room(&self, name: RoomName) {
        self.start(|store| async move {
            let stored = store.room_by_name(&name.key()).await;
            let stored = stored.map(|found| found.filter(|room| room.info.name == name));
            Loaded::Room { name, stored }
        });
    }

    /// A page of what a session missed after `after`, for one of its feeds.
    pub fn replay(&self, session: SessionId, feed: RoomId, generation: u64, after: Seq) {
        self.start(move |store| async move {
            let events = store.events_after(room_of(feed), after, REPLAY_PAGE).await.map(light);
            Loaded::Replay { session, feed, generation, events }
        });
    }

    /// A page of a log; `reset` is handed back with it.
    pub fn history(&self, caller: Caller, room: RoomId, name: RoomName, page: Page, only: Option<Only>, reset: bool) {
        self.start(move |store| async move {
            let page = log_page::read(&store, room, page, only).await;
            let page = match page {
                Ok(mut page) => lookup::mark_own(&store, &mut page.events, caller.person.id).await.map(|()| page),
                Err(error) => Err(error),
            };
            Loaded::History { caller, room: name, page, reset }
        });
    }

    /// The rooms of a person, and the public ones.
    pub fn rooms(&self, caller: Caller) {
        self.start(|store| async move {
            let user = (!caller.person.is_guest()).then_some(caller.person.id);
            let rooms = async {
                let mut rooms = match user {
                    Some(user) => store.rooms_of(user).await?,
                    None => Vec::new(),
                };
                let public = store.public_rooms(user, None, ROOMS).await?;
                rooms.extend(public.into_iter().filter(|room| room.membership.is_none()));
                Ok(rooms)
            };
            let rooms = rooms.await;
            Loaded::Rooms { caller, rooms }
        });
    }

    /// The members of a room.
    pub fn members(&self, caller: Caller, room: RoomId) {
        self.start(move |store| async move {
            let members = store.members(room, None, MEMBERS).await;
            let ids: Vec<UserId> = members.iter().flatten().map(|member| member.person.id).collect();
            // A list without these times is still a good list.
            let last_seen = store.last_seen(&ids).await.unwrap_or_default().into_iter().collect();
            Loaded::Members { caller, room, members, last_seen }
        });
    }

    /// Whether an account has this name, or one that looks like it.
    pub fn name_taken(&self, caller: Caller, name: UserName) {
        self.start(|store| async move {
            let taken = store.user_by_name(&name.key()).await.map(|account| account.is_some());
            Loaded::NameChecked { caller, name, taken }
        });
    }

    /// Makes a room; then `then` is carried out.
    pub fn create(&self, caller: Caller, new: NewRoom, then: Option<Command>) {
        self.start(|store| async move {
            let made = make(&store, new).await;
            Loaded::Made { caller, then, made }
        });
    }

    /// Finds or makes the direct room of the caller and these others.
    pub fn direct(&self, caller: Caller, others: Vec<UserId>, new: impl FnOnce(Vec<Author>) -> NewRoom + 'static) {
        self.start(move |store| async move {
            let made = direct(&store, caller.person.id, others, new).await;
            Loaded::Made { caller, then: None, made }
        });
    }

    /// The account that is to be added to a room.
    pub fn find(&self, caller: Caller, room: RoomName, user: UserId) {
        self.start(move |store| async move {
            let user = store.user(user).await.map(|found| found.map(|a| Author { id: a.id, name: a.name }));
            Loaded::Found { caller, room, user }
        });
    }

    /// The account that a command about a member of a room names.
    pub fn named(&self, caller: Caller, room: RoomName, command: Command) {
        let (Command::Appoint { user, .. } | Command::Remove { user, .. }) = command else { return };
        self.start(move |store| async move {
            let user = store.user(user).await.map(|found| found.map(|a| Author { id: a.id, name: a.name }));
            Loaded::Named { caller, room, command, user }
        });
    }

    /// Stores what a member wants to be told of.
    pub fn set_level(&self, caller: Caller, room: RoomId, level: Level) {
        self.start(move |store| async move {
            let stored = store.set_level(room, caller.person.id, level).await;
            if let Err(error) = &stored {
                log::error!("a level could not be stored: {error}");
            }
            Loaded::LevelSet { caller, room, level, is_stored: stored.is_ok() }
        });
    }

    /// Stores a measure.
    pub fn moderate(&self, caller: Caller, room: RoomId, measure: Measure) {
        self.start(move |store| async move {
            let outcome = moderate(&store, &caller, room, measure).await.unwrap_or_else(|error| {
                log::error!("a measure could not be stored: {error}");
                Moderated::Failed
            });
            Loaded::Moderated { caller, room, measure, outcome }
        });
    }

    /// Stores the rules of a room; `changes` is handed back with it.
    pub fn rules(&self, caller: Caller, room: RoomId, rules: RoomRules, changes: Vec<RuleChange>) {
        self.start(move |store| async move {
            let stored = store.set_rules(room, &rules).await;
            Loaded::Ruled { caller, room, rules: (rules, changes), stored }
        });
    }

    /// Removes a room.
    pub fn remove_room(&self, caller: Caller, room: RoomId) {
        self.start(move |store| async move {
            let removed = store.remove_room(room).await;
            Loaded::Removed { caller, room, removed }
        });
    }

    /// Stores a report.
    pub fn report(&self, caller: Caller, new: NewReport) {
        self.start(move |store| async move {
            let reported = store.add_report(&new).await;
            Loaded::Reported { caller, reported }
        });
    }

    /// How many messages there are up to a place.
    pub fn place(&self, caller: Caller, room: RoomId, seq: Seq, back: bool) {
        self.start(move |store| async move {
            let place = store.place(room, seq).await;
            Loaded::Placed { caller, room, place, back }
        });
    }

    /// Looks something up in a room whose log ends at `last`, for somebody who has read up to `read`.
    pub fn look_up(&self, caller: Caller, room: RoomId, name: RoomName, question: Question, last: Seq, read: Seq) {
        self.start(move |store| async move {
            let asked = lookup::Asked { room, name, last, read, user: caller.person.id };
            let looked = lookup::answer(&store, asked, question).await;
            Loaded::LookedUp { caller, room, looked }
        });
    }

    /// Writes a status.
    pub fn write_status(&self, caller: Caller, line: StatusLine) {
        self.start(|store| async move {
            let written = store.set_status_line(caller.person.id, &line).await;
            Loaded::StatusWritten { caller, line, written }
        });
    }

    /// Writes what somebody keeps to themselves.
    pub fn write_privacy(&self, caller: Caller, privacy: Privacy) {
        self.start(move |store| async move {
            let written = store.set_privacy(caller.person.id, privacy).await;
            Loaded::PrivacyWritten { caller, privacy, written }
        });
    }

    /// Writes notes of presence. They come back when it fails.
    pub fn write_notes(&self, notes: Vec<(UserId, PresenceNote)>) {
        self.start(|store| async move {
            match store.note_presence(&notes).await {
                Ok(()) => Loaded::NotesWritten { failed: Vec::new() },
                Err(error) => {
                    log::error!("who was seen when could not be written, it stays in memory: {error}");
                    Loaded::NotesWritten { failed: notes }
                }
            }
        });
    }

    /// Writes read cursors. They come back when it fails.
    pub fn write_cursors(&self, cursors: Vec<CursorMove>) {
        self.start(|store| async move {
            match store.move_cursors(&cursors).await {
                Ok(()) => Loaded::CursorsWritten { failed: Vec::new() },
                Err(error) => {
                    log::error!("read cursors could not be written, they stay in memory: {error}");
                    Loaded::CursorsWritten { failed: cursors }
                }
            }
        });
    }
}

async fn moderate(store: &SharedStore, caller: &Caller, room: RoomId, measure: Measure) -> StorageResult<Moderated> {
    let who = match measure {
        Measure::Slow(_) => None,
        Measure::Mute { user, .. } | Measure::Ban { user, .. } => {
            let Some(found) = store.user(user).await? else { return Ok(Moderated::Nobody) };
            let role = found.site_role;
            if role >= SiteRole::Moderator && caller.person.site_role() <= Some(role) {
                return Ok(Moderated::NotBelow);
            }
            Some(Author { id: found.id, name: found.name })
        }
    };
    store.moderate(room, measure).await?;
    Ok(Moderated::Done(who))
}

async fn make(store: &SharedStore, new: NewRoom) -> StorageResult<Made> {
    match store.create_room(&new).await {
        Ok(info) => {
            let events = store.events_after(info.id, 0, new.members.len()).await?;
            match store.room(info.id).await? {
                Some(stored) => Ok(Made::New(stored, events)),
                None => {
                    Err(StorageError::Inconsistent { reason: format!("room {} is gone after it was made", info.id) })
                }
            }
        }
        Err(StorageError::Conflict { .. }) => {
            let there = store.room_by_name(&new.name.key()).await?;
            let is_same = there.is_some_and(|there| there.info.name == new.name);
            Ok(if is_same { Made::NameTaken } else { Made::LookAlike })
        }
        Err(error) => Err(error),
    }
}

async fn direct(
    store: &SharedStore,
    one: UserId,
    others: Vec<UserId>,
    new: impl FnOnce(Vec<Author>) -> NewRoom,
) -> StorageResult<Made> {
    let mut accounts = Vec::with_capacity(others.len());
    for other in &others {
        let Some(account) = store.user(*other).await? else { return Ok(Made::Nobody) };
        accounts.push(Author { id: account.id, name: account.name });
    }
    let mut people = others;
    people.push(one);
    if let Some(stored) = existing_direct(store, &people).await? {
        return Ok(Made::Old(stored));
    }
    let made = make(store, new(accounts)).await?;
    if !matches!(made, Made::NameTaken) {
        return Ok(made);
    }
    // Several opened it at the same moment: another one was first.
    Ok(existing_direct(store, &people).await?.map_or(Made::NameTaken, Made::Old))
}

async fn existing_direct(store: &SharedStore, people: &[UserId]) -> StorageResult<Option<StoredRoom>> {
    match store.direct_room(people).await? {
        Some(id) => store.room(id).await,
        None => Ok(None),
    }
}

/// As much of a page as is light enough; the rest comes with the next one.
fn light(mut page: Vec<Event>) -> Vec<Event> {
    let mut bytes = 0;
    let heavy = page.iter().position(|event| {
        bytes += event.body.text_bytes();
        bytes > REPLAY_BYTES
    });
    page.truncate(heavy.map_or(page.len(), |at| at.max(1)));
    page
}
