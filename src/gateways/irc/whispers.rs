//! What was said in private to or by a guest, or to oneself, as this connection has seen it: nobody stores it, and it goes
//! with the connection. A client that reads histories finds here what it would find in the log of a conversation.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::clock::Timestamp;
use crate::domain::name::{NameKey, UserName};
use crate::protocol::crowd::{Passing, Seen};

/// Most lines that one connection remembers.
const MOST: usize = 64;
/// Most bytes of text that one connection remembers. The text itself is shared with the connections that heard it too.
const MOST_BYTES: usize = 16 * 1024;

/// Something that was said in private.
#[derive(Debug, Clone)]
pub struct Whisper {
    /// Who said it.
    pub who: Arc<Seen>,
    /// What, to whom and when.
    pub passing: Arc<Passing>,
    /// The other end of the conversation.
    with: NameKey,
}

/// A place in a conversation, as a client names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// What is called this.
    Id(String),
    /// This moment.
    Time(Timestamp),
    /// The beginning, or the end.
    Open,
}

/// Which part of a conversation is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// The newest, behind a place.
    Latest(Place),
    /// The last ones before a place.
    Before(Place),
    /// The first ones behind a place.
    After(Place),
    /// Those around a place.
    Around(Place),
    /// Those between two places, beginning at the first.
    Between(Place, Place),
}

/// What one connection remembers.
#[derive(Debug, Default)]
pub struct Whispers {
    kept: VecDeque<Whisper>,
    bytes: usize,
}

impl Whispers {
    /// Remembers something; the oldest goes when there is too much.
    pub fn keep(&mut self, who: Arc<Seen>, passing: Arc<Passing>, with: &UserName) {
        self.bytes += bytes_of(&passing);
        self.kept.push_back(Whisper { who, passing, with: with.key() });
        while self.kept.len() > MOST || self.bytes > MOST_BYTES {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.bytes -= bytes_of(&oldest.passing);
        }
    }

    /// Those with whom something was said, and when the last time.
    pub fn others(&self) -> Vec<(String, Timestamp)> {
        let mut others: Vec<(&NameKey, String, Timestamp)> = Vec::new();
        for whisper in &self.kept {
            let shown = match &whisper.passing.to {
                Some(to) if to.key() == whisper.with => to.to_string(),
                _ => whisper.who.name.to_string(),
            };
            others.retain(|(with, ..)| **with != whisper.with);
            others.push((&whisper.with, shown, whisper.passing.at));
        }
        others.into_iter().map(|(_, shown, at)| (shown, at)).collect()
    }

    /// At most so many lines of the conversation with somebody, the oldest first; nothing for a place that is not in it.
    pub fn page(&self, with: &UserName, span: &Span, limit: usize) -> Vec<Whisper> {
        let key = with.key();
        let all: Vec<&Whisper> = self.kept.iter().filter(|whisper| whisper.with == key).collect();
        let found = range(&all, span, limit).and_then(|(from, to)| all.get(from..to));
        found.unwrap_or_default().iter().map(|whisper| (*whisper).clone()).collect()
    }
}

fn bytes_of(passing: &Passing) -> usize {
    passing.lines.iter().map(String::len).sum()
}

/// The first line that is not before a place.
fn floor(all: &[&Whisper], place: &Place) -> Option<usize> {
    match place {
        Place::Id(id) => all.iter().position(|whisper| whisper.passing.id == *id),
        Place::Time(time) => Some(all.iter().take_while(|whisper| whisper.passing.at < *time).count()),
        Place::Open => Some(all.len()),
    }
}

/// The first line behind a place.
fn beyond(all: &[&Whisper], place: &Place) -> Option<usize> {
    match place {
        Place::Id(_) => floor(all, place).map(|at| at + 1),
        Place::Time(time) => Some(all.iter().take_while(|whisper| whisper.passing.at <= *time).count()),
        Place::Open => Some(0),
    }
}

