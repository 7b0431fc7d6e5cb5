//! People who send a message, wait until it is acknowledged, and send the next one. The same for both sides.

use std::time::{Duration, Instant};

use parlor::domain::clock::{Clock, Timestamp};
use parlor::domain::event::{Draft, EventBody, Message};
use parlor::domain::ids::{RoomId, UserId};
use parlor::domain::name::{RoomName, UserName};
use parlor::domain::person::Author;
use uuid::Uuid;

use crate::figures::{Figures, Measure};

/// What messages are cut out of.
const WORDS: &str = "the quick brown fox jumps over the lazy dog while everybody in this room is having a cup of tea \
     and talks about the weather of the last days, which was better than anybody had dared to hope for ";

/// The senders of one run.
#[derive(Debug)]
pub struct Crowd {
    rooms: Vec<(RoomId, RoomName)>,
    people: Vec<Author>,
    has_nonces: bool,
    unsent: usize,
    waiting: usize,
    since: Vec<Instant>,
    waits: Vec<Duration>,
    /// From the first message on: what it takes to open a database is not measured.
    measure: Option<Measure>,
    figures: Option<Figures>,
    chance: Chance,
}

impl Crowd {
    /// So many people with so many messages between them.
    pub fn new(rooms: &[(RoomId, RoomName)], senders: usize, messages: usize, has_nonces: bool, seed: u64) -> Self {
        let people = (0..senders).map(|number| Author {
            id: UserId(Uuid::from_u128(number as u128)),
            name: UserName::trusted(format!("person-{number}")),
        });
        Self {
            rooms: rooms.to_vec(),
            people: people.collect(),
            has_nonces,
            unsent: messages,
            waiting: 0,
            since: vec![Instant::now(); senders],
            waits: Vec::with_capacity(messages),
            measure: None,
            figures: None,
            chance: Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
        }
    }

    /// The first message of everybody.
    pub fn begin(&mut self) -> Vec<Draft> {
        self.measure = Some(Measure::start());
        (0..self.people.len()).filter_map(|sender| self.next(sender)).collect()
    }

    /// The message of this author is acknowledged; here is the next one, if one is left.
    pub fn acknowledged(&mut self, author: UserId) -> Option<Draft> {
        let sender = usize::try_from(author.0.as_u128()).expect("people are numbered");
        self.waits.push(self.since[sender].elapsed());
        self.waiting -= 1;
        let next = self.next(sender);
        if self.is_done() {
            self.figures = self.measure.take().map(|measure| measure.stop(std::mem::take(&mut self.waits)));
        }
        next
    }

    /// True when everything is sent and acknowledged.
    pub fn is_done(&self) -> bool {
        self.unsent == 0 && self.waiting == 0
    }

    /// What was measured from the first message to the last acknowledgement.
    pub fn into_figures(self) -> Figures {
        self.figures.expect("everything was acknowledged")
    }

    /// One message by anybody, for filling a database.
    pub fn any(&mut self) -> Draft {
        let sender = self.chance.below(self.people.len());
        self.draft(sender)
    }

    fn next(&mut self, sender: usize) -> Option<Draft> {
        self.unsent = self.unsent.checked_sub(1)?;
        self.waiting += 1;
        self.since[sender] = Instant::now();
        Some(self.draft(sender))
    }

    fn draft(&mut self, sender: usize) -> Draft {
        let (room, room_name) = self.rooms[self.chance.below(self.rooms.len())].clone();
        let (start, length) = (self.chance.below(60), 60 + self.chance.below(41));
        let nonce = self
            .has_nonces
            .then(|| Uuid::from_u64_pair(self.chance.next(), self.chance.next()).hyphenated().to_string());
        Draft {
            room,
            room_name,
            author: self.people[sender].clone(),
            at: now(),
            calls: Vec::new(),
            body: EventBody::Message(Message {
                text: WORDS[start..start + length].to_owned(),
                reply_to: None,
                nonce,
                ..Message::default()
            }),
        }
    }
}

fn now() -> Timestamp {
    Clock::System.now()
}

/// Numbers that look random and are the same in every run (splitmix64).
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }
}
