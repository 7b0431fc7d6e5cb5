//! Which rooms somebody who types is in, and to which of them a line goes: the one they came into last.

use std::cell::RefCell;

use crate::domain::limits;
use crate::domain::name::RoomName;

/// The id of a typed join is this and the name of the room, so that a refusal can be matched to it.
const JOINING: &str = "joining ";

/// The rooms of one session. Shared by the session, which reads what is typed, and by its way out, which sees refusals.
#[derive(Debug, Default)]
pub struct TypedRooms(RefCell<Vec<RoomName>>);

impl TypedRooms {
    /// The room that lines go to.
    pub fn current(&self) -> Option<RoomName> {
        self.0.borrow().last().cloned()
    }

    /// Lines go to this room from now on, although it has not been granted yet: the next line may follow without
    /// waiting. Answers the id under which to join.
    pub fn enter(&self, room: &RoomName) -> String {
        let mut rooms = self.0.borrow_mut();
        rooms.retain(|other| other != room);
        if rooms.len() >= limits::ROOMS_PER_SESSION {
            rooms.remove(0);
        }
        rooms.push(room.clone());
        format!("{JOINING}{room}")
    }

    /// Lines no longer go to this room.
    pub fn leave(&self, room: &RoomName) {
        self.0.borrow_mut().retain(|other| other != room);
    }

    /// The command with this id was refused: a join is taken back.
    pub fn refused(&self, id: &str) {
        if let Some(room) = id.strip_prefix(JOINING) {
            self.0.borrow_mut().retain(|joined| joined.as_str() != room);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_to_the_room_entered_last_until_it_is_left_or_was_refused() {
        let room = |name: &str| RoomName::parse(name).unwrap();
        let typed = TypedRooms::default();
        assert_eq!(typed.current(), None);

        typed.enter(&room("a"));
        let joining_b = typed.enter(&room("b"));
        typed.enter(&room("c"));
        typed.leave(&room("c"));
        assert_eq!(typed.current(), Some(room("b")));

        typed.refused(&joining_b);
        assert_eq!(typed.current(), Some(room("a")));
    }
}
