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

/// Searching.
#[async_trait]
pub trait Search {
    /// Takes at most `limit` further events of the log into the index; answers how many. Calls at the same time do no
    /// harm. After a change of the program that makes the index useless, it begins anew.
    async fn index_log(&self, limit: usize) -> StorageResult<usize>;

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

/// Keeps the index behind the log, for ever. While there is much to catch up with, it rests as long as it works, so that
/// the journal has the database for itself half of the time.
pub async fn follow_log(store: SharedStore) {
    loop {
        let started = Instant::now();
        match store.index_log(BATCH).await {
            Ok(0) => {
                store.log_grown().await;
                tokio::time::sleep(GATHER).await;
            }
            Ok(_) => tokio::time::sleep(started.elapsed()).await,
            Err(error) => {
                log::error!("the search index could not follow the log, it is tried again: {error}");
                tokio::time::sleep(TRY_AGAIN).await;
            }
        }
    }
}
