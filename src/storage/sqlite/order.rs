//! What was decided about accounts: columns of `users`, and the table `bans`.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row, Sqlite, SqliteConnection};

use super::append::from_json;
use super::error::inconsistent;
use super::room_rows::room_info;
use super::users::account;
use super::{SqliteStore, from_sql, row_limit, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::conduct::{Ban, Banned, Conduct};
use crate::domain::ids::{RoomId, Seq, UserId};
use crate::domain::moderation::Measure;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::{Author, SiteRole};
use crate::storage::audit::Act;
use crate::storage::order::{AccountFilter, Decisions, NewBan, WatchedAccount, WatchedRoom};
use crate::storage::{Order, StorageResult};

const DECIDED: &str = "
SELECT id, suspended_at IS NOT NULL, suspended_reason, silenced, trusted_at IS NOT NULL FROM users
WHERE suspended_at IS NOT NULL OR silenced = 1 OR trusted_at IS NOT NULL";

const BANS: &str = "
SELECT b.id, b.user_id, u.name, b.network, b.reason, b.made_by, b.made_by_name, b.made_at, b.ends_at
FROM bans b LEFT JOIN users u ON u.id = b.user_id
ORDER BY b.id DESC";

const WATCHED: &str = "
SELECT u.id, u.name, u.site_role, u.created_at, u.suspended_at, u.suspended_reason, u.silenced, u.trusted_at,
    u.totp_secret IS NOT NULL AS has_second_factor,
    (SELECT max(used_at) FROM devices d WHERE d.user_id = u.id) AS used_at,
    (SELECT count(*) FROM memberships m WHERE m.user_id = u.id AND m.banned = 0) AS rooms
FROM users u";

const SET_ROLE: &str = "
UPDATE users SET site_role = $2
WHERE id = $1 AND ($2 = 'owner' OR site_role <> 'owner'
    OR EXISTS (SELECT 1 FROM users other WHERE other.site_role = 'owner' AND other.id <> $1))";

const ADD_BAN: &str = "
INSERT INTO bans (user_id, network, reason, made_by, made_by_name, made_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";

const BANNED_FROM: &str = "
SELECT u.id, u.name FROM memberships m JOIN users u ON u.id = m.user_id
WHERE m.room_id = $1 AND m.banned = 1 ORDER BY u.name_key";

/// Whoever was no member has read everything: nothing is unread in a room that one cannot see.
const BAN_FROM_ROOM: &str = "
INSERT INTO memberships (room_id, user_id, role, banned, read_seq, read_n, joined_at)
SELECT id, $2, 'member', 1, last_seq, messages, made_at FROM rooms WHERE id = $1
ON CONFLICT (room_id, user_id) DO UPDATE SET banned = 1, role = 'member'";

/// The first ten columns as [`room_info`] wants them.
const ROOMS: &str = "
SELECT r.id, r.name, r.kind, r.topic, r.last_seq, r.made_by, r.made_at, r.description, r.archived, r.messages,
    (SELECT count(*) FROM memberships m WHERE m.room_id = r.id AND m.banned = 0), r.retention_days,
    (SELECT json_group_array(u.name) FROM memberships m JOIN users u ON u.id = m.user_id
        WHERE m.room_id = r.id AND m.banned = 0 AND m.role = 'owner'), r.slow_mode
FROM rooms r
WHERE r.kind <> 'direct' AND r.name_key > $1 AND ($2 = '' OR instr(r.name_key, $2) > 0)
ORDER BY r.name_key LIMIT $3";

/// Reads the whole log: it is for deleting an account, which is rare.
const MESSAGES_OF: &str = "
SELECT e.id, r.name, e.seq FROM events e JOIN rooms r ON r.id = e.room_id
LEFT JOIN message_states s ON s.room_id = e.room_id AND s.seq = e.seq
WHERE e.author_id = $1 AND e.kind = 'message' AND s.deleted_at IS NULL AND e.id > $2
ORDER BY e.id LIMIT $3";

type BanRow = (i64, Option<Vec<u8>>, Option<String>, Option<String>, String, Vec<u8>, String, i64, Option<i64>);

struct WatchedRow {
    id: Vec<u8>,
    name: String,
    site_role: String,
    created_at: i64,
    suspended_at: Option<i64>,
    suspended_reason: String,
    silenced: bool,
    trusted_at: Option<i64>,
    has_second_factor: bool,
    used_at: Option<i64>,
    rooms: i64,
}

impl<'r> FromRow<'r, SqliteRow> for WatchedRow {
    fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            site_role: row.try_get("site_role")?,
            created_at: row.try_get("created_at")?,
            suspended_at: row.try_get("suspended_at")?,
            suspended_reason: row.try_get("suspended_reason")?,
            silenced: row.try_get("silenced")?,
            trusted_at: row.try_get("trusted_at")?,
            has_second_factor: row.try_get("has_second_factor")?,
            used_at: row.try_get("used_at")?,
            rooms: row.try_get("rooms")?,
        })
    }
}

