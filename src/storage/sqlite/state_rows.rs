//! What events change beside the log: the state of messages, reactions, mentions, and what is known of a room.
//! All of it follows from the log, and is written in the transaction of the event.

use sqlx::{Row, SqliteConnection};

use super::{from_sql, row_limit, to_sql};
use crate::domain::event::{Event, EventBody, Message, Reactions};
use crate::domain::ids::{Seq, UserId};
use crate::domain::name::UserName;
use crate::domain::person::Author;
use crate::storage::StorageResult;

/// In `mentions`: everybody in the room.
pub(super) const EVERYBODY: [u8; 16] = [0; 16];

const EDITED: &str = "
INSERT INTO message_states (room_id, seq, text, edited_at, edits) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (room_id, seq) DO UPDATE SET text = excluded.text, edited_at = excluded.edited_at, edits = edits + 1";

const DELETED: &str = "
INSERT INTO message_states (room_id, seq, deleted_at, deleted_id, deleted_name) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (room_id, seq) DO UPDATE SET text = NULL, edited_at = NULL, pinned_at = NULL, reactions = 0,
    deleted_at = excluded.deleted_at, deleted_id = excluded.deleted_id, deleted_name = excluded.deleted_name";

const PINNED: &str = "
INSERT INTO message_states (room_id, seq, pinned_at, pinned_id, pinned_name) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (room_id, seq) DO UPDATE SET
    pinned_at = excluded.pinned_at, pinned_id = excluded.pinned_id, pinned_name = excluded.pinned_name";

const REPLIED: &str = "
INSERT INTO message_states (room_id, seq, replies, last_reply, last_reply_at) VALUES ($1, $2, 1, $3, $4)
ON CONFLICT (room_id, seq) DO UPDATE SET
    replies = replies + 1, last_reply = excluded.last_reply, last_reply_at = excluded.last_reply_at";

/// One answer fewer for the thread of a message that is taken back.
const UNREPLIED: &str = "
UPDATE message_states SET replies = max(replies - 1, 0)
WHERE room_id = $1 AND seq = (SELECT thread FROM events WHERE room_id = $1 AND seq = $2)";

const COUNT_REACTIONS: &str = "
INSERT INTO message_states (room_id, seq, reactions) VALUES ($1, $2, max($3, 0))
ON CONFLICT (room_id, seq) DO UPDATE SET reactions = max(reactions + $3, 0)";

/// What changes besides the event itself.
#[derive(Debug)]
pub(super) enum Change {
    Replied { room: i64, root: i64, seq: i64, at: i64 },
    Called { room: i64, seq: i64, users: Vec<[u8; 16]> },
    Edited { room: i64, target: i64, text: String, at: i64 },
    Deleted { room: i64, target: i64, by: Author, at: i64 },
    Reacted { room: i64, target: i64, emoji: String, user: Author, seq: i64, on: bool },
    Pinned { room: i64, target: i64, by: Option<Author>, at: i64 },
    Topic { room: i64, topic: String },
    Described { room: i64, description: String },
    Archived { room: i64, archived: bool },
    Role { room: i64, user: UserId, role: &'static str },
}

impl Change {
    /// What an event changes. Joins and leaves are written together, see `append`.
    pub(super) fn of(event: &Event) -> StorageResult<Vec<Self>> {
        let (room, seq, at, by) = (event.room.0, to_sql(event.seq)?, event.at.0, event.author.clone());
        Ok(match &event.body {
            EventBody::Message(message) => Self::of_message(message, room, seq, at)?,
            EventBody::Edited { target, text } => {
                vec![Self::Edited { room, target: to_sql(*target)?, text: text.clone(), at }]
            }
            EventBody::Deleted { target, .. } => vec![Self::Deleted { room, target: to_sql(*target)?, by, at }],
            EventBody::Reaction { target, emoji, on, .. } => {
                vec![Self::Reacted { room, target: to_sql(*target)?, emoji: emoji.clone(), user: by, seq, on: *on }]
            }
            EventBody::Pinned { target, on } => {
                vec![Self::Pinned { room, target: to_sql(*target)?, by: on.then_some(by), at }]
            }
            EventBody::Topic { topic } => vec![Self::Topic { room, topic: topic.as_str().to_owned() }],
            EventBody::Changed { description, archived } => {
                let described = description.as_ref();
                let described = described.map(|text| Self::Described { room, description: text.as_str().to_owned() });
                described.into_iter().chain(archived.map(|archived| Self::Archived { room, archived })).collect()
            }
            EventBody::Role { role, .. } => vec![Self::Role { room, user: by.id, role: role.as_str() }],
            EventBody::Joined { .. } | EventBody::Left { .. } => Vec::new(),
        })
    }

