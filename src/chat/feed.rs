//! Under which id a worker thread knows what it hears of a room. A room has two feeds: one for the sessions that look at
//! it, and one for those that only listen to what goes into its log. Events go to both and are written once; typing and
//! presence go to the first, so that a session which listens to a hundred rooms is not told who writes in all of them.
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
}

impl Attention {
    /// The feed of this room. The database gives rooms positive numbers, so that the negative ones are free.
    pub fn feed(self, room: RoomId) -> RoomId {
        match self {
            Self::Looks => room,
            Self::Listens => RoomId(-room.0),
        }
    }
}

/// The room of a feed.
pub fn room_of(feed: RoomId) -> RoomId {
    RoomId(feed.0.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_feeds_lead_back_to_their_room_and_are_two() {
        let feeds = [Attention::Looks, Attention::Listens].map(|attention| attention.feed(RoomId(7)));
        assert_eq!(feeds.map(room_of), [RoomId(7), RoomId(7)]);
        assert_ne!(feeds[0], feeds[1]);
    }
}