fn watched(row: WatchedRow) -> StorageResult<WatchedAccount> {
    Ok(WatchedAccount {
        account: account((row.id, row.name, row.site_role, row.created_at))?,
        suspended: row.suspended_at.map(|at| (Timestamp(at), row.suspended_reason)),
        silenced: row.silenced,
        trusted_at: row.trusted_at.map(Timestamp),
        has_second_factor: row.has_second_factor,
        used_at: row.used_at.map(Timestamp),
        rooms: from_sql(row.rooms)?,
    })
}

fn ban((id, user, name, network, reason, maker, maker_name, made_at, ends_at): BanRow) -> StorageResult<Ban> {
    let who = match (user, network) {
        (Some(user), _) => {
            Banned::Account(Author { id: user_id(&user)?, name: UserName::trusted(name.unwrap_or_default()) })
        }
        (None, Some(network)) => Banned::Network(network.parse().map_err(inconsistent)?),
        (None, None) => return Err(inconsistent("a ban of nobody")),
    };
    Ok(Ban {
        id,
        who,
        reason,
        made_by: Author { id: user_id(&maker)?, name: UserName::trusted(maker_name) },
        made_at: Timestamp(made_at),
        ends_at: ends_at.map(Timestamp),
    })
}

async fn carry_out(connection: &mut SqliteConnection, user: UserId, decisions: &Decisions) -> StorageResult<bool> {
    let id = user.as_bytes().as_slice();
    if let Some(role) = decisions.role {
        let set = sqlx::query(SET_ROLE).bind(id).bind(role.as_str()).execute(&mut *connection).await?;
        if set.rows_affected() == 0 {
            return Ok(false);
        }
        // A link for a new password was made by somebody above the old role, perhaps not above the new one.
        sqlx::query("DELETE FROM reset_links WHERE user_id = $1").bind(id).execute(&mut *connection).await?;
    }
    if let Some(since) = &decisions.suspended {
        sqlx::query("UPDATE users SET suspended_at = $2, suspended_reason = $3 WHERE id = $1")
            .bind(id)
            .bind(since.as_ref().map(|(at, _)| at.0))
            .bind(since.as_ref().map_or("", |(_, reason)| reason))
            .execute(&mut *connection)
            .await?;
    }
    if let Some(silenced) = decisions.silenced {
        let query = sqlx::query("UPDATE users SET silenced = $2 WHERE id = $1");
        query.bind(id).bind(silenced).execute(&mut *connection).await?;
    }
    if let Some(since) = decisions.trusted {
        let query = sqlx::query("UPDATE users SET trusted_at = $2 WHERE id = $1");
        query.bind(id).bind(since.map(|at| at.0)).execute(&mut *connection).await?;
    }
    Ok(true)
}

