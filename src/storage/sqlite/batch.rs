//! What a batch of drafts does to the log, worked out before anything is written. Knows no database.

use std::collections::{BTreeMap, HashMap};

use uuid::fmt::Simple;

use super::error::inconsistent;
use super::log_rows::EventRow;
use super::nonces::{First, Key, key_of};
use super::state_rows::Change;
use super::targets::{Found, Targets};
use super::to_sql;
use crate::domain::event::{Draft, Event, EventBody};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::membership::Mark;
use crate::storage::StorageResult;
use crate::storage::events::Appended;

/// Room, user, role, `read_seq`, `read_n`, `joined_at`: a JSON array for `UPSERT_MEMBERSHIPS`.
pub(super) type JoinedRow = (i64, Simple, &'static str, i64, i64, i64);

/// What is stored already and matters to a batch.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The end of the log of each room of the batch.
    pub(super) ends: BTreeMap<RoomId, Mark>,
    /// Nonces of the batch that were sent before: the first message of each.
    pub(super) nonces: HashMap<Key, First>,
    /// The messages that drafts are about.
    pub(super) targets: Targets,
}

/// What is to be written, and what will be answered.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// One for each draft.
    pub(super) outcomes: Vec<Appended>,
    /// Events to insert.
    pub(super) events: Vec<EventRow>,
    /// The nonces of these.
    pub(super) nonces: Vec<(Key, First)>,
    /// What else changes, in order.
    pub(super) changes: Vec<Change>,
    /// Room and user of memberships that end.
    pub(super) left: Vec<(i64, Simple)>,
    /// By room and user; only the last word of a batch counts.
    pub(super) joined: BTreeMap<(RoomId, UserId), JoinedRow>,
    /// The new end of each log that has one.
    pub(super) moved: BTreeMap<RoomId, Mark>,
}

impl Batch {
    /// Gives every draft its number, or finds the message that it repeats, or why it cannot be.
    pub(super) fn plan(drafts: &[Draft], known: Known) -> StorageResult<Self> {
        let Known { mut ends, mut nonces, mut targets } = known;
        let mut batch = Self { outcomes: Vec::with_capacity(drafts.len()), ..Self::default() };
        for draft in drafts {
            let key = key_of(draft);
            if let Some(&(seq, at)) = key.as_ref().and_then(|key| nonces.get(key)) {
                batch.outcomes.push(Appended::Duplicate { seq, at });
                continue;
            }
            let end = ends.get_mut(&draft.room).ok_or_else(|| inconsistent("an event for a room that is gone"))?;
            let is_message = matches!(draft.body, EventBody::Message(_));
            let place = Mark { seq: end.seq + 1, n: end.n + u64::from(is_message) };
            let body = match targets.settle(draft, place.seq) {
                Found::Body(body) => body,
                Found::AlreadySo { seq } => {
                    batch.outcomes.push(Appended::Duplicate { seq, at: draft.at });
                    continue;
                }
                Found::Refused(refusal) => {
                    batch.outcomes.push(Appended::Refused(refusal));
                    continue;
                }
            };
            *end = place;
            batch.moved.insert(draft.room, place);
            if let Some(key) = key {
                nonces.insert(key, (place.seq, draft.at));
                batch.nonces.push((key, (place.seq, draft.at)));
            }
            batch.add(draft, place, body)?;
        }
        Ok(batch)
    }

    fn add(&mut self, draft: &Draft, place: Mark, body: EventBody) -> StorageResult<()> {
        let (room, user) = (draft.room, draft.author.id);
        let event = Event {
            room,
            room_name: draft.room_name.clone(),
            seq: place.seq,
            n: place.n,
            author: draft.author.clone(),
            at: draft.at,
            body,
        };
        match &event.body {
            EventBody::Joined { role, .. } => {
                let (seq, n) = (to_sql(place.seq)?, to_sql(place.n)?);
                self.joined.insert((room, user), (room.0, user.0.simple(), role.as_str(), seq, n, draft.at.0));
            }
            EventBody::Left { .. } => {
                self.joined.remove(&(room, user));
                self.left.push((room.0, user.0.simple()));
            }
            _ => self.changes.extend(Change::of(&event)?),
        }
        self.events.push(EventRow::new(&event)?);
        self.outcomes.push(Appended::Stored(event));
        Ok(())
    }
}
