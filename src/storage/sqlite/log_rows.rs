//! Rows of the log: from drafts to parameters, from rows to events.

use serde::{Deserialize, Serialize};
use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, Row};

use super::error::inconsistent;
use super::{from_sql, to_sql, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::event::{Deed, Event, EventBody, EventKind, Message, MessageState, Quote, Replies};
use crate::domain::ids::{RoomId, UserId};
use crate::domain::limits;
use crate::domain::membership::Role;
use crate::domain::mention::Mentions;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Author;
use crate::domain::room::{Description, Topic};
use crate::storage::StorageResult;
use crate::storage::archive::EventLine;

/// A row of `events` that is to be inserted.
#[derive(Debug)]
pub(super) struct EventRow {
    room_id: i64,
    seq: i64,
    /// `None` for a message: nearly all are, and the word need not travel.
    kind: Option<&'static str>,
    author: UserId,
    author_name: String,
    at: i64,
    text: Option<String>,
    reply_to: Option<i64>,
    nonce: Option<String>,
    data: Option<String>,
    n: i64,
    thread: Option<i64>,
}

/// What the column `data` holds: what only some kinds have.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Data {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<By>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<By>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    everyone: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    bot: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    emoji: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    moderator: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archived: Option<bool>,
}

#[derive(Debug, Serialize, Deserialize)]
struct By {
    id: UserId,
    name: String,
}

impl From<&Author> for By {
    fn from(author: &Author) -> Self {
        Self { id: author.id, name: author.name.as_str().to_owned() }
    }
}

impl EventRow {
    /// The row of a line of an export; an error says what is wrong with the line.
    pub(super) fn of_line(line: &EventLine, room: i64, n: u64) -> Result<Self, String> {
        let kind = EventKind::parse(&line.kind).ok_or_else(|| format!("an event of the kind {:?}", line.kind))?;
        check_line(kind, line)?;
        let number = |number: u64| to_sql(number).map_err(|error| error.to_string());
        Ok(Self {
            room_id: room,
            seq: number(line.seq)?,
            kind: (kind != EventKind::Message).then_some(kind.as_str()),
            author: line.author.id,
            author_name: line.author.name.clone(),
            at: line.at.0,
            text: line.text.clone(),
            reply_to: line.target.map(number).transpose()?,
            nonce: line.nonce.clone(),
            data: line.data.as_ref().map(ToString::to_string),
            n: number(n)?,
            thread: line.thread.map(number).transpose()?,
        })
    }

    /// The row of an event.
    pub(super) fn new(event: &Event) -> StorageResult<Self> {
        let kind = event.body.kind();
        let mut row = Self {
            room_id: event.room.0,
            seq: to_sql(event.seq)?,
            kind: (kind != EventKind::Message).then_some(kind.as_str()),
            author: event.author.id,
            author_name: event.author.name.as_str().to_owned(),
            at: event.at.0,
            text: None,
            reply_to: event.body.target().map(to_sql).transpose()?,
            nonce: None,
            data: None,
            n: to_sql(event.n)?,
            thread: None,
        };
        let data = match &event.body {
            EventBody::Message(message) => {
                row.text = Some(message.text.clone());
                row.reply_to = message.reply_to.map(to_sql).transpose()?;
                row.thread = message.thread.map(to_sql).transpose()?;
                row.nonce.clone_from(&message.nonce);
                let called = message.mentions.as_ref();
                (message.by_bot || called.is_some()).then(|| Data {
                    mentions: called.into_iter().flat_map(|called| &called.people).map(By::from).collect(),
                    everyone: called.is_some_and(|called| called.everyone),
                    bot: message.by_bot,
                    ..Data::default()
                })
            }
            EventBody::Edited { text, .. } => {
                row.text = Some(text.clone());
                None
            }
            EventBody::Deleted { moderator, .. } => Some(Data { moderator: *moderator, ..Data::default() }),
            EventBody::Reaction { emoji, on, count, .. } => {
                Some(Data { emoji: Some(emoji.clone()), on: Some(*on), count: Some(*count), ..Data::default() })
            }
            EventBody::Pinned { on, .. } => Some(Data { on: Some(*on), ..Data::default() }),
            EventBody::Topic { topic } => {
                row.text = Some(topic.as_str().to_owned());
                None
            }
            EventBody::Changed { description, archived } => Some(Data {
                description: description.as_ref().map(|text| text.as_str().to_owned()),
                archived: *archived,
                ..Data::default()
            }),
            EventBody::Joined { role, by } => {
                Some(Data { role: Some(*role), by: by.as_ref().map(By::from), ..Data::default() })
            }
            EventBody::Left { by } => Some(Data { by: by.as_ref().map(By::from), ..Data::default() }),
            EventBody::Role { role, by } => Some(Data { role: Some(*role), by: Some(by.into()), ..Data::default() }),
        };
        row.data = data.map(|data| serde_json::to_string(&data).map_err(inconsistent)).transpose()?;
        Ok(row)
    }