#[async_trait]
impl Order for SqliteStore {
    async fn conduct(&self) -> StorageResult<Conduct> {
        let mut conduct = Conduct::default();
        let rows: Vec<(Vec<u8>, bool, String, bool, bool)> = sqlx::query_as(DECIDED).fetch_all(&self.readers).await?;
        for (id, suspended, reason, silenced, trusted) in rows {
            let id = user_id(&id)?;
            if suspended {
                conduct.suspended.insert(id, reason);
            }
            if silenced {
                conduct.silenced.insert(id);
            }
            if trusted {
                conduct.trusted.insert(id);
            }
        }
        let rows: Vec<BanRow> = sqlx::query_as(BANS).fetch_all(&self.readers).await?;
        conduct.bans = rows.into_iter().map(ban).collect::<StorageResult<_>>()?;
        Ok(conduct)
    }

    async fn watched_accounts(
        &self,
        filter: &AccountFilter,
        after: &str,
        limit: usize,
    ) -> StorageResult<Vec<WatchedAccount>> {
        let mut query = sqlx::QueryBuilder::<Sqlite>::new(WATCHED);
        query.push(" WHERE u.name_key > ").push_bind(after);
        if !filter.name.is_empty() {
            query.push(" AND instr(u.name_key, ").push_bind(&filter.name).push(") > 0");
        }
        if let Some(role) = filter.role {
            query.push(" AND u.site_role = ").push_bind(role.as_str());
        }
        if filter.only_in_trouble {
            query.push(" AND (u.suspended_at IS NOT NULL OR u.silenced = 1 OR u.id IN (SELECT user_id FROM bans))");
        }
        query.push(" ORDER BY u.name_key LIMIT ").push_bind(row_limit(limit));
        let rows: Vec<WatchedRow> = query.build_query_as().fetch_all(&self.readers).await?;
        rows.into_iter().map(watched).collect()
    }

    async fn watched_account(&self, user: UserId) -> StorageResult<Option<WatchedAccount>> {
        let mut query = sqlx::QueryBuilder::<Sqlite>::new(WATCHED);
        query.push(" WHERE u.id = ").push_bind(user.as_bytes().as_slice());
        let row: Option<WatchedRow> = query.build_query_as().fetch_optional(&self.readers).await?;
        row.map(watched).transpose()
    }

    async fn set_site_role(&self, user: UserId, role: SiteRole) -> StorageResult<bool> {
        self.decide(user, &Decisions { role: Some(role), ..Decisions::default() }, &[]).await
    }

    async fn suspend(&self, user: UserId, since: Option<(Timestamp, &str)>) -> StorageResult<()> {
        let suspended = Some(since.map(|(at, reason)| (at, reason.to_owned())));
        self.decide(user, &Decisions { suspended, ..Decisions::default() }, &[]).await.map(|_| ())
    }

    async fn silence(&self, user: UserId, silenced: bool) -> StorageResult<()> {
        let decisions = Decisions { silenced: Some(silenced), ..Decisions::default() };
        self.decide(user, &decisions, &[]).await.map(|_| ())
    }

    async fn trust(&self, user: UserId, since: Option<Timestamp>) -> StorageResult<()> {
        let decisions = Decisions { trusted: Some(since), ..Decisions::default() };
        self.decide(user, &decisions, &[]).await.map(|_| ())
    }

