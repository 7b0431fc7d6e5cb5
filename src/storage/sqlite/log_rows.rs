//! Rows of the log: from drafts to parameters, from rows to events.

use serde::{Deserialize, Serialize};
use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, Row};

use super::error::inconsistent;
use super::{from_sql, to_sql, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::event::{Draft, Event, EventBody, EventKind};
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::membership::Role;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Author;
use crate::storage::StorageResult;

/// A row of `events` that is to be inserted.
#[derive(Debug)]
pub(super) struct EventRow<'a> {
    room_id: i64,
    seq: i64,
    /// `None` for a message: nearly all are, and the word need not travel.
    kind: Option<&'static str>,
    author: &'a Author,
    at: i64,
    text: Option<&'a str>,
    reply_to: Option<i64>,
    nonce: Option<&'a str>,
    data: Option<String>,
}

/// What the column `data` holds for joins and leaves.
#[derive(Debug, Default, Serialize, Deserialize)]
struct MembershipData {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<By>,
}

#[derive(Debug, Serialize, Deserialize)]
struct By {
    id: UserId,
    name: String,
}

impl<'a> EventRow<'a> {
    /// The row of a draft that was given its number.
    pub(super) fn new(draft: &'a Draft, seq: Seq) -> StorageResult<Self> {
        let (text, reply_to, nonce, data) = match &draft.body {
            EventBody::Message { text, reply_to, nonce } => {
                (Some(text.as_str()), reply_to.map(to_sql).transpose()?, nonce.as_deref(), None)
            }
            EventBody::Joined { role, by } => (None, None, None, Some(membership_data(Some(*role), by.as_ref())?)),
            EventBody::Left { by } => (None, None, None, Some(membership_data(None, by.as_ref())?)),
        };
        let kind = draft.body.kind();
        Ok(Self {
            room_id: draft.room.0,
            seq: to_sql(seq)?,
            kind: (kind != EventKind::Message).then_some(kind.as_str()),
            author: &draft.author,
            at: draft.at.0,
            text,
            reply_to,
            nonce,
            data,
        })
    }

    /// Its columns in the order of `append::INSERT_EVENTS`.
    pub(super) fn add_to(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError> {
        arguments.add(self.room_id)?;
        arguments.add(self.seq)?;
        arguments.add(self.kind)?;
        arguments.add(self.author.id.as_bytes().as_slice())?;
        arguments.add(self.author.name.as_str())?;
        arguments.add(self.at)?;
        arguments.add(self.text)?;
        arguments.add(self.reply_to)?;
        arguments.add(self.nonce)?;
        arguments.add(self.data.as_deref())
    }
}

fn membership_data(role: Option<Role>, by: Option<&Author>) -> StorageResult<String> {
    let by = by.map(|author| By { id: author.id, name: author.name.as_str().to_owned() });
    serde_json::to_string(&MembershipData { role, by }).map_err(inconsistent)
}

/// The event of a row with the columns of `events::COLUMNS`, in that order.
pub(super) fn event(row: &SqliteRow) -> StorageResult<Event> {
    let kind: &str = row.try_get(3)?;
    let body = match EventKind::parse(kind).ok_or_else(|| inconsistent("an event of an unknown kind"))? {
        EventKind::Message => EventBody::Message {
            text: row.try_get(7)?,
            reply_to: row.try_get::<Option<i64>, _>(8)?.map(from_sql).transpose()?,
            nonce: row.try_get(9)?,
        },
        EventKind::Joined => {
            let data = data_of(row)?;
            let role = data.role.ok_or_else(|| inconsistent("a join without a role"))?;
            EventBody::Joined { role, by: data.by.map(author) }
        }
        EventKind::Left => EventBody::Left { by: data_of(row)?.by.map(author) },
    };
    Ok(Event {
        room: RoomId(row.try_get(0)?),
        room_name: RoomName::trusted(row.try_get(1)?),
        seq: from_sql(row.try_get(2)?)?,
        author: Author { id: user_id(row.try_get(4)?)?, name: UserName::trusted(row.try_get(5)?) },
        at: Timestamp(row.try_get(6)?),
        body,
    })
}

fn data_of(row: &SqliteRow) -> StorageResult<MembershipData> {
    let data: Option<&str> = row.try_get(10)?;
    data.map_or_else(|| Ok(MembershipData::default()), |json| serde_json::from_str(json).map_err(inconsistent))
}

fn author(by: By) -> Author {
    Author { id: by.id, name: UserName::trusted(by.name) }
}
