//! Read cursors on their way into the database: collected, and written together every now and then. Until then the
//! rooms in memory know better than the database, and lists are made from both.

use std::collections::HashMap;

use crate::domain::ids::{RoomId, UserId};
use crate::domain::membership::Mark;
use crate::storage::rooms::CursorMove;

/// Cursors that have moved since the last write.
#[derive(Default)]
pub struct Cursors {
    moved: HashMap<(RoomId, UserId), CursorMove>,
}

impl Cursors {
    /// A cursor has moved.
    pub fn moved(&mut self, room: RoomId, user: UserId, to: Mark, back: bool) {
        // A step down that was not written yet must not be forgotten for a step up after it.
        let back = back || self.moved.get(&(room, user)).is_some_and(|before| before.back);
        self.moved.insert((room, user), CursorMove { room, user, to, back });
    }

    /// What has to be written, if anything.
    pub fn take(&mut self) -> Vec<CursorMove> {
        self.moved.drain().map(|(_, moved)| moved).collect()
    }

    /// What could not be written; newer moves win.
    pub fn give_back(&mut self, cursors: Vec<CursorMove>) {
        for moved in cursors {
            let newer = self.moved.entry((moved.room, moved.user)).or_insert(moved);
            newer.back |= moved.back;
        }
    }

    /// True when a cursor of this room waits.
    pub fn holds(&self, room: RoomId) -> bool {
        self.moved.keys().any(|(held, _)| *held == room)
    }
}