    async fn decide(&self, user: UserId, decisions: &Decisions, acts: &[Act]) -> StorageResult<bool> {
        let mut tx = self.begin().await?;
        if !carry_out(&mut tx, user, decisions).await? {
            tx.rollback().await?;
            return Ok(false);
        }
        for act in acts {
            super::audit::append(&mut tx, act).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn add_ban(&self, new: &NewBan) -> StorageResult<Ban> {
        let (user, network) = match &new.who {
            Banned::Account(account) => (Some(account.id.as_bytes().as_slice()), None),
            Banned::Network(network) => (None, Some(network.to_string())),
        };
        let id = sqlx::query_scalar(ADD_BAN)
            .bind(user)
            .bind(network)
            .bind(&new.reason)
            .bind(new.made_by.id.as_bytes().as_slice())
            .bind(new.made_by.name.as_str())
            .bind(new.made_at.0)
            .bind(new.ends_at.map(|at| at.0))
            .fetch_one(&self.writer)
            .await?;
        let NewBan { who, reason, made_by, made_at, ends_at } = new.clone();
        Ok(Ban { id, who, reason, made_by, made_at, ends_at })
    }

    async fn lift_ban(&self, id: i64) -> StorageResult<bool> {
        let lifted = sqlx::query("DELETE FROM bans WHERE id = $1").bind(id).execute(&self.writer).await?;
        Ok(lifted.rows_affected() > 0)
    }

    async fn banned_from(&self, room: RoomId) -> StorageResult<Vec<Author>> {
        let rows: Vec<(Vec<u8>, String)> = sqlx::query_as(BANNED_FROM).bind(room.0).fetch_all(&self.readers).await?;
        rows.into_iter().map(|(id, name)| Ok(Author { id: user_id(&id)?, name: UserName::trusted(name) })).collect()
    }

    async fn moderate(&self, room: RoomId, measure: Measure) -> StorageResult<()> {
        let query = match measure {
            Measure::Mute { .. } => "UPDATE memberships SET muted_until = $3 WHERE room_id = $1 AND user_id = $2",
            Measure::Ban { on: true, .. } => BAN_FROM_ROOM,
            Measure::Ban { on: false, .. } => {
                "DELETE FROM memberships WHERE room_id = $1 AND user_id = $2 AND banned = 1"
            }
            Measure::Slow(_) => "UPDATE rooms SET slow_mode = $2 WHERE id = $1",
        };
        let query = sqlx::query(query).bind(room.0);
        let query = match measure {
            Measure::Mute { user, until } => query.bind(user.as_bytes().to_vec()).bind(until.map(|at| at.0)),
            Measure::Ban { user, .. } => query.bind(user.as_bytes().to_vec()),
            Measure::Slow(seconds) => query.bind(i64::from(seconds)),
        };
        query.execute(&self.writer).await?;
        Ok(())
    }

    async fn watched_rooms(&self, name: &str, after: &str, limit: usize) -> StorageResult<Vec<WatchedRoom>> {
        let rows = sqlx::query(ROOMS).bind(after).bind(name).bind(row_limit(limit)).fetch_all(&self.readers).await?;
        let room = |row: &SqliteRow| {
            let days: Option<i64> = row.try_get(11)?;
            Ok(WatchedRoom {
                info: room_info(row)?,
                members: from_sql(row.try_get(10)?)?,
                owners: from_json(row.try_get(12)?)?,
                retention_days: days.map(u32::try_from).transpose().map_err(inconsistent)?,
            })
        };
        rows.iter().map(room).collect()
    }

    async fn retention_of(&self, room: RoomId) -> StorageResult<Option<u32>> {
        let days: Option<Option<i64>> = sqlx::query_scalar("SELECT retention_days FROM rooms WHERE id = $1")
            .bind(room.0)
            .fetch_optional(&self.readers)
            .await?;
        days.flatten().map(u32::try_from).transpose().map_err(inconsistent)
    }

    async fn messages_of(&self, user: UserId, after: i64, limit: usize) -> StorageResult<Vec<(i64, RoomName, Seq)>> {
        let rows: Vec<(i64, String, i64)> = sqlx::query_as(MESSAGES_OF)
            .bind(user.as_bytes().as_slice())
            .bind(after)
            .bind(row_limit(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(|(place, room, seq)| Ok((place, RoomName::trusted(room), from_sql(seq)?))).collect()
    }

    async fn delete_account(&self, user: UserId) -> StorageResult<bool> {
        let query = sqlx::query("DELETE FROM users WHERE id = $1 AND site_role <> 'owner'");
        Ok(query.bind(user.as_bytes().as_slice()).execute(&self.writer).await?.rows_affected() > 0)
    }
}
