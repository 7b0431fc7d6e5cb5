//! What is read beside the messages that were found: their neighbours, the rooms somebody knows, accounts by the beginning
//! of their names.

use std::collections::HashMap;

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::super::error::inconsistent;
use super::super::events::clamped;
use super::super::room_rows::{membership, people};
use super::super::users::{AccountRow, account};
use super::super::{SqliteStore, from_sql, row_limit, to_json};
use super::find::is_there;
use crate::domain::event::Event;
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::name::{NameKey, RoomName};
use crate::domain::room::RoomKind;
use crate::storage::StorageResult;
use crate::storage::search::{KnownRoom, Neighbours};
use crate::storage::users::Account;

/// The neighbours: row, room and number. Between two messages there may be what is none, but rarely much of it.
const NEIGHBOURS: &str = "
SELECT wanted.key, e.id, e.room_id, e.seq FROM json_each($1) AS wanted JOIN events e ON e.id IN (
    (SELECT id FROM events WHERE room_id = wanted.value->>0 AND seq < wanted.value->>1 AND kind = 'message'
        ORDER BY seq DESC LIMIT 1),
    (SELECT id FROM events WHERE room_id = wanted.value->>0 AND seq > wanted.value->>1 AND kind = 'message'
        ORDER BY seq LIMIT 1)
)";

/// Rooms of theirs first: of a public one that is among them the row with the membership is the one that counts.
const ROOMS: &str = "
SELECT r.id, r.name, r.kind, r.archived, m.user_id, m.role, m.muted_until, m.banned, m.read_seq, m.read_n, m.level,
    CASE r.kind WHEN 'direct' THEN (SELECT json_group_array(json_array(hex(u.id), u.name) ORDER BY u.name_key)
        FROM memberships o JOIN users u ON u.id = o.user_id WHERE o.room_id = r.id AND o.user_id <> m.user_id)
    ELSE '[]' END
FROM memberships m JOIN rooms r ON r.id = m.room_id
WHERE m.user_id = $1
UNION ALL
SELECT r.id, r.name, r.kind, r.archived, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]'
FROM rooms r
WHERE r.kind = 'public' AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.room_id = r.id AND m.user_id = $1)";

/// Names from the one on, and before every name that begins otherwise.
const ACCOUNTS: &str = "
SELECT id, name, site_role, created_at FROM users WHERE name_key >= $1 AND name_key < $2 ORDER BY name_key LIMIT $3";

impl SqliteStore {
    /// See [`Search::neighbours`](crate::storage::Search::neighbours).
    pub(super) async fn around(&self, messages: &[(RoomId, Seq)]) -> StorageResult<Vec<Neighbours>> {
        let wanted: Vec<(i64, i64)> = messages.iter().map(|(room, seq)| (room.0, clamped(*seq))).collect();
        let rows = sqlx::query(NEIGHBOURS).bind(to_json(&wanted)?).fetch_all(&self.readers).await?;
        let mut ids = Vec::with_capacity(rows.len());
        let mut places = Vec::with_capacity(rows.len());
        for row in &rows {
            let (at, room, seq): (i64, i64, i64) = (row.try_get(0)?, row.try_get(2)?, row.try_get(3)?);
            ids.push(row.try_get::<i64, _>(1)?);
            places.push((usize::try_from(at).map_err(inconsistent)?, RoomId(room), from_sql(seq)?));
        }
        let events = self.events_by_id(&ids).await?.into_iter().filter(is_there);
        let events: HashMap<(RoomId, Seq), Event> = events.map(|event| ((event.room, event.seq), event)).collect();
        let mut around = vec![Neighbours::default(); messages.len()];
        for (at, room, seq) in places {
            let (Some((_, of)), Some(place)) = (messages.get(at), around.get_mut(at)) else { continue };
            let side = if seq < *of { &mut place.before } else { &mut place.after };
            *side = events.get(&(room, seq)).cloned();
        }
        Ok(around)
    }

    /// See [`Search::known_rooms`](crate::storage::Search::known_rooms).
    pub(super) async fn rooms_known_to(&self, user: Option<UserId>) -> StorageResult<Vec<KnownRoom>> {
        let user = user.as_ref().map(|user| user.as_bytes().as_slice());
        let rows = sqlx::query(ROOMS).bind(user).fetch_all(&self.readers).await?;
        rows.iter().map(known_room).collect()
    }

    /// See [`Search::accounts_beginning`](crate::storage::Search::accounts_beginning).
    pub(super) async fn accounts_from(&self, key: &NameKey, limit: usize) -> StorageResult<Vec<Account>> {
        let end = format!("{key}\u{10ffff}");
        let query = sqlx::query_as(ACCOUNTS).bind(key.as_str()).bind(end).bind(row_limit(limit));
        let rows: Vec<AccountRow> = query.fetch_all(&self.readers).await?;
        rows.into_iter().map(account).collect()
    }
}

fn known_room(row: &SqliteRow) -> StorageResult<KnownRoom> {
    let kind: &str = row.try_get(2)?;
    Ok(KnownRoom {
        id: RoomId(row.try_get(0)?),
        name: RoomName::trusted(row.try_get(1)?),
        kind: RoomKind::parse(kind).ok_or_else(|| inconsistent("a room of an unknown kind"))?,
        archived: row.try_get(3)?,
        membership: membership(row, 4)?,
        others: people(row.try_get(11)?)?,
    })
}
