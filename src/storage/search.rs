//! Searching. The index follows the log: it is filled after an event is committed, a moment later, and can be made again
//! from the log at any time. Who may read what is not decided here: whoever asks names the rooms.

use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::users::Account;
use super::{SharedStore, StorageResult};
use crate::domain::clock::Timestamp;
use crate::domain::event::Event;
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::membership::Membership;
use crate::domain::name::{NameKey, RoomName};
use crate::domain::person::Author;
use crate::domain::room::RoomKind;
use crate::domain::search::{Marks, Term};

/// Events that go into the index in one transaction: while it lasts, the journal waits.
const BATCH: usize = 256;
/// How long events are gathered before they go into the index.
const GATHER: Duration = Duration::from_millis(100);
/// Whoever waits no longer than this for the database has it for themselves.
const AT_ONCE: Duration = Duration::from_millis(1);
/// Where others write, a tenth of the time is enough for the index: thousands of messages each second. What is acknowledged
/// goes before what can be found.
const RESTS: u32 = 9;
/// After a failure it is tried again this much later.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// A place in the order in which events of all rooms were committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogPlace(pub i64);

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writer {
    /// This person.
    Person(UserId),
    /// A guest under this name.
    Guest(NameKey),
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// All of these stand in the text.
    pub terms: Vec<Term>,
    /// In one of these rooms. None means that nothing is found.
    pub rooms: Vec<RoomId>,
    /// By one of these, if there are any.
    pub writers: Vec<Writer>,
    /// What the message has.
    pub marks: Marks,
    /// Not before this.
    pub first: Option<Timestamp>,
    /// Before this.
    pub end: Option<Timestamp>,
    /// Only what stands before this place in the log.
    pub below: Option<LogPlace>,
    /// At most so many.
    pub limit: usize,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its place in the log of all rooms.
    pub place: LogPlace,
    /// The message as it is now, without what people put on it.
    pub event: Event,
}

/// The messages around one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The message before it in its room.
    pub before: Option<Event>,
    /// The message behind it in its room.
    pub after: Option<Event>,
}

/// A room that somebody may have something to do with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRoom {
    /// The key of the database.
    pub id: RoomId,
    /// Its name.
    pub name: RoomName,
    /// Public, private or direct.
    pub kind: RoomKind,
    /// Nobody writes into it any more.
    pub archived: bool,
    /// What the person is in it, the banned too.
    pub membership: Option<Membership>,
    /// For a direct room: the others, by name.
    pub others: Vec<Author>,
}

/// What became of a part of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Indexed {
    /// So many events are in the index that were not before.
    pub events: usize,
    /// How long others had the database meanwhile.
    pub waited: Duration,
}

/// Searching.
#[async_trait]
pub trait Search {
    /// Takes at most `limit` further events of the log into the index. Calls at the same time do no harm. After a change of the program that makes the index useless, it begins anew.
    async fn index_log(&self, limit: usize) -> StorageResult<Indexed>;

    /// Waits until something was written into the log since the last call.
    async fn log_grown(&self);

    /// Empties the index; it will be made again from the log.
    async fn forget_index(&self) -> StorageResult<()>;

    /// Messages that are in the index, the newest first. Deleted ones are never among them.
    async fn find_messages(&self, wanted: &Wanted) -> StorageResult<Vec<Found>>;

    /// The messages around each of these, in the same order.
    async fn neighbours(&self, messages: &[(RoomId, Seq)]) -> StorageResult<Vec<Neighbours>>;

    /// Every public room, and every room in which this person is, or was until they were banned.
    async fn known_rooms(&self, user: Option<UserId>) -> StorageResult<Vec<KnownRoom>>;

    /// At most `limit` accounts whose names begin like this, by name.
    async fn accounts_beginning(&self, key: &NameKey, limit: usize) -> StorageResult<Vec<Account>>;
}

/// Keeps the index behind the log, for ever. Whoever writes messages comes first: after it had to wait for them, it rests
/// several times as long as it worked.
pub async fn follow_log(store: SharedStore) {
    loop {
        let started = Instant::now();
        match store.index_log(BATCH).await {
            Ok(Indexed { events: 0, .. }) => {
                store.log_grown().await;
                tokio::time::sleep(GATHER).await;
            }
            Ok(Indexed { waited, .. }) => {
                let worked = started.elapsed().saturating_sub(waited);
                tokio::time::sleep(if waited > AT_ONCE { worked * RESTS } else { Duration::ZERO }).await;
            }
            Err(error) => {
                log::error!("the search index could not follow the log, it is tried again: {error}");
                tokio::time::sleep(TRY_AGAIN).await;
            }
        }
    }
}
