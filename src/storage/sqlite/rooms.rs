//! The tables `rooms` and `memberships`.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Sqlite, Transaction};

use super::append::{UPSERT_MEMBERSHIPS, insert_events, run_for};
use super::error::{inconsistent, is_taken};
use super::events::clamped;
use super::log_rows::EventRow;
use super::room_rows::{listed_room, named_member, room_info, stored_membership};
use super::{SqliteStore, from_sql, row_limit, to_json};
use crate::domain::event::{Draft, EventBody};
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::name::NameKey;
use crate::domain::room::{RoomInfo, RoomKind};
use crate::storage::rooms::{ListedRoom, NamedMember, NewRoom, StoredRoom};
use crate::storage::{Rooms, StorageError, StorageResult};

const INSERT: &str = "
INSERT INTO rooms (name, name_key, kind, topic, last_seq, direct_key, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";

const BY_ID: &str = "
SELECT id, name, kind, topic, last_seq, made_by, made_at FROM rooms WHERE id = $1";

const BY_NAME: &str = "
SELECT id, name, kind, topic, last_seq, made_by, made_at FROM rooms WHERE name_key = $1";

const MEMBERSHIPS: &str = "
SELECT user_id, role, muted_until, banned, read_seq FROM memberships WHERE room_id = $1";

const DIRECT: &str = "SELECT id FROM rooms WHERE direct_key = $1";

const OF_USER: &str = "
SELECT r.id, r.name, r.kind, r.topic, r.last_seq, r.made_by, r.made_at,
    (SELECT count(*) FROM memberships c WHERE c.room_id = r.id AND c.banned = 0),
    m.user_id, m.role, m.muted_until, m.banned, m.read_seq, u.id, u.name
FROM memberships m JOIN rooms r ON r.id = m.room_id
LEFT JOIN memberships o ON r.kind = 'direct' AND o.room_id = r.id AND o.user_id <> m.user_id
LEFT JOIN users u ON u.id = o.user_id
WHERE m.user_id = $1 AND m.banned = 0
ORDER BY r.name_key";

const PUBLIC: &str = "
SELECT r.id, r.name, r.kind, r.topic, r.last_seq, r.made_by, r.made_at,
    (SELECT count(*) FROM memberships c WHERE c.room_id = r.id AND c.banned = 0),
    m.user_id, m.role, m.muted_until, m.banned, m.read_seq, NULL, NULL
FROM rooms r LEFT JOIN memberships m ON m.room_id = r.id AND m.user_id = $1
WHERE r.kind = 'public' AND r.name_key > $2
ORDER BY r.name_key LIMIT $3";

const MEMBERS: &str = "
SELECT m.user_id, m.role, m.muted_until, m.banned, m.read_seq, u.name
FROM memberships m JOIN users u ON u.id = m.user_id
WHERE m.room_id = $1 AND m.banned = 0 AND u.name_key > $2
ORDER BY u.name_key LIMIT $3";

/// Up only, and to the end of the log at most. Of two cursors for the same membership the higher one counts.
const MOVE_CURSORS: &str = "
UPDATE memberships SET read_seq = min(moved.seq, (SELECT last_seq FROM rooms WHERE id = memberships.room_id))
FROM (
    SELECT value->>0 AS room, unhex(value->>1) AS user, max(value->>2) AS seq FROM json_each($1) GROUP BY 1, 2
) AS moved
WHERE memberships.room_id = moved.room AND memberships.user_id = moved.user AND memberships.read_seq < moved.seq";

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
            last_seq: from_sql(last_seq)?,
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

    async fn direct_room(&self, one: UserId, other: UserId) -> StorageResult<Option<RoomId>> {
        let id = sqlx::query_scalar(DIRECT).bind(direct_key(one, other)).fetch_optional(&self.readers).await?;
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

    async fn move_cursors(&self, cursors: &[(RoomId, UserId, Seq)]) -> StorageResult<()> {
        if cursors.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = cursors.iter().map(|&(room, user, seq)| (room.0, user.0.simple(), clamped(seq))).collect();
        sqlx::query(MOVE_CURSORS).bind(to_json(&rows)?).execute(&self.writer).await?;
        Ok(())
    }
}

/// Both ids, the smaller one first: the same for both of them.
fn direct_key(one: UserId, other: UserId) -> Vec<u8> {
    [one.min(other), one.max(other)].iter().flat_map(|id| *id.as_bytes()).collect()
}

fn direct_key_of(new: &NewRoom) -> StorageResult<Option<Vec<u8>>> {
    match (new.kind, new.members.as_slice()) {
        (RoomKind::Direct, [(one, _), (other, _)]) if one.id != other.id => Ok(Some(direct_key(one.id, other.id))),
        (RoomKind::Direct, _) => Err(inconsistent("a direct room that is not for two people")),
        _ => Ok(None),
    }
}

/// The events and memberships of a new room. Everybody begins with nothing unread.
async fn add_first_members(
    tx: &mut Transaction<'static, Sqlite>,
    new: &NewRoom,
    room: RoomId,
    last_seq: i64,
) -> StorageResult<()> {
    let drafts: Vec<Draft> = new
        .members
        .iter()
        .map(|(author, role)| Draft {
            room,
            room_name: new.name.clone(),
            author: author.clone(),
            at: new.at,
            body: EventBody::Joined { role: *role, by: new.made_by.clone().filter(|maker| maker.id != author.id) },
        })
        .collect();
    let events: Vec<_> =
        (1..).zip(&drafts).map(|(seq, draft)| EventRow::new(draft, seq)).collect::<StorageResult<_>>()?;
    insert_events(tx, &events).await?;
    let memberships: Vec<_> = new
        .members
        .iter()
        .map(|(author, role)| (room.0, author.id.0.simple(), role.as_str(), last_seq, new.at.0))
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