    fn of_message(message: &Message, room: i64, seq: i64, at: i64) -> StorageResult<Vec<Self>> {
        let mut changes = Vec::new();
        if let Some(root) = message.thread {
            changes.push(Self::Replied { room, root: to_sql(root)?, seq, at });
        }
        if let Some(called) = &message.mentions {
            let mut users: Vec<[u8; 16]> = called.people.iter().map(|person| *person.id.as_bytes()).collect();
            users.extend(called.everyone.then_some(EVERYBODY));
            changes.push(Self::Called { room, seq, users });
        }
        Ok(changes)
    }

    /// Writes it.
    pub(super) async fn write(&self, connection: &mut SqliteConnection) -> StorageResult<()> {
        match self {
            Self::Replied { room, root, seq, at } => {
                sqlx::query(REPLIED).bind(room).bind(root).bind(seq).bind(at).execute(connection).await?;
            }
            Self::Called { room, seq, users } => {
                for user in users {
                    sqlx::query("INSERT OR IGNORE INTO mentions (user_id, room_id, seq) VALUES ($1, $2, $3)")
                        .bind(user.as_slice())
                        .bind(room)
                        .bind(seq)
                        .execute(&mut *connection)
                        .await?;
                }
            }
            Self::Edited { room, target, text, at } => {
                sqlx::query(EDITED).bind(room).bind(target).bind(text).bind(at).execute(connection).await?;
            }
            Self::Deleted { room, target, by, at } => delete(connection, *room, *target, by, *at).await?,
            Self::Reacted { room, target, emoji, user, seq, on } => {
                let sql = if *on {
                    "INSERT INTO reactions (room_id, seq, emoji, user_id, user_name, event_seq)
                    VALUES ($1, $2, $3, $4, $5, $6)"
                } else {
                    "DELETE FROM reactions WHERE room_id = $1 AND seq = $2 AND emoji = $3 AND user_id = $4
                    AND $5 IS NOT NULL AND $6 > 0"
                };
                sqlx::query(sql)
                    .bind(room)
                    .bind(target)
                    .bind(emoji)
                    .bind(user.id.as_bytes().as_slice())
                    .bind(user.name.as_str())
                    .bind(seq)
                    .execute(&mut *connection)
                    .await?;
                let step = if *on { 1_i64 } else { -1 };
                sqlx::query(COUNT_REACTIONS).bind(room).bind(target).bind(step).execute(connection).await?;
            }
            Self::Pinned { room, target, by, at } => {
                sqlx::query(PINNED)
                    .bind(room)
                    .bind(target)
                    .bind(by.as_ref().map(|_| at))
                    .bind(by.as_ref().map(|by| by.id.as_bytes().as_slice()))
                    .bind(by.as_ref().map(|by| by.name.as_str()))
                    .execute(connection)
                    .await?;
            }
            Self::Topic { room, topic } => {
                sqlx::query("UPDATE rooms SET topic = $2 WHERE id = $1")
                    .bind(room)
                    .bind(topic)
                    .execute(connection)
                    .await?;
            }
            Self::Described { room, description } => {
                let query = sqlx::query("UPDATE rooms SET description = $2 WHERE id = $1");
                query.bind(room).bind(description).execute(connection).await?;
            }
            Self::Archived { room, archived } => {
                let query = sqlx::query("UPDATE rooms SET archived = $2 WHERE id = $1");
                query.bind(room).bind(archived).execute(connection).await?;
            }
            Self::Role { room, user, role } => {
                let query = sqlx::query("UPDATE memberships SET role = $3 WHERE room_id = $1 AND user_id = $2");
                query.bind(room).bind(user.as_bytes().as_slice()).bind(role).execute(connection).await?;
            }
        }
        Ok(())
    }
}

/// Takes a message back: its words, what it was changed to, what people put on it and whom it called are gone.
async fn delete(connection: &mut SqliteConnection, room: i64, target: i64, by: &Author, at: i64) -> StorageResult<()> {
    sqlx::query(DELETED)
        .bind(room)
        .bind(target)
        .bind(at)
        .bind(by.id.as_bytes().as_slice())
        .bind(by.name.as_str())
        .execute(&mut *connection)
        .await?;
    for sql in [
        "UPDATE events SET text = '', data = NULL WHERE room_id = $1 AND seq = $2",
        "UPDATE events SET text = '' WHERE room_id = $1 AND reply_to = $2 AND kind = 'edited'",
        "DELETE FROM reactions WHERE room_id = $1 AND seq = $2",
        UNREPLIED,
    ] {
        sqlx::query(sql).bind(room).bind(target).execute(&mut *connection).await?;
    }
    // By room and number there is no index: a message calls few people, and few messages are taken back.
    let called = "DELETE FROM mentions WHERE room_id = $1 AND seq = $2 AND user_id IN
        (SELECT user_id FROM memberships WHERE room_id = $1 UNION ALL SELECT zeroblob(16))";
    sqlx::query(called).bind(room).bind(target).execute(connection).await?;
    Ok(())
}

const REACTIONS: &str = "
SELECT seq, emoji, count(*),
    json_group_array(json_array(hex(user_id), user_name) ORDER BY event_seq) FILTER (WHERE place <= $4)
FROM (
    SELECT *, row_number() OVER (PARTITION BY seq, emoji ORDER BY event_seq) AS place
    FROM reactions WHERE room_id = $1 AND seq BETWEEN $2 AND $3
)
GROUP BY seq, emoji ORDER BY seq, min(event_seq)";

/// Fills in what people have put on these messages of one room, which are in ascending order.
pub(super) async fn add_reactions(readers: &sqlx::SqlitePool, events: &mut [Event], with: &[Seq]) -> StorageResult<()> {
    let (Some(first), Some(last), Some(room)) = (with.first(), with.last(), events.first().map(|event| event.room))
    else {
        return Ok(());
    };
    let query = sqlx::query(REACTIONS).bind(room.0).bind(to_sql(*first)?).bind(to_sql(*last)?);
    for row in query.bind(row_limit(Reactions::NAMES)).fetch_all(readers).await? {
        let seq = from_sql(row.try_get(0)?)?;
        let Ok(at) = events.binary_search_by_key(&seq, |event| event.seq) else { continue };
        let EventBody::Message(message) = &mut events[at].body else { continue };
        let users: Vec<(String, String)> = serde_json::from_str(row.try_get(3)?).map_err(super::error::inconsistent)?;
        let users = users.into_iter().map(|(id, name)| Ok(Author { id: id_of(&id)?, name: UserName::trusted(name) }));
        message.state.get_or_insert_default().reactions.push(Reactions {
            emoji: row.try_get(1)?,
            count: from_sql(row.try_get(2)?)?,
            users: users.collect::<StorageResult<_>>()?,
            mine: false,
        });
    }
    Ok(())
}

/// An id written by `hex()`.
pub(super) fn id_of(hex: &str) -> StorageResult<UserId> {
    uuid::Uuid::try_parse(hex).map(UserId).map_err(super::error::inconsistent)
}
