//! What a batch of drafts does to the log, worked out before anything is written. Knows no database.

use std::collections::{BTreeMap, HashMap};

use uuid::fmt::Simple;

use super::error::inconsistent;
use super::log_rows::EventRow;
use super::nonces::{First, Key, key_of};
use super::to_sql;
use crate::domain::event::{Draft, Event, EventBody};
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::storage::StorageResult;
use crate::storage::events::Appended;

/// Room, user, role, `read_seq`, `joined_at`: a JSON array for `UPSERT_MEMBERSHIPS`.
pub(super) type JoinedRow = (i64, Simple, &'static str, i64, i64);

/// What is stored already and matters to a batch.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The last number of each room of the batch.
    pub(super) last_seqs: BTreeMap<RoomId, Seq>,
    /// Nonces of the batch that were sent before: the first message of each.
    pub(super) nonces: HashMap<Key, First>,
}

/// What is to be written, and what will be answered.
#[derive(Debug, Default)]
pub(super) struct Batch<'a> {
    /// One for each draft.
    pub(super) outcomes: Vec<Appended>,
    /// Events to insert.
    pub(super) events: Vec<EventRow<'a>>,
    /// The nonces of these.
    pub(super) nonces: Vec<(Key, First)>,
    /// Room and user of memberships that end.
    pub(super) left: Vec<(i64, Simple)>,
    /// By room and user; only the last word of a batch counts.
    pub(super) joined: BTreeMap<(RoomId, UserId), JoinedRow>,
    /// The new last number of each room that has one.
    pub(super) moved: BTreeMap<RoomId, Seq>,
}

impl<'a> Batch<'a> {
    /// Gives every draft its number, or finds the message that it repeats.
    pub(super) fn plan(drafts: &'a [Draft], known: Known) -> StorageResult<Self> {
        let Known { mut last_seqs, mut nonces } = known;
        let mut batch = Self { outcomes: Vec::with_capacity(drafts.len()), ..Self::default() };
        for draft in drafts {
            let key = key_of(draft);
            if let Some(&(seq, at)) = key.as_ref().and_then(|key| nonces.get(key)) {
                batch.outcomes.push(Appended::Duplicate { seq, at });
                continue;
            }
            let last_seq =
                last_seqs.get_mut(&draft.room).ok_or_else(|| inconsistent("an event for a room that is gone"))?;
            *last_seq += 1;
            batch.moved.insert(draft.room, *last_seq);
            if let Some(key) = key {
                nonces.insert(key, (*last_seq, draft.at));
                batch.nonces.push((key, (*last_seq, draft.at)));
            }
            batch.add(draft, *last_seq)?;
        }
        Ok(batch)
    }

    fn add(&mut self, draft: &'a Draft, seq: Seq) -> StorageResult<()> {
        let (room, user, number) = (draft.room, draft.author.id, to_sql(seq)?);
        match &draft.body {
            EventBody::Message { .. } => {}
            EventBody::Joined { role, .. } => {
                self.joined.insert((room, user), (room.0, user.0.simple(), role.as_str(), number, draft.at.0));
            }
            EventBody::Left { .. } => {
                self.joined.remove(&(room, user));
                self.left.push((room.0, user.0.simple()));
            }
        }
        self.events.push(EventRow::new(draft, seq)?);
        self.outcomes.push(Appended::Stored(Event {
            room,
            room_name: draft.room_name.clone(),
            seq,
            author: draft.author.clone(),
            at: draft.at,
            body: draft.body.clone(),
        }));
        Ok(())
    }
}
