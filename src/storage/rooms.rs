//! Rooms, memberships and read cursors. Memberships change only through events, see [`super::events`].

use async_trait::async_trait;

use super::StorageResult;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::membership::{Level, Mark, Membership, Role};
use crate::domain::name::{NameKey, RoomName};
use crate::domain::person::Author;
use crate::domain::room::{RoomInfo, RoomKind, Topic};
use crate::domain::room_rules::RoomRules;

/// What a new room is made of.
#[derive(Debug, Clone)]
pub struct NewRoom {
    /// Its name.
    pub name: RoomName,
    /// Its kind; a direct room has two to ten members.
    pub kind: RoomKind,
    /// Its topic.
    pub topic: Topic,
    /// Who makes it; `None` for the server itself.
    pub made_by: Option<Author>,
    /// The first members. Each is an event `joined` of the log, in this order.
    pub members: Vec<(Author, Role)>,
    /// When.
    pub at: Timestamp,
}

/// A room with its people, as the server keeps it in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRoom {
    /// The room.
    pub info: RoomInfo,
    /// Everybody with a row, the banned too.
    pub memberships: Vec<Membership>,
}

/// A room in a list, seen by one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRoom {
    /// The room.
    pub info: RoomInfo,
    /// How many members it has.
    pub members: u64,
    /// What the person is in it.
    pub membership: Option<Membership>,
    /// For a direct room: the others, by name.
    pub others: Vec<Author>,
    /// How many messages above the read cursor call the person.
    pub mentions: u64,
}

/// A read cursor that moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorMove {
    /// In which room.
    pub room: RoomId,
    /// Whose.
    pub user: UserId,
    /// Where to.
    pub to: Mark,
    /// Also down: somebody wants to read again.
    pub back: bool,
}

/// A member with the name to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedMember {
    /// Who.
    pub person: Author,
    /// As what.
    pub membership: Membership,
    /// It is a program with tokens only.
    pub is_bot: bool,
}

/// Rooms.
#[async_trait]
pub trait Rooms {
    /// Makes a room with its first members and their events, in one transaction.
    ///
    /// # Errors
    /// `Conflict` when the name, or one that looks like it, is taken; for a direct room, when these people have one.
    async fn create_room(&self, new: &NewRoom) -> StorageResult<RoomInfo>;

    /// The room with this id.
    async fn room(&self, id: RoomId) -> StorageResult<Option<StoredRoom>>;

    /// The room whose name has this key.
    async fn room_by_name(&self, key: &NameKey) -> StorageResult<Option<StoredRoom>>;

    /// The direct room of exactly these people.
    async fn direct_room(&self, people: &[UserId]) -> StorageResult<Option<RoomId>>;

    /// Every room this account is a member of (not banned from), by name.
    async fn rooms_of(&self, user: UserId) -> StorageResult<Vec<ListedRoom>>;

    /// Every public room with what `user` is in it, by name key, from after `after` on, at most `limit`.
    async fn public_rooms(
        &self,
        user: Option<UserId>,
        after: Option<&NameKey>,
        limit: usize,
    ) -> StorageResult<Vec<ListedRoom>>;

    /// The members of a room (not the banned), by name, from after `after` on, at most `limit`.
    async fn members(&self, room: RoomId, after: Option<&NameKey>, limit: usize) -> StorageResult<Vec<NamedMember>>;

    /// Moves read cursors. A cursor moves down only where it says so, and never beyond the end of the log.
    async fn move_cursors(&self, cursors: &[CursorMove]) -> StorageResult<()>;

    /// What a member wants to be told of.
    async fn set_level(&self, room: RoomId, user: UserId, level: Level) -> StorageResult<()>;

    /// The rules of a room.
    async fn set_rules(&self, room: RoomId, rules: &RoomRules) -> StorageResult<()>;

    /// At most `limit` members who have read up to `seq` or further and let others know, by name.
    async fn readers(&self, room: RoomId, seq: Seq, limit: usize) -> StorageResult<Vec<Author>>;

    /// At most `limit` messages above `after` that call this person or everybody, ascending.
    async fn calls(&self, room: RoomId, user: UserId, after: Seq, limit: usize) -> StorageResult<Vec<Seq>>;
}
