//! Read cursors on their way into the database: collected, and written together every now and then. Until then the
//! rooms in memory know better than the database, and lists are made from both.

use std::collections::HashMap;

use crate::domain::ids::{RoomId, Seq, UserId};

/// Cursors that have moved since the last write.
#[derive(Default)]
pub struct Cursors {
    moved: HashMap<(RoomId, UserId), Seq>,
}

impl Cursors {
    /// A cursor has moved.
    pub fn moved(&mut self, room: RoomId, user: UserId, seq: Seq) {
        self.moved.insert((room, user), seq);
    }

    /// What has to be written, if anything.
    pub fn take(&mut self) -> Vec<(RoomId, UserId, Seq)> {
        self.moved.drain().map(|((room, user), seq)| (room, user, seq)).collect()
    }

    /// What could not be written; newer moves win.
    pub fn give_back(&mut self, cursors: Vec<(RoomId, UserId, Seq)>) {
        for (room, user, seq) in cursors {
            self.moved.entry((room, user)).or_insert(seq);
        }
    }

    /// True when a cursor of this room waits.
    pub fn holds(&self, room: RoomId) -> bool {
        self.moved.keys().any(|(held, _)| *held == room)
    }
}
