//! Rooms, memberships and read cursors. Memberships change only through events, see [`super::events`].

use async_trait::async_trait;

use super::StorageResult;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::membership::{Membership, Role};
use crate::domain::name::{NameKey, RoomName};
use crate::domain::person::Author;
use crate::domain::room::{RoomInfo, RoomKind, Topic};

/// What a new room is made of.
#[derive(Debug, Clone)]
pub struct NewRoom {
    /// Its name.
    pub name: RoomName,
    /// Its kind; a direct room has exactly two members.
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
    /// For a direct room: the other one.
    pub other: Option<Author>,
}

/// A member with the name to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedMember {
    /// Who.
    pub person: Author,
    /// As what.
    pub membership: Membership,
}

/// Rooms.
#[async_trait]
pub trait Rooms {
    /// Makes a room with its first members and their events, in one transaction.
    ///
    /// # Errors
    /// `Conflict` when the name, or one that looks like it, is taken; for a direct room, when these two have one.
    async fn create_room(&self, new: &NewRoom) -> StorageResult<RoomInfo>;

    /// The room with this id.
    async fn room(&self, id: RoomId) -> StorageResult<Option<StoredRoom>>;

    /// The room whose name has this key.
    async fn room_by_name(&self, key: &NameKey) -> StorageResult<Option<StoredRoom>>;

    /// The direct room of these two.
    async fn direct_room(&self, one: UserId, other: UserId) -> StorageResult<Option<RoomId>>;

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

    /// Moves read cursors up. A cursor never moves down, and never beyond the end of the log.
    async fn move_cursors(&self, cursors: &[(RoomId, UserId, Seq)]) -> StorageResult<()>;
}
