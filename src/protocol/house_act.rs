//! What those who run the server do in a room, as a command carries it.

use crate::domain::ids::Seq;
use crate::domain::person::Author;

/// What those who run the server do in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HouseAct {
    /// Deletes a message.
    TakeBack(Seq),
    /// Archives the room, or opens it again.
    Archive(bool),
    /// Makes a member the owner.
    Owner(Author),
    /// Makes somebody a member for whom another system vouches, also of a private room.
    Admit(Author),
    /// Deletes the room and everything in it.
    Delete,
}
