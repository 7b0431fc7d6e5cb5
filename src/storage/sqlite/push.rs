//! The table `push_subscriptions`.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::error::inconsistent;
use super::profiles::{level, quiet};
use super::{SqliteStore, from_sql, row_limit, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{DeviceId, RoomId, UserId};
use crate::domain::preferences::ZoneName;
use crate::domain::push::Subscription;
use crate::domain::room::RoomKind;
use crate::storage::push::{Candidate, NamedSubscription};
use crate::storage::{PushSubscriptions, StorageResult};

/// An address has one subscription: the youngest.
const REPLACE: &str = "
INSERT INTO push_subscriptions (id, user_id, device_id, endpoint, p256dh, auth, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (endpoint) DO UPDATE SET
    id = excluded.id, user_id = excluded.user_id, device_id = excluded.device_id, p256dh = excluded.p256dh,
    auth = excluded.auth, created_at = excluded.created_at, failures = 0";

const KEEP: &str = "
DELETE FROM push_subscriptions WHERE id IN (
    SELECT id FROM push_subscriptions WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET $2)";

const OF_USER: &str = "
SELECT s.id, s.user_id, s.device_id, s.endpoint, s.p256dh, s.auth, s.created_at, s.failures, d.label
FROM push_subscriptions s JOIN devices d ON d.id = s.device_id
WHERE s.user_id = $1 ORDER BY s.created_at DESC, s.id DESC";

const REMOVE: &str = "DELETE FROM push_subscriptions WHERE user_id = $1 AND id = $2";

const FORGET: &str = "DELETE FROM push_subscriptions WHERE id = $1";

const SET_FAILURES: &str = "UPDATE push_subscriptions SET failures = $2 WHERE id = $1";

const COUNT: &str = "SELECT count(*) FROM push_subscriptions";

const KIND: &str = "SELECT kind FROM rooms WHERE id = $1";

const CANDIDATES: &str = "
SELECT m.user_id, m.level, coalesce(p.notify, 'all'), p.quiet_from, p.quiet_to, coalesce(p.time_zone, '')
FROM memberships m LEFT JOIN preferences p ON p.user_id = m.user_id
WHERE m.room_id = $1 AND m.banned = 0 AND EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.user_id = m.user_id)";

fn subscription(row: &SqliteRow) -> StorageResult<Subscription> {
    let sized = |_| inconsistent("a key of another length");
    Ok(Subscription {
        id: user_id(row.try_get(0)?)?.0,
        user: user_id(row.try_get(1)?)?,
        device: DeviceId(user_id(row.try_get(2)?)?.0),
        endpoint: row.try_get(3)?,
        key: row.try_get::<&[u8], _>(4)?.try_into().map_err(sized)?,
        secret: row.try_get::<&[u8], _>(5)?.try_into().map_err(sized)?,
        created_at: Timestamp(row.try_get(6)?),
        failures: row.try_get(7)?,
    })
}

fn candidate(row: &SqliteRow) -> StorageResult<Candidate> {
    Ok(Candidate {
        user: user_id(row.try_get(0)?)?,
        level: level(row.try_get(1)?)?,
        notify: level(row.try_get(2)?)?,
        quiet: quiet(row.try_get(3)?, row.try_get(4)?)?,
        time_zone: ZoneName::trusted(row.try_get(5)?),
    })
}

#[async_trait]
impl PushSubscriptions for SqliteStore {
    async fn add_subscription(&self, new: &Subscription, most: usize) -> StorageResult<()> {
        let mut tx = self.begin().await?;
        sqlx::query(REPLACE)
            .bind(new.id.as_bytes().as_slice())
            .bind(new.user.as_bytes().as_slice())
            .bind(new.device.as_bytes().as_slice())
            .bind(&new.endpoint)
            .bind(new.key.as_slice())
            .bind(new.secret.as_slice())
            .bind(new.created_at.0)
            .execute(&mut *tx)
            .await?;
        sqlx::query(KEEP).bind(new.user.as_bytes().as_slice()).bind(row_limit(most)).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn subscriptions(&self, user: UserId) -> StorageResult<Vec<NamedSubscription>> {
        let rows = sqlx::query(OF_USER).bind(user.as_bytes().as_slice()).fetch_all(&self.readers).await?;
        let named =
            |row: &SqliteRow| Ok(NamedSubscription { subscription: subscription(row)?, label: row.try_get(8)? });
        rows.iter().map(named).collect()
    }

    async fn remove_subscription(&self, user: UserId, id: Uuid) -> StorageResult<bool> {
        let removed = sqlx::query(REMOVE)
            .bind(user.as_bytes().as_slice())
            .bind(id.as_bytes().as_slice())
            .execute(&self.writer)
            .await?;
        Ok(removed.rows_affected() > 0)
    }

    async fn forget_subscription(&self, id: Uuid) -> StorageResult<()> {
        sqlx::query(FORGET).bind(id.as_bytes().as_slice()).execute(&self.writer).await?;
        Ok(())
    }

    async fn set_push_failures(&self, id: Uuid, failures: u32) -> StorageResult<()> {
        sqlx::query(SET_FAILURES).bind(id.as_bytes().as_slice()).bind(failures).execute(&self.writer).await?;
        Ok(())
    }

    async fn count_subscriptions(&self) -> StorageResult<u64> {
        from_sql(sqlx::query_scalar(COUNT).fetch_one(&self.readers).await?)
    }

    async fn push_candidates(&self, room: RoomId) -> StorageResult<Option<(RoomKind, Vec<Candidate>)>> {
        let kind: Option<String> = sqlx::query_scalar(KIND).bind(room.0).fetch_optional(&self.readers).await?;
        let Some(kind) = kind else { return Ok(None) };
        let kind = RoomKind::parse(&kind).ok_or_else(|| inconsistent("a room of an unknown kind"))?;
        let rows = sqlx::query(CANDIDATES).bind(room.0).fetch_all(&self.readers).await?;
        Ok(Some((kind, rows.iter().map(candidate).collect::<StorageResult<_>>()?)))
    }
}