    /// Its columns in the order of `append::INSERT_EVENTS`.
    pub(super) fn add_to(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError> {
        arguments.add(self.room_id)?;
        arguments.add(self.seq)?;
        arguments.add(self.kind)?;
        arguments.add(self.author.as_bytes().as_slice())?;
        arguments.add(self.author_name.as_str())?;
        arguments.add(self.at)?;
        arguments.add(self.text.as_deref())?;
        arguments.add(self.reply_to)?;
        arguments.add(self.nonce.as_deref())?;
        arguments.add(self.data.as_deref())?;
        arguments.add(self.n)?;
        arguments.add(self.thread)
    }
}

/// The event of a row with the columns of `events::COLUMNS`, in that order. Reactions are read apart.
pub(super) fn event(row: &SqliteRow) -> StorageResult<Event> {
    let kind: &str = row.try_get(3)?;
    let target = || from_sql(row.try_get(8)?);
    let body = match EventKind::parse(kind).ok_or_else(|| inconsistent("an event of an unknown kind"))? {
        EventKind::Message => EventBody::Message(message(row)?),
        EventKind::Edited => EventBody::Edited { target: target()?, text: row.try_get(7)? },
        EventKind::Deleted => EventBody::Deleted { target: target()?, moderator: data_of(row)?.moderator },
        EventKind::Reaction => {
            let data = data_of(row)?;
            let emoji = data.emoji.ok_or_else(|| inconsistent("a reaction without an emoji"))?;
            let (on, count) = (data.on.unwrap_or(true), data.count.unwrap_or(0));
            EventBody::Reaction { target: target()?, emoji, on, count }
        }
        EventKind::Pinned => EventBody::Pinned { target: target()?, on: data_of(row)?.on.unwrap_or(true) },
        EventKind::Topic => EventBody::Topic { topic: Topic::trusted(row.try_get(7)?) },
        EventKind::Changed => {
            let data = data_of(row)?;
            EventBody::Changed { description: data.description.map(Description::trusted), archived: data.archived }
        }
        EventKind::Joined => {
            let data = data_of(row)?;
            EventBody::Joined { role: role_of(data.role)?, by: data.by.map(author) }
        }
        EventKind::Left => EventBody::Left { by: data_of(row)?.by.map(author) },
        EventKind::Role => {
            let data = data_of(row)?;
            let by = data.by.map(author).ok_or_else(|| inconsistent("a role that nobody gave"))?;
            EventBody::Role { role: role_of(data.role)?, by }
        }
    };
    Ok(Event {
        room: RoomId(row.try_get(0)?),
        room_name: RoomName::trusted(row.try_get(1)?),
        seq: from_sql(row.try_get(2)?)?,
        n: from_sql(row.try_get(11)?)?,
        author: Author { id: user_id(row.try_get(4)?)?, name: UserName::trusted(row.try_get(5)?) },
        at: Timestamp(row.try_get(6)?),
        body,
    })
}

/// Whether an event that is read back could be made of it.
fn check_line(kind: EventKind, line: &EventLine) -> Result<(), String> {
    const NAME_BYTES: usize = 200;
    let data: Data = match &line.data {
        Some(data) => serde_json::from_value(data.clone()).map_err(|error| format!("data: {error}"))?,
        None => Data::default(),
    };
    let is_right = match kind {
        EventKind::Message | EventKind::Topic => line.text.is_some(),
        EventKind::Edited => line.text.is_some() && line.target.is_some(),
        EventKind::Deleted | EventKind::Pinned => line.target.is_some(),
        EventKind::Reaction => line.target.is_some() && data.emoji.is_some(),
        EventKind::Changed | EventKind::Left => true,
        EventKind::Joined => data.role.is_some(),
        EventKind::Role => data.role.is_some() && data.by.is_some(),
    };
    if !is_right {
        return Err(format!("an event of the kind {} has not all it needs", kind.as_str()));
    }
    let texts = line.text.iter().chain(line.state.iter().filter_map(|state| state.text.as_ref()));
    if texts.map(String::len).any(|bytes| bytes > limits::TEXT_BYTES) {
        return Err(format!("a text of more than {} bytes", limits::TEXT_BYTES));
    }
    if [line.target, line.thread].into_iter().flatten().any(|target| target == 0 || target >= line.seq) {
        return Err("it is about an event that does not come before it".to_owned());
    }
    let name = &line.author.name;
    if name.is_empty() || name.len() > NAME_BYTES || name.chars().any(char::is_control) {
        return Err("the author has no name, or a strange one".to_owned());
    }
    if line.nonce.as_ref().is_some_and(|nonce| nonce.len() > limits::NONCE_BYTES) {
        return Err(format!("a nonce of more than {} bytes", limits::NONCE_BYTES));
    }
    Ok(())
}

fn message(row: &SqliteRow) -> StorageResult<Message> {
    let data = data_of(row)?;
    let people: Vec<Author> = data.mentions.into_iter().map(author).collect();
    let mentions =
        (data.everyone || !people.is_empty()).then(|| Box::new(Mentions { people, everyone: data.everyone }));
    Ok(Message {
        text: row.try_get::<Option<String>, _>(7)?.unwrap_or_default(),
        reply_to: row.try_get::<Option<i64>, _>(8)?.map(from_sql).transpose()?,
        thread: row.try_get::<Option<i64>, _>(12)?.map(from_sql).transpose()?,
        nonce: row.try_get(9)?,
        by_bot: data.bot,
        mentions,
        quote: quote(row)?,
        state: state(row)?,
    })
}

/// What has become of the message, without its reactions.
fn state(row: &SqliteRow) -> StorageResult<Option<Box<MessageState>>> {
    if row.try_get::<Option<i64>, _>(13)?.is_none() {
        return Ok(None);
    }
    let replies: i64 = row.try_get(21)?;
    let replies = match (replies, row.try_get::<Option<i64>, _>(22)?, row.try_get::<Option<i64>, _>(23)?) {
        (1.., Some(seq), Some(at)) => {
            Some(Replies { count: from_sql(replies)?, last_seq: from_sql(seq)?, last_at: Timestamp(at) })
        }
        _ => None,
    };
    Ok(Some(Box::new(MessageState {
        edited_at: row.try_get::<Option<i64>, _>(14)?.map(Timestamp),
        edits: from_sql(row.try_get(13)?)?,
        deleted: deed(row, 15)?,
        pinned: deed(row, 18)?,
        replies,
        reactions: Vec::new(),
    })))
}

/// Three columns from `first` on: when, who, and the name.
fn deed(row: &SqliteRow, first: usize) -> StorageResult<Option<Deed>> {
    let Some(at) = row.try_get::<Option<i64>, _>(first)? else { return Ok(None) };
    let by = Author { id: user_id(row.try_get(first + 1)?)?, name: UserName::trusted(row.try_get(first + 2)?) };
    Ok(Some(Deed { by, at: Timestamp(at) }))
}

fn quote(row: &SqliteRow) -> StorageResult<Option<Box<Quote>>> {
    let Some(id) = row.try_get::<Option<&[u8]>, _>(25)? else { return Ok(None) };
    let author = Author { id: user_id(id)?, name: UserName::trusted(row.try_get(26)?) };
    Ok(Some(Box::new(Quote { author, text: row.try_get::<Option<String>, _>(27)?.unwrap_or_default() })))
}

fn data_of(row: &SqliteRow) -> StorageResult<Data> {
    let data: Option<&str> = row.try_get(10)?;
    data.map_or_else(|| Ok(Data::default()), |json| serde_json::from_str(json).map_err(inconsistent))
}

fn role_of(role: Option<Role>) -> StorageResult<Role> {
    role.ok_or_else(|| inconsistent("a membership without a role"))
}

fn author(by: By) -> Author {
    Author { id: by.id, name: UserName::trusted(by.name) }
}
