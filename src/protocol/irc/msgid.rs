//! The ids of messages (IRCv3 "message-ids"): the room and the number of the event, so that every message has one.

use crate::domain::ids::Seq;
use crate::domain::name::RoomName;

/// The id of an event.
#[must_use]
pub fn of(room: &RoomName, seq: Seq) -> String {
    format!("{room}/{seq}")
}

/// The event of an id; `None` for what is none.
#[must_use]
pub fn parse(id: &str) -> Option<(RoomName, Seq)> {
    let (room, seq) = id.rsplit_once('/')?;
    let room = RoomName::parse_existing(room).ok().filter(|name| name.as_str() == room)?;
    Some((room, seq.parse().ok().filter(|seq| *seq > 0)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_event() {
        let room = RoomName::trusted("lobby".into());
        assert_eq!(parse(&of(&room, 17)), Some((room, 17)));
        for bad in ["", "lobby", "lobby/", "lobby/0", "lobby/x", "/1", "Lobby/1", "#lobby/1", "a b/1"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
