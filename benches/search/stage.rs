//! A database as a server would have made it: people, rooms, messages, and the index.

use std::path::Path;
use std::time::{Duration, Instant};

use parlor::domain::clock::Timestamp;
use parlor::domain::event::{Draft, EventBody};
use parlor::domain::ids::{RoomId, UserId};
use parlor::domain::membership::Role;
use parlor::domain::name::{RoomName, UserName};
use parlor::domain::person::{Author, SiteRole};
use parlor::domain::room::{RoomKind, Topic};
use parlor::storage::rooms::NewRoom;
use parlor::storage::sqlite::SqliteStore;
use parlor::storage::users::{Account, NewAccount};
use parlor::storage::{Events, Rooms, Search, Users};
use tempfile::TempDir;
use uuid::Uuid;

use crate::Shared;
use crate::babble::Babble;

/// In one transaction while filling.
const FILL_BATCH: usize = 4096;
/// Half a minute: a million messages are a year.
const STEP: i64 = 30_000;
/// 2025-11-21.
const BEGIN: i64 = 1_763_683_200_000;

/// A data folder that is deleted in the end.
pub struct Stage {
    folder: TempDir,
    /// The open database.
    pub store: Shared,
    /// Who writes. The first one searches.
    pub authors: Vec<Author>,
    /// Where.
    pub rooms: Vec<(RoomId, RoomName)>,
    /// How many messages were stored.
    stored: usize,
}

impl Stage {
    /// Makes people and rooms. The first person is in every public room and in every second private one.
    pub async fn new(folder: &Path, rooms: usize, authors: usize, babble: &mut Babble) -> Self {
        let folder = tempfile::tempdir_in(folder).expect("the folder can be written");
        let store = SqliteStore::open(None, folder.path()).await.expect("the database opens");
        let mut stage = Self { folder, store: Shared::new(store), authors: Vec::new(), rooms: Vec::new(), stored: 0 };
        for number in 0..authors {
            let name = UserName::parse(&format!("{}-{number}", babble.wanted_word())).expect("a good name");
            let author = Author { id: UserId(Uuid::now_v7()), name };
            let account = Account {
                id: author.id,
                name: author.name.clone(),
                site_role: SiteRole::Member,
                created_at: Timestamp(0),
            };
            let new = NewAccount { account, password_hash: "none".to_owned(), invite: None };
            stage.store.add_user(&new, false, Timestamp(0)).await.expect("an account can be made");
            stage.authors.push(author);
        }
        for number in 0..rooms {
            let is_private = number % 5 == 4;
            let is_in = !is_private || number % 10 == 4;
            let first = stage.authors.first().filter(|_| is_in).map(|author| (author.clone(), Role::Member));
            let new = NewRoom {
                name: RoomName::trusted(format!("room-{number}")),
                kind: if is_private { RoomKind::Private } else { RoomKind::Public },
                topic: Topic::parse("").expect("no topic is a good one"),
                made_by: None,
                members: first.into_iter().collect(),
                at: Timestamp(BEGIN),
            };
            let room = stage.store.create_room(&new).await.expect("a room can be made");
            stage.rooms.push((room.id, room.name));
        }
        stage
    }

    /// Stores so many messages.
    pub async fn fill(&self, messages: usize, babble: &mut Babble) {
        let mut number = self.stored;
        while number < messages {
            let until = messages.min(number + FILL_BATCH);
            let batch: Vec<Draft> = (number..until).map(|number| self.draft(number, babble)).collect();
            self.store.append(&batch).await.expect("it can be written");
            number = until;
        }
    }

    /// Takes everything into the index; answers how long the longest batch took.
    pub async fn index(&self) -> Duration {
        let mut longest = Duration::ZERO;
        loop {
            let started = Instant::now();
            if self.store.index_log(256).await.expect("the index can be filled").events == 0 {
                return longest;
            }
            longest = longest.max(started.elapsed());
        }
    }

    /// A message, the time of which follows from its number.
    pub fn draft(&self, number: usize, babble: &mut Babble) -> Draft {
        let (room, room_name) = self.rooms[babble.busy_one(self.rooms.len())].clone();
        Draft {
            room,
            room_name,
            author: self.authors[babble.busy_one(self.authors.len())].clone(),
            at: Timestamp(BEGIN + STEP * i64::try_from(number).unwrap_or(0)),
            body: EventBody::message(babble.text()),
            calls: Vec::new(),
        }
    }

    /// The size of the database.
    pub fn bytes(&self) -> u64 {
        let size = |name: &str| std::fs::metadata(self.folder.path().join(name)).map_or(0, |file| file.len());
        size("parlor.db") + size("parlor.db-wal")
    }
}
