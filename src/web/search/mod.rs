//! Searching for somebody, the same for the API and for pages: what they typed is read, looked for in the rooms they may
//! read, put in order and cut into pages. `reach` asks `permission` for each room; nothing leaves here without it.
//!
//! It goes to the database without the chat: what is searched is committed, and who may read it is decided by the same
//! function from what is committed.

pub mod allowance;
mod cursor;
mod order;
mod reach;
pub mod telling;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use derive_more::From;
use jiff::tz::TimeZone;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config::LimitsConfig;
use crate::domain::access::Access;
use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, EventBody};
use crate::domain::ids::RoomId;
use crate::domain::person::Person;
use crate::domain::search::{Days, FromWhom, Query, SearchError, Term, parse};
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::search::{Found, KnownRoom, Neighbours, Wanted, Writer};
use crate::storage::{SharedStore, StorageError, StorageResult};
use allowance::Allowance;
use cursor::Cursor;
use reach::Reach;

/// Searches that may be under way at a time: half of the connections that read stay free for everything else.
const AT_ONCE: usize = 2;
/// How long a search waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// In which order results come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The best first, among the newest [`order::CANDIDATES`].
    Best,
}

/// What somebody asks.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Who.
    pub person: &'a Person,
    /// From where.
    pub address: IpAddr,
    /// Who is let in just now.
    pub access: Access,
    /// When.
    pub now: Timestamp,
    /// Where days begin.
    pub zone: &'a TimeZone,
    /// What they typed.
    pub text: &'a str,
    /// The last word is not finished.
    pub is_typing: bool,
    /// In which order.
    pub order: Order,
    /// At most so many results.
    pub limit: usize,
    /// Where the page before ended, if there was one.
    pub cursor: Option<&'a str>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Results {
    /// The messages, in the order that was asked for.
    pub hits: Vec<Hit>,
    /// What was looked for in the texts, to mark it.
    pub terms: Vec<Term>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// A message that was found.
#[derive(Debug)]
pub struct Hit {
    /// The message.
    pub event: Event,
    /// Its room.
    pub room: Arc<KnownRoom>,
    /// What stands around it.
    pub around: Neighbours,
}

/// Why nothing was found.
#[derive(Debug, From)]
pub enum Refused {
    /// What was typed means nothing.
    Text(SearchError),
    /// Everything else.
    Problem(Problem),
}

impl From<StorageError> for Refused {
    fn from(error: StorageError) -> Self {
        log::error!("a search failed: {error}");
        Self::Problem(Problem::unavailable())
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Text(error @ SearchError::TooLong) => {
                Self { code: ErrorCode::TooLarge, ..Self::field("q", error.to_string()) }
            }
            Refused::Text(error) => Self::field("q", error.to_string()),
            Refused::Problem(problem) => problem,
        }
    }
}

/// Searches. One for the whole server.
pub struct Searcher {
    store: SharedStore,
    allowance: Allowance,
    places: Semaphore,
}

impl Searcher {
    /// Searches in `store`, as often as the settings let one person.
    #[must_use]
    pub fn new(store: SharedStore, limits: &LimitsConfig) -> Self {
        Self { store, allowance: Allowance::new(limits), places: Semaphore::new(AT_ONCE) }
    }

    /// The messages somebody may read and looks for, with what stands around them.
    ///
    /// # Errors
    /// When the text means nothing, when they search too often, when the database does not answer.
    pub async fn search(&self, question: Question<'_>) -> Result<Results, Refused> {
        let mut results = self.messages(question).await?;
        let places: Vec<_> = results.hits.iter().map(|hit| (hit.event.room, hit.event.seq)).collect();
        let around = self.store.neighbours(&places).await?;
        for (hit, around) in results.hits.iter_mut().zip(around) {
            hit.around = around;
        }
        Ok(results)
    }

    /// The messages alone.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub async fn messages(&self, question: Question<'_>) -> Result<Results, Refused> {
        let Question { person, zone, now, .. } = question;
        self.allowance.spend(person, question.address, question.is_typing, now)?;
        let query = parse(question.text, Days { zone, now }, question.is_typing)?;
        let cursor = question.cursor.map(|text| Cursor::read(text, question.order)).transpose()?;
        let _place = self.place().await?;
        let reach = Reach::of(self.store.as_ref(), person, question.access).await?;
        let rooms = reach.named(&query.rooms)?;
        let wanted = Wanted {
            writers: self.writers(&query, person).await?,
            rooms: rooms.iter().map(|room| room.id).collect(),
            marks: query.marks,
            first: query.first,
            end: query.end,
            terms: query.terms,
            below: None,
            limit: 0,
        };
        let (found, next) = order::page(self.store.as_ref(), &wanted, question.order, cursor, question.limit).await?;
        Ok(Results { hits: hits(found, &rooms), terms: wanted.terms, next })
    }

    /// Who is meant by `from:`. An account of that name is meant alone: nobody passes for it who came as a guest once.
    async fn writers(&self, query: &Query, person: &Person) -> StorageResult<Vec<Writer>> {
        let mut writers = Vec::with_capacity(query.authors.len());
        for author in &query.authors {
            writers.push(match author {
                FromWhom::Me => Writer::Person(person.id),
                FromWhom::Named(key) => match self.store.user_by_name(key).await? {
                    Some(account) => Writer::Person(account.id),
                    None => Writer::Guest(key.clone()),
                },
            });
        }
        Ok(writers)
    }

    async fn place(&self) -> Result<SemaphorePermit<'_>, Problem> {
        match tokio::time::timeout(PATIENCE, self.places.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(Problem::unavailable()),
        }
    }
}

/// What was found with the room of each. A message of any other room would be dropped here.
fn hits(found: Vec<Found>, rooms: &[Arc<KnownRoom>]) -> Vec<Hit> {
    let rooms: HashMap<RoomId, &Arc<KnownRoom>> = rooms.iter().map(|room| (room.id, room)).collect();
    let hit = |found: Found| {
        let room = Arc::clone(rooms.get(&found.event.room)?);
        Some(Hit { event: found.event, room, around: Neighbours::default() })
    };
    found.into_iter().filter_map(hit).collect()
}

/// The text of a message; nothing for any other event.
#[must_use]
pub fn text_of(event: &Event) -> &str {
    if let EventBody::Message(message) = &event.body { &message.text } else { "" }
}
