//! Where a reader is in the rooms of a stream, and the ids that say so: the number of the last event of each room, in the
//! order in which the rooms were asked for, with dots between them. A browser gives back the last id and nothing else, so
//! each id has to say all of it. For a stream of one room it is the number alone.

use crate::domain::ids::Seq;
use crate::domain::name::RoomName;

/// The rooms of a stream, and the last event the reader has of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Positions(Vec<(RoomName, Option<Seq>)>);

impl Positions {
    /// These rooms, from what an id says; `None` when it does not say as many numbers as there are rooms.
    #[must_use]
    pub fn parse(rooms: &[RoomName], id: &str) -> Option<Self> {
        let parts: Vec<&str> = id.split('.').collect();
        if parts.len() != rooms.len() {
            return None;
        }
        let numbers: Option<Vec<Option<Seq>>> = parts.into_iter().map(number).collect();
        Some(Self(rooms.iter().cloned().zip(numbers?).collect()))
    }

    /// These rooms, from now on.
    #[must_use]
    pub fn unknown(rooms: &[RoomName]) -> Self {
        Self(rooms.iter().map(|room| (room.clone(), None)).collect())
    }

    /// The rooms with the last event of each.
    pub fn iter(&self) -> impl Iterator<Item = &(RoomName, Option<Seq>)> {
        self.0.iter()
    }

    /// True when the stream was opened without rooms: then it has no ids.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The reader has everything of this room up to here; answers whether that is news. With `unless_known` it counts only
    /// where nothing was known.
    pub fn reach(&mut self, room: &str, seq: Seq, unless_known: bool) -> bool {
        let Some((_, last)) = self.0.iter_mut().find(|(name, _)| name.as_str() == room) else { return false };
        if unless_known && last.is_some() {
            return false;
        }
        last.replace(seq) != Some(seq)
    }

    /// The line of a block that says where the reader is.
    #[must_use]
    pub fn line(&self) -> String {
        let shown = |last: &Option<Seq>| last.map_or_else(String::new, |seq| seq.to_string());
        let numbers: Vec<String> = self.0.iter().map(|(_, last)| shown(last)).collect();
        format!("id: {}\n", numbers.join("."))
    }
}

/// One number of an id, within what the other doors take; nothing where the reader has nothing yet.
#[expect(clippy::option_option, reason = "the outer one is a refusal, the inner one an empty place")]
fn number(text: &str) -> Option<Option<Seq>> {
    if text.is_empty() {
        return Some(None);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|seq| digits && *seq < 1 << 53).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rooms(names: &[&str]) -> Vec<RoomName> {
        names.iter().map(|name| RoomName::trusted((*name).into())).collect()
    }

    #[test]
    fn an_id_says_where_the_reader_is_in_every_room_and_is_read_again() {
        let rooms = rooms(&["lobby", "garden", "attic"]);
        let mut positions = Positions::unknown(&rooms);

        assert!(positions.reach("attic", 7, false) && positions.reach("lobby", 12, false));

        assert_eq!(positions.line(), "id: 12..7\n");
        assert_eq!(Positions::parse(&rooms, "12..7"), Some(positions));
    }

    #[test]
    fn the_start_counts_only_for_whoever_has_no_place_yet() {
        let mut positions = Positions::parse(&rooms(&["lobby"]), "3").expect("good");

        assert!(!positions.reach("lobby", 20, true), "what lies between is still to come");
        assert!(positions.reach("lobby", 4, false) && !positions.reach("lobby", 4, false));
        assert!(!positions.reach("elsewhere", 4, false));
        assert_eq!(positions.line(), "id: 4\n");
    }

    #[test]
    fn what_is_no_id_of_these_rooms_is_refused() {
        let rooms = rooms(&["lobby", "garden"]);
        for bad in ["", "1", "1.2.3", "1.-2", "1.+2", "1.x", "1.99999999999999999999"] {
            assert_eq!(Positions::parse(&rooms, bad), None, "{bad}");
        }
        assert_eq!(Positions::parse(&[], "1"), None);
    }
}
