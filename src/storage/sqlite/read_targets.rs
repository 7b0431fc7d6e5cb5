//! Reading what the drafts of a batch are about, inside its transaction. Most batches are messages that answer nothing
//! and call nobody: those read nothing here.

use std::collections::BTreeSet;

use sqlx::{Row, SqliteConnection};

use super::append::from_json;
use super::state_rows::id_of;
use super::targets::{Target, Targets};
use super::{from_sql, to_json, to_sql, user_id};
use crate::domain::event::{Draft, EventBody, Quote};
use crate::domain::ids::{RoomId, Seq};
use crate::domain::name::{NameKey, UserName};
use crate::domain::person::Author;
use crate::storage::StorageResult;

const MESSAGES: &str = "
SELECT e.room_id, e.seq, e.author_id, e.author_name, substr(coalesce(s.text, e.text), 1, $2), e.thread,
    s.deleted_at IS NOT NULL, s.pinned_at IS NOT NULL
FROM json_each($1) AS wanted CROSS JOIN events e ON e.room_id = wanted.value->>0 AND e.seq = wanted.value->>1
LEFT JOIN message_states s ON s.room_id = e.room_id AND s.seq = e.seq
WHERE e.kind = 'message'";

/// For each emoji that a draft names: how many people have it there, and the event of the person of the draft.
const REACTIONS: &str = "
SELECT wanted.value->>0, wanted.value->>1, wanted.value->>2, wanted.value->>3,
    (SELECT count(*) FROM reactions r WHERE r.room_id = wanted.value->>0 AND r.seq = wanted.value->>1
        AND r.emoji = wanted.value->>2),
    (SELECT event_seq FROM reactions r WHERE r.room_id = wanted.value->>0 AND r.seq = wanted.value->>1
        AND r.emoji = wanted.value->>2 AND r.user_id = unhex(wanted.value->>3)),
    (SELECT json_group_array(DISTINCT emoji) FROM reactions r
        WHERE r.room_id = wanted.value->>0 AND r.seq = wanted.value->>1)
FROM json_each($1) AS wanted";

const MEMBERS: &str = "
SELECT wanted.value->>0, wanted.value->>1, u.id, u.name
FROM json_each($1) AS wanted CROSS JOIN users u ON u.name_key = wanted.value->>1
CROSS JOIN memberships m ON m.room_id = wanted.value->>0 AND m.user_id = u.id AND m.banned = 0";

/// Reads everything that [`Targets::settle`] asks for.
pub(super) async fn read_targets(connection: &mut SqliteConnection, drafts: &[Draft]) -> StorageResult<Targets> {
    let mut targets = Targets::default();
    let mut messages: BTreeSet<(i64, i64)> = BTreeSet::new();
    let mut reactions: BTreeSet<(i64, i64, &str, String)> = BTreeSet::new();
    let mut names: BTreeSet<(i64, &str)> = BTreeSet::new();
    for draft in drafts {
        let target = match &draft.body {
            EventBody::Message(message) => message.reply_to,
            body => body.target(),
        };
        if let Some(target) = target {
            messages.insert((draft.room.0, to_sql(target)?));
        }
        if let EventBody::Reaction { target, emoji, .. } = &draft.body {
            reactions.insert((draft.room.0, to_sql(*target)?, emoji, draft.author.id.0.simple().to_string()));
        }
        names.extend(draft.calls.iter().map(|name| (draft.room.0, name.as_str())));
    }
    if !messages.is_empty() {
        read_messages(connection, &Vec::from_iter(messages), &mut targets).await?;
    }
    if !reactions.is_empty() {
        read_reactions(connection, &Vec::from_iter(reactions), &mut targets).await?;
    }
    if !names.is_empty() {
        read_members(connection, &Vec::from_iter(names), &mut targets).await?;
    }
    Ok(targets)
}

async fn read_messages(
    connection: &mut SqliteConnection,
    wanted: &[(i64, i64)],
    targets: &mut Targets,
) -> StorageResult<()> {
    let query = sqlx::query(MESSAGES).bind(to_json(wanted)?).bind(i64::try_from(Quote::CHARS).unwrap_or(i64::MAX));
    for row in query.fetch_all(connection).await? {
        let target = Target {
            author: Author { id: user_id(row.try_get(2)?)?, name: UserName::trusted(row.try_get(3)?) },
            text: row.try_get::<Option<String>, _>(4)?.unwrap_or_default(),
            thread: row.try_get::<Option<i64>, _>(5)?.map(from_sql).transpose()?,
            is_deleted: row.try_get(6)?,
            is_pinned: row.try_get(7)?,
        };
        targets.messages.insert(place(row.try_get(0)?, row.try_get(1)?)?, target);
    }
    Ok(())
}

async fn read_reactions(
    connection: &mut SqliteConnection,
    wanted: &[(i64, i64, &str, String)],
    targets: &mut Targets,
) -> StorageResult<()> {
    for row in sqlx::query(REACTIONS).bind(to_json(wanted)?).fetch_all(connection).await? {
        let (room, seq) = place(row.try_get(0)?, row.try_get(1)?)?;
        let emoji: String = row.try_get(2)?;
        let user = id_of(row.try_get(3)?)?;
        targets.counts.insert((room, seq, emoji.clone()), from_sql(row.try_get(4)?)?);
        targets.emoji.insert((room, seq), from_json(row.try_get(6)?)?);
        if let Some(own) = row.try_get::<Option<i64>, _>(5)? {
            targets.own.insert((room, seq, emoji, user), from_sql(own)?);
        }
    }
    Ok(())
}

async fn read_members(
    connection: &mut SqliteConnection,
    wanted: &[(i64, &str)],
    targets: &mut Targets,
) -> StorageResult<()> {
    for row in sqlx::query(MEMBERS).bind(to_json(wanted)?).fetch_all(connection).await? {
        let person = Author { id: user_id(row.try_get(2)?)?, name: UserName::trusted(row.try_get(3)?) };
        targets.members.insert((RoomId(row.try_get(0)?), NameKey::trusted(row.try_get(1)?)), person);
    }
    Ok(())
}

fn place(room: i64, seq: i64) -> StorageResult<(RoomId, Seq)> {
    Ok((RoomId(room), from_sql(seq)?))
}
