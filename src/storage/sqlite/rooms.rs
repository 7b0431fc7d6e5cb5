//! The tables `rooms` and `memberships`.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::append::{UPSERT_MEMBERSHIPS, insert_events, run_for};
use super::error::{inconsistent, is_taken};
use super::events::clamped;
use super::log_rows::EventRow;
use super::room_rows::{listed_room, named_member, room_info, rules_text, stored_membership};
use super::{SqliteStore, from_sql, row_limit, to_json, user_id};
use crate::domain::event::{Event, EventBody};
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::limits;
use crate::domain::membership::Level;
use crate::domain::name::{NameKey, UserName};
use crate::domain::person::Author;
use crate::domain::room::{Description, RoomInfo, RoomKind};
use crate::domain::room_rules::RoomRules;
use crate::storage::rooms::{CursorMove, ListedRoom, NamedMember, NewRoom, StoredRoom};
use crate::storage::{Rooms, StorageError, StorageResult};

const INSERT: &str = "
INSERT INTO rooms (name, name_key, kind, topic, last_seq, direct_key, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";

const BY_ID: &str = "
SELECT id, name, kind, topic, last_seq, made_by, made_at, description, archived, messages, slow_mode, rules
FROM rooms WHERE id = $1";

const BY_NAME: &str = "
SELECT id, name, kind, topic, last_seq, made_by, made_at, description, archived, messages, slow_mode, rules
FROM rooms WHERE name_key = $1";

const MEMBERSHIPS: &str = "
SELECT user_id, role, muted_until, banned, read_seq, read_n, level FROM memberships WHERE room_id = $1";

const DIRECT: &str = "SELECT id FROM rooms WHERE direct_key = $1";

const OF_USER: &str = "
SELECT r.id, r.name, r.kind, r.topic, r.last_seq, r.made_by, r.made_at, r.description, r.archived, r.messages,
    (SELECT count(*) FROM memberships c WHERE c.room_id = r.id AND c.banned = 0),
    m.user_id, m.role, m.muted_until, m.banned, m.read_seq, m.read_n, m.level,
    (SELECT json_group_array(json_array(hex(u.id), u.name) ORDER BY u.name_key)
        FROM memberships o JOIN users u ON u.id = o.user_id
        WHERE r.kind = 'direct' AND o.room_id = r.id AND o.user_id <> m.user_id),
    (SELECT count(*) FROM mentions x
        WHERE x.user_id IN (m.user_id, zeroblob(16)) AND x.room_id = r.id AND x.seq > m.read_seq), r.slow_mode, r.rules
FROM memberships m JOIN rooms r ON r.id = m.room_id
WHERE m.user_id = $1 AND m.banned = 0
ORDER BY r.name_key";

const PUBLIC: &str = "
SELECT r.id, r.name, r.kind, r.topic, r.last_seq, r.made_by, r.made_at, r.description, r.archived, r.messages,
    (SELECT count(*) FROM memberships c WHERE c.room_id = r.id AND c.banned = 0),
    m.user_id, m.role, m.muted_until, m.banned, m.read_seq, m.read_n, m.level, '[]', 0, r.slow_mode, r.rules
FROM rooms r LEFT JOIN memberships m ON m.room_id = r.id AND m.user_id = $1
WHERE r.kind = 'public' AND r.name_key > $2
ORDER BY r.name_key LIMIT $3";

const MEMBERS: &str = "
SELECT m.user_id, m.role, m.muted_until, m.banned, m.read_seq, m.read_n, m.level, u.name, u.site_role = 'bot'
FROM memberships m JOIN users u ON u.id = m.user_id
WHERE m.room_id = $1 AND m.banned = 0 AND u.name_key > $2
ORDER BY u.name_key LIMIT $3";

/// Up, unless somebody wants to read again, and to the end of the log at most.
const MOVE_CURSORS: &str = "
UPDATE memberships SET read_seq = min(moved.value->>2, r.last_seq), read_n = min(moved.value->>3, r.messages)
FROM json_each($1) AS moved JOIN rooms r ON r.id = moved.value->>0
WHERE memberships.room_id = moved.value->>0 AND memberships.user_id = unhex(moved.value->>1)
    AND (memberships.read_seq < moved.value->>2 OR moved.value->>4)";

const SET_LEVEL: &str = "UPDATE memberships SET level = $3 WHERE room_id = $1 AND user_id = $2";

const SET_RULES: &str = "UPDATE rooms SET rules = $2 WHERE id = $1";

const READERS: &str = "
SELECT u.id, u.name FROM memberships m JOIN users u ON u.id = m.user_id LEFT JOIN profiles p ON p.user_id = u.id
WHERE m.room_id = $1 AND m.read_seq >= $2 AND m.banned = 0 AND coalesce(p.hide_reads, 0) = 0
ORDER BY u.name_key LIMIT $3";

const CALLS: &str = "
SELECT seq FROM mentions WHERE user_id IN ($1, zeroblob(16)) AND room_id = $2 AND seq > $3 ORDER BY seq LIMIT $4";

#[async_trait]
impl Rooms for SqliteStore {
    async fn create_room(&self, new: &NewRoom) -> StorageResult<RoomInfo> {
        let last_seq = i64::try_from(new.members.len()).map_err(inconsistent)?;
        let direct_key = direct_key_of(new)?;
        let mut tx = self.begin().await?;
        let id: i64 = sqlx::query_scalar(INSERT)
            .bind(new.name.as_str())
            .bind(new.name.key().as_str())
            .bind(new.kind.to_string())
            .bind(new.topic.as_str())
            .bind(last_seq)
            .bind(direct_key)
            .bind(new.made_by.as_ref().map(|maker| maker.id.as_bytes().as_slice()))
            .bind(new.at.0)
            .fetch_one(&mut *tx)
            .await
            .map_err(|error| if is_taken(&error) { StorageError::Conflict { what: "room" } } else { error.into() })?;
        add_first_members(&mut tx, new, RoomId(id), last_seq).await?;
        tx.commit().await?;
        Ok(RoomInfo {
            id: RoomId(id),
            name: new.name.clone(),
            kind: new.kind,
            topic: new.topic.clone(),
            description: Description::default(),
            archived: false,
            slow_mode: 0,
            rules: RoomRules::default(),
            last_seq: from_sql(last_seq)?,
            messages: 0,
            made_by: new.made_by.as_ref().map(|maker| maker.id),
            made_at: new.at,
        })
    }

    async fn room(&self, id: RoomId) -> StorageResult<Option<StoredRoom>> {
        let mut tx = self.readers.begin().await?;
        let row = sqlx::query(BY_ID).bind(id.0).fetch_optional(&mut *tx).await?;
        with_memberships(tx, row).await
    }

    async fn room_by_name(&self, key: &NameKey) -> StorageResult<Option<StoredRoom>> {
        let mut tx = self.readers.begin().await?;
        let row = sqlx::query(BY_NAME).bind(key.as_str()).fetch_optional(&mut *tx).await?;
        with_memberships(tx, row).await
    }

    async fn direct_room(&self, people: &[UserId]) -> StorageResult<Option<RoomId>> {
        let id = sqlx::query_scalar(DIRECT).bind(direct_key(people)).fetch_optional(&self.readers).await?;
        Ok(id.map(RoomId))
    }

    async fn rooms_of(&self, user: UserId) -> StorageResult<Vec<ListedRoom>> {
        let rows = sqlx::query(OF_USER).bind(user.as_bytes().as_slice()).fetch_all(&self.readers).await?;
        rows.iter().map(listed_room).collect()
    }

    async fn public_rooms(
        &self,
        user: Option<UserId>,
        after: Option<&NameKey>,
        limit: usize,
    ) -> StorageResult<Vec<ListedRoom>> {
        let rows = sqlx::query(PUBLIC)
            .bind(user.as_ref().map(|user| user.as_bytes().as_slice()))
            .bind(after.map_or("", NameKey::as_str))
            .bind(row_limit(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(listed_room).collect()
    }

    async fn members(&self, room: RoomId, after: Option<&NameKey>, limit: usize) -> StorageResult<Vec<NamedMember>> {
        let rows = sqlx::query(MEMBERS)
            .bind(room.0)
            .bind(after.map_or("", NameKey::as_str))
            .bind(row_limit(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(named_member).collect()
    }

    async fn move_cursors(&self, cursors: &[CursorMove]) -> StorageResult<()> {
        if cursors.is_empty() {
            return Ok(());
        }
        let row = |moved: &CursorMove| {
            (moved.room.0, moved.user.0.simple(), clamped(moved.to.seq), clamped(moved.to.n), moved.back)
        };
        let rows: Vec<_> = cursors.iter().map(row).collect();
        sqlx::query(MOVE_CURSORS).bind(to_json(&rows)?).execute(&self.writer).await?;
        Ok(())
    }

    async fn set_level(&self, room: RoomId, user: UserId, level: Level) -> StorageResult<()> {
        let query = sqlx::query(SET_LEVEL).bind(room.0).bind(user.as_bytes().as_slice()).bind(level.as_str());
        query.execute(&self.writer).await?;
        Ok(())
    }

    async fn set_rules(&self, room: RoomId, rules: &RoomRules) -> StorageResult<()> {
        let text = rules_text(rules)?;
        sqlx::query(SET_RULES).bind(room.0).bind(text).execute(&self.writer).await?;
        Ok(())
    }

    async fn readers(&self, room: RoomId, seq: Seq, limit: usize) -> StorageResult<Vec<Author>> {
        let query = sqlx::query(READERS).bind(room.0).bind(clamped(seq)).bind(row_limit(limit));
        let rows = query.fetch_all(&self.readers).await?;
        let author =
            |row: &SqliteRow| Ok(Author { id: user_id(row.try_get(0)?)?, name: UserName::trusted(row.try_get(1)?) });
        rows.iter().map(author).collect()
    }

    async fn calls(&self, room: RoomId, user: UserId, after: Seq, limit: usize) -> StorageResult<Vec<Seq>> {
        let query = sqlx::query_scalar(CALLS).bind(user.as_bytes().as_slice()).bind(room.0).bind(clamped(after));
        let seqs: Vec<i64> = query.bind(row_limit(limit)).fetch_all(&self.readers).await?;
        seqs.into_iter().map(from_sql).collect()
    }
}

/// The ids of everybody, in ascending order: the same for all of them.
fn direct_key(people: &[UserId]) -> Vec<u8> {
    let mut people = people.to_vec();
    people.sort_unstable();
    people.iter().flat_map(|id| *id.as_bytes()).collect()
}

fn direct_key_of(new: &NewRoom) -> StorageResult<Option<Vec<u8>>> {
    if new.kind != RoomKind::Direct {
        return Ok(None);
    }
    let people: Vec<UserId> = new.members.iter().map(|(author, _)| author.id).collect();
    let different: BTreeSet<UserId> = people.iter().copied().collect();
    if different.len() != people.len() || !(2..=limits::DIRECT_PEOPLE).contains(&people.len()) {
        return Err(inconsistent("a direct room that is not for two to ten people"));
    }
    Ok(Some(direct_key(&people)))
}

/// The events and memberships of a new room. Everybody begins with nothing unread.
async fn add_first_members(
    tx: &mut Transaction<'static, Sqlite>,
    new: &NewRoom,
    room: RoomId,
    last_seq: i64,
) -> StorageResult<()> {
    let events = (1..).zip(&new.members).map(|(seq, (author, role))| Event {
        room,
        room_name: new.name.clone(),
        author: author.clone(),
        at: new.at,
        n: 0,
        seq,
        body: EventBody::Joined { role: *role, by: new.made_by.clone().filter(|maker| maker.id != author.id) },
    });
    let events: Vec<_> = events.map(|event| EventRow::new(&event)).collect::<StorageResult<_>>()?;
    insert_events(tx, &events).await?;
    let memberships: Vec<_> = new
        .members
        .iter()
        .map(|(author, role)| (room.0, author.id.0.simple(), role.as_str(), last_seq, 0, new.at.0))
        .collect();
    run_for(tx, UPSERT_MEMBERSHIPS, &memberships).await
}

/// Both queries see the same moment: the room and its people belong together.
async fn with_memberships(
    mut tx: Transaction<'static, Sqlite>,
    room: Option<SqliteRow>,
) -> StorageResult<Option<StoredRoom>> {
    let Some(row) = room else {
        tx.commit().await?;
        return Ok(None);
    };
    let info = room_info(&row)?;
    let rows = sqlx::query(MEMBERSHIPS).bind(info.id.0).fetch_all(&mut *tx).await?;
    tx.commit().await?;
    let memberships = rows.iter().map(stored_membership).collect::<StorageResult<_>>()?;
    Ok(Some(StoredRoom { info, memberships }))
}
