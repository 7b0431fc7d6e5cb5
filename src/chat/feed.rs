//! Under which id a worker thread knows what it hears of a room. A room has three feeds: one for the sessions that look at
//! it, one for those that only listen to what goes into its log, and one for those that follow it: they hear at once who
//! comes and goes. Events go to all of them and are written once; presence goes to the first, and typing to the first and
//! the last, so that a session which listens to a hundred rooms is not told who writes in all of them.
//!
//! The server speaks of rooms, the threads speak of feeds; `commands::join`, `commands::leave` and `ports` translate.

use crate::domain::ids::RoomId;

/// What a session wants of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    /// Everything: somebody looks at it.
    Looks,
    /// Its log only.
    Listens,
    /// Its log, and each coming and going at once.
    Follows,
}

/// How many kinds there are.
pub const KINDS: usize = 3;

/// Feeds of those who follow lie this far above their rooms: no database gives out so many numbers.
const FOLLOWED: i64 = 1 << 62;

impl Attention {
    /// The feed of this room. The database gives rooms positive numbers, so that the negative ones are free.
    pub fn feed(self, room: RoomId) -> RoomId {
        match self {
            Self::Looks => room,
            Self::Listens => RoomId(-room.0),
            Self::Follows => RoomId(room.0 + FOLLOWED),
        }
    }
}

/// The room of a feed.
pub fn room_of(feed: RoomId) -> RoomId {
    RoomId(feed.0.abs() % FOLLOWED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_feeds_lead_back_to_their_room_and_are_different() {
        let feeds = [Attention::Looks, Attention::Listens, Attention::Follows].map(|kind| kind.feed(RoomId(7)));
        assert_eq!(feeds.map(room_of), [RoomId(7); KINDS]);
        assert!(feeds[0] != feeds[1] && feeds[1] != feeds[2] && feeds[0] != feeds[2]);
    }
}