/// From which line to which.
fn range(all: &[&Whisper], span: &Span, limit: usize) -> Option<(usize, usize)> {
    let end = all.len();
    Some(match span {
        Span::Latest(place) => (beyond(all, place)?.max(end.saturating_sub(limit)), end),
        Span::Before(place) => {
            let to = floor(all, place)?;
            (to.saturating_sub(limit), to)
        }
        Span::After(place) => {
            let from = beyond(all, place)?;
            (from, end.min(from + limit))
        }
        Span::Around(place) => {
            let from = floor(all, place)?.saturating_sub(limit / 2);
            (from, end.min(from + limit))
        }
        Span::Between(first, second) => {
            let (one, other) = (floor(all, first)?, floor(all, second)?);
            if one <= other {
                let from = beyond(all, first)?.min(other);
                (from, other.min(from + limit))
            } else {
                // Backwards: the last ones before the first place.
                let from = beyond(all, second)?.min(one);
                (from.max(one.saturating_sub(limit)), one)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::UserId;
    use crate::protocol::crowd::PassingKind;

    fn name(text: &str) -> UserName {
        UserName::trusted(text.to_owned())
    }

    fn whispers(texts: impl Iterator<Item = String>) -> Whispers {
        let who = Arc::new(Seen {
            id: UserId(Uuid::nil()),
            name: name("ann"),
            is_guest: true,
            runs_server: false,
            is_bot: false,
            face: None,
            away: None,
            since: Timestamp(0),
            active: Timestamp(0),
        });
        let mut whispers = Whispers::default();
        for (at, text) in texts.enumerate() {
            let passing = Passing {
                kind: PassingKind::Line,
                lines: vec![text],
                tags: Vec::new(),
                id: format!("id{at}"),
                at: Timestamp(i64::try_from(at).unwrap() * 10),
                to: Some(name("bob")),
                only: None,
            };
            whispers.keep(Arc::clone(&who), Arc::new(passing), &name("Bob"));
        }
        whispers
    }

    #[test]
    fn every_part_of_a_conversation_can_be_read() {
        let whispers = whispers((0..10).map(|number| number.to_string()));
        let id = |number: usize| Place::Id(format!("id{number}"));
        let time = |millis| Place::Time(Timestamp(millis));
        for (span, limit, expected) in [
            (Span::Latest(Place::Open), 3, "789"),
            (Span::Latest(id(8)), 3, "9"),
            (Span::Before(id(4)), 2, "23"),
            (Span::Before(time(15)), 9, "01"),
            (Span::After(id(4)), 2, "56"),
            (Span::After(time(80)), 9, "9"),
            (Span::Around(id(5)), 3, "456"),
            (Span::Around(id(0)), 3, "012"),
            (Span::Between(id(2), id(6)), 9, "345"),
            (Span::Between(id(6), id(2)), 2, "45"),
            (Span::Between(id(2), id(2)), 9, ""),
            (Span::After(id(9)), 9, ""),
            (Span::Before(Place::Id("unknown".to_owned())), 9, ""),
        ] {
            let page = whispers.page(&name("BOB"), &span, limit);
            let text: String = page.iter().map(|whisper| whisper.passing.lines.concat()).collect();
            assert_eq!(text, expected, "{span:?} {limit}");
        }
        assert!(whispers.page(&name("eve"), &Span::Latest(Place::Open), 9).is_empty());
        assert_eq!(whispers.others(), [("bob".to_owned(), Timestamp(90))]);
    }

    #[test]
    fn only_so_much_is_remembered() {
        let many = whispers((0..1000).map(|number| number.to_string()));
        assert_eq!((many.kept.len(), many.kept[0].passing.lines[0].as_str()), (MOST, "936"));

        let long = whispers((0..20).map(|_| "x".repeat(4096)));
        assert_eq!((long.kept.len(), long.bytes), (4, MOST_BYTES));
    }
}
