//! What takes the room in the database.

use async_trait::async_trait;

use super::StorageResult;
use crate::domain::name::RoomName;
use crate::domain::room::RoomKind;

/// What takes the room, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The file, what is free in it included.
    pub file: u64,
    /// The write-ahead log beside it.
    pub log: u64,
    /// What is free in the file: used again, or given back to the disk.
    pub free: u64,
    /// Messages and all other events, with what became of them and the ways to find them.
    pub messages: u64,
    /// The search index.
    pub search: u64,
    /// Accounts, rooms, settings, the audit log.
    pub other: u64,
    /// The largest rooms first; direct ones are not among them.
    pub rooms: Vec<RoomSize>,
    /// All direct rooms together.
    pub direct: Content,
}

/// One room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomSize {
    /// Its name.
    pub name: RoomName,
    /// Its kind.
    pub kind: RoomKind,
    /// What is in it.
    pub content: Content,
}

/// What people wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Content {
    /// Messages.
    pub messages: u64,
    /// Bytes of their texts, first and later ones.
    pub bytes: u64,
}

/// A database that can be measured.
#[async_trait]
pub trait Measured {
    /// Measures it, with at most `rooms` rooms. It reads through the whole file: for people who look.
    async fn sizes(&self, rooms: usize) -> StorageResult<Sizes>;
}
