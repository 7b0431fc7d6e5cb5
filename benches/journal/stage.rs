//! A database as a server would have made it, with rooms to write into.

use std::fs::File;
use std::path::{Path, PathBuf};

use parlor::domain::clock::Timestamp;
use parlor::domain::event::Draft;
use parlor::domain::ids::RoomId;
use parlor::domain::name::RoomName;
use parlor::domain::room::{RoomKind, Topic};
use parlor::storage::rooms::NewRoom;
use parlor::storage::sqlite::SqliteStore;
use parlor::storage::{Events, Rooms, Store};
use tempfile::TempDir;

use crate::crowd::Crowd;

/// In one transaction while filling.
const FILL_BATCH: usize = 4096;

/// A data folder that is deleted in the end.
pub struct Stage {
    folder: TempDir,
    /// The rooms, none of which has an event.
    pub rooms: Vec<(RoomId, RoomName)>,
}

impl Stage {
    /// Makes a database with so many rooms below `folder`.
    pub fn new(folder: &Path, rooms: usize) -> Self {
        let folder = tempfile::tempdir_in(folder).expect("the folder can be written");
        let made = actix::System::new().block_on(async {
            let store = open(folder.path()).await;
            let mut made = Vec::with_capacity(rooms);
            for number in 0..rooms {
                let new = NewRoom {
                    name: RoomName::trusted(format!("room-{number}")),
                    kind: RoomKind::Public,
                    topic: Topic::parse("").expect("no topic is a good one"),
                    made_by: None,
                    members: Vec::new(),
                    at: Timestamp(0),
                };
                let room = store.create_room(&new).await.expect("a room can be made");
                made.push((room.id, room.name));
            }
            store.close().await;
            made
        });
        Self { folder, rooms: made }
    }

    /// Stores so many messages before anything is measured, as a server does.
    pub fn fill(&self, messages: usize, has_nonces: bool) {
        let mut crowd = Crowd::new(&self.rooms, 1_000, 0, has_nonces, u64::MAX);
        actix::System::new().block_on(async {
            let store = open(self.folder()).await;
            let mut left = messages;
            while left > 0 {
                let batch: Vec<Draft> = (0..left.min(FILL_BATCH)).map(|_| crowd.any()).collect();
                left -= batch.len();
                store.append(&batch).await.expect("it can be written");
            }
            store.close().await;
        });
        // The system must not write this out while others are measured.
        File::open(self.database()).and_then(|database| database.sync_all()).expect("the database can be synced");
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database in it.
    pub fn database(&self) -> PathBuf {
        self.folder().join("parlor.db")
    }
}

/// Opens the store as a server does.
pub async fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(None, folder).await.expect("the database opens")
}
