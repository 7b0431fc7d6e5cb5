//! What people look for.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use parlor::config::Config;
use parlor::domain::access::{Access, GuestAccess, Registration};
use parlor::domain::clock::Timestamp;
use parlor::domain::person::{self, SiteRole, Standing};
use parlor::web::search::{Order, Question, Searcher};

use crate::babble::Babble;
use crate::stage::Stage;

/// A kind of question.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Word,
    TwoWords,
    Phrase,
    InRoom,
    TwoWordsInRoom,
    From,
    TwoWordsFrom,
    Before,
    Month,
    HasLink,
    FromAlone,
    Best,
    Typing(usize),
    TypingSecond(usize),
}

impl Kind {
    /// All that are asked.
    pub const ALL: [Self; 18] = [
        Self::Word,
        Self::TwoWords,
        Self::Phrase,
        Self::InRoom,
        Self::TwoWordsInRoom,
        Self::From,
        Self::TwoWordsFrom,
        Self::Before,
        Self::Month,
        Self::HasLink,
        Self::FromAlone,
        Self::Best,
        Self::Typing(1),
        Self::Typing(2),
        Self::Typing(3),
        Self::Typing(4),
        Self::Typing(6),
        Self::TypingSecond(3),
    ];

    /// For the table.
    pub fn name(self) -> String {
        let name = match self {
            Self::Word => "one word",
            Self::TwoWords => "two words",
            Self::Phrase => "a phrase of two words",
            Self::InRoom => "a word in:room",
            Self::TwoWordsInRoom => "two words in:room",
            Self::From => "a word from:somebody",
            Self::TwoWordsFrom => "two words from:somebody",
            Self::Before => "a word before:month",
            Self::Month => "two words on:month",
            Self::HasLink => "a word has:link",
            Self::FromAlone => "from:somebody",
            Self::Best => "two words, best first",
            Self::Typing(letters) => return format!("typing a word, {letters} letters"),
            Self::TypingSecond(letters) => return format!("typing a second word, {letters} letters"),
        };
        name.to_owned()
    }

    fn text(self, stage: &Stage, babble: &mut Babble) -> String {
        let (word, other) = (babble.wanted_word(), babble.wanted_word());
        let room = format!("in:{}", stage.rooms[babble.below(stage.rooms.len() / 5) * 5].1);
        let author = format!("from:{}", stage.authors[babble.below(stage.authors.len())].name);
        let month = format!("2026-{:02}", 1 + babble.below(10));
        let begin = |text: &str, letters: usize| text.chars().take(letters).collect::<String>();
        match self {
            Self::Word => word,
            Self::TwoWords | Self::Best => format!("{word} {other}"),
            Self::Phrase => format!("\"{word} {other}\""),
            Self::InRoom => format!("{word} {room}"),
            Self::TwoWordsInRoom => format!("{word} {other} {room}"),
            Self::From => format!("{word} {author}"),
            Self::TwoWordsFrom => format!("{word} {other} {author}"),
            Self::Before => format!("{word} before:{month}"),
            Self::Month => format!("{word} {other} on:{month}"),
            Self::HasLink => format!("{word} has:link"),
            Self::FromAlone => author,
            Self::Typing(letters) => begin(&word, letters),
            Self::TypingSecond(letters) => format!("{word} {}", begin(&other, letters)),
        }
    }
}

/// Whoever asks.
pub struct Person {
    searcher: Searcher,
    person: person::Person,
}

impl Person {
    /// The first author, who may search as often as they like.
    pub fn new(stage: &Stage) -> Self {
        let mut limits = Config::defaults().limits;
        limits.rate_limits = false;
        let author = stage.authors.first().expect("somebody is there");
        let standing = Standing::Account(SiteRole::Member);
        let person = person::Person {
            id: author.id,
            name: author.name.clone(),
            standing,
            device: None,
            grant: parlor::domain::grant::Grant::ALL,
        };
        Self { searcher: Searcher::new(stage.store.clone(), &limits), person }
    }
}

/// Asks one question; answers how long it took, and how many results there were.
pub async fn ask(who: &Person, kind: Kind, stage: &Stage, babble: &mut Babble) -> (Duration, usize) {
    let (text, zone) = (kind.text(stage, babble), TimeZone::UTC);
    let is_typing = matches!(kind, Kind::Typing(_) | Kind::TypingSecond(_));
    let question = Question {
        person: &who.person,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        access: Access {
            demo: false,
            guests: GuestAccess::Off,
            registration: Registration::Closed,
            quarantine_hours: 0,
        },
        now: Timestamp(1_795_215_900_000),
        zone: &zone,
        text: &text,
        is_typing,
        order: if matches!(kind, Kind::Best) { Order::Best } else { Order::Newest },
        limit: if is_typing { 5 } else { 20 },
        cursor: None,
    };
    let started = Instant::now();
    let found = if is_typing { who.searcher.messages(question).await } else { who.searcher.search(question).await };
    let time = started.elapsed();
    (time, found.unwrap_or_else(|refused| panic!("{text}: {refused:?}")).hits.len())
}
