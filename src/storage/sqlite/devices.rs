//! The table `devices`.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::error::inconsistent;
use super::users::account;
use super::{SqliteStore, row_limit, to_json, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::device::{Device, DeviceKind};
use crate::domain::grant::{Grant, Scope};
use crate::domain::ids::{DeviceId, RoomId, UserId};
use crate::storage::devices::SecretHash;
use crate::storage::users::Account;
use crate::storage::{Devices, StorageResult};

const INSERT: &str = "
INSERT INTO devices (id, user_id, kind, label, secret_hash, created_at, used_at, expires_at, scope, rooms, fixed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

const BY_SECRET: &str = "
SELECT d.id, d.user_id, d.kind, d.label, d.created_at, d.used_at, d.expires_at, d.scope, d.rooms, d.fixed,
    u.name, u.site_role, u.created_at
FROM devices d JOIN users u ON u.id = d.user_id
WHERE d.secret_hash = $1 AND (d.expires_at IS NULL OR d.expires_at > $2)";

const TOUCH: &str = "
UPDATE devices SET used_at = $2, expires_at = CASE fixed WHEN 1 THEN expires_at ELSE coalesce($3, expires_at) END
WHERE id = $1";

const LIST: &str = "
SELECT id, user_id, kind, label, created_at, used_at, expires_at, scope, rooms, fixed FROM devices
WHERE user_id = $1 AND kind = $2 AND (expires_at IS NULL OR expires_at > $3)
ORDER BY used_at DESC, created_at DESC, id DESC";

/// Ids are of version 7: in their order lies that of time (RFC 9562, section 5.7).
const TOKENS: &str = "
SELECT d.id, d.user_id, d.kind, d.label, d.created_at, d.used_at, d.expires_at, d.scope, d.rooms, d.fixed,
    u.name, u.site_role, u.created_at
FROM devices d JOIN users u ON u.id = d.user_id
WHERE d.kind = 'token' AND (d.expires_at IS NULL OR d.expires_at > $1) AND ($2 IS NULL OR d.id < $2)
ORDER BY d.id DESC LIMIT $3";

const TOKEN: &str = "
SELECT d.id, d.user_id, d.kind, d.label, d.created_at, d.used_at, d.expires_at, d.scope, d.rooms, d.fixed,
    u.name, u.site_role, u.created_at
FROM devices d JOIN users u ON u.id = d.user_id
WHERE d.kind = 'token' AND d.id = $1";

const REVOKE: &str = "DELETE FROM devices WHERE user_id = $1 AND id = $2";

/// `IS NOT` also holds when there is none to keep.
const REVOKE_OTHERS: &str = "
DELETE FROM devices WHERE user_id = $1 AND kind = $3 AND id IS NOT $2 RETURNING id";

fn device_id(bytes: &[u8]) -> StorageResult<DeviceId> {
    user_id(bytes).map(|id| DeviceId(id.0))
}

/// A login of a row that begins with its columns.
fn device(row: &SqliteRow) -> StorageResult<Device> {
    let kind: String = row.try_get("kind")?;
    let kind = DeviceKind::parse(&kind).ok_or_else(|| inconsistent("an unknown kind of device"))?;
    let scope: String = row.try_get("scope")?;
    let rooms: Option<String> = row.try_get("rooms")?;
    let rooms = rooms.map(|json| serde_json::from_str::<Vec<i64>>(&json)).transpose().map_err(inconsistent)?;
    let expires_at: Option<i64> = row.try_get("expires_at")?;
    let fixed: bool = row.try_get("fixed")?;
    Ok(Device {
        id: device_id(&row.try_get::<Vec<u8>, _>("id")?)?,
        user: user_id(&row.try_get::<Vec<u8>, _>("user_id")?)?,
        kind,
        label: row.try_get("label")?,
        created_at: Timestamp(row.try_get(CREATED_AT)?),
        used_at: Timestamp(row.try_get("used_at")?),
        grant: Grant {
            scope: Scope::parse(&scope).ok_or_else(|| inconsistent("an unknown scope"))?,
            rooms: rooms.map(|ids| ids.into_iter().map(RoomId).collect()),
            // The life of other cookies begins anew with each use.
            until: expires_at.filter(|_| fixed || kind == DeviceKind::Token).map(Timestamp),
        },
    })
}

/// The place of `created_at`, of which a row with an account has two.
const CREATED_AT: usize = 4;

#[async_trait]
impl Devices for SqliteStore {
    async fn add_device(
        &self,
        device: &Device,
        secret: &SecretHash,
        expires_at: Option<Timestamp>,
    ) -> StorageResult<()> {
        let rooms = device.grant.rooms.as_deref().map(to_json).transpose()?;
        sqlx::query(INSERT)
            .bind(device.id.as_bytes().as_slice())
            .bind(device.user.as_bytes().as_slice())
            .bind(device.kind.as_str())
            .bind(&device.label)
            .bind(secret.as_slice())
            .bind(device.created_at.0)
            .bind(device.used_at.0)
            .bind(expires_at.map(|at| at.0))
            .bind(device.grant.scope.as_str())
            .bind(rooms)
            .bind(device.grant.until.is_some())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn device_by_secret(&self, secret: &SecretHash, now: Timestamp) -> StorageResult<Option<(Device, Account)>> {
        let row = sqlx::query(BY_SECRET).bind(secret.as_slice()).bind(now.0).fetch_optional(&self.readers).await?;
        row.as_ref().map(with_account).transpose()
    }

    async fn touch_device(&self, id: DeviceId, used_at: Timestamp, expires_at: Option<Timestamp>) -> StorageResult<()> {
        sqlx::query(TOUCH)
            .bind(id.as_bytes().as_slice())
            .bind(used_at.0)
            .bind(expires_at.map(|at| at.0))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn devices(&self, user: UserId, kind: DeviceKind, now: Timestamp) -> StorageResult<Vec<Device>> {
        let rows = sqlx::query(LIST)
            .bind(user.as_bytes().as_slice())
            .bind(kind.as_str())
            .bind(now.0)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(device).collect()
    }

    async fn tokens(
        &self,
        now: Timestamp,
        after: Option<DeviceId>,
        limit: usize,
    ) -> StorageResult<Vec<(Device, Account)>> {
        let after = after.as_ref().map(|id| id.as_bytes().as_slice());
        let query = sqlx::query(TOKENS).bind(now.0).bind(after).bind(row_limit(limit));
        query.fetch_all(&self.readers).await?.iter().map(with_account).collect()
    }

    async fn token(&self, id: DeviceId) -> StorageResult<Option<(Device, Account)>> {
        let row = sqlx::query(TOKEN).bind(id.as_bytes().as_slice()).fetch_optional(&self.readers).await?;
        row.as_ref().map(with_account).transpose()
    }

    async fn revoke_device(&self, user: UserId, id: DeviceId) -> StorageResult<bool> {
        let revoked = sqlx::query(REVOKE)
            .bind(user.as_bytes().as_slice())
            .bind(id.as_bytes().as_slice())
            .execute(&self.writer)
            .await?;
        Ok(revoked.rows_affected() == 1)
    }

    async fn revoke_other_devices(&self, user: UserId, keep: Option<DeviceId>) -> StorageResult<Vec<DeviceId>> {
        self.revoke_others(user, keep, DeviceKind::Cookie).await
    }

    async fn revoke_other_tokens(&self, user: UserId, keep: Option<DeviceId>) -> StorageResult<Vec<DeviceId>> {
        self.revoke_others(user, keep, DeviceKind::Token).await
    }
}

/// A row with its account behind it.
fn with_account(row: &SqliteRow) -> StorageResult<(Device, Account)> {
    let account = account((row.try_get("user_id")?, row.try_get(10)?, row.try_get(11)?, row.try_get(12)?))?;
    Ok((device(row)?, account))
}

impl SqliteStore {
    async fn revoke_others(
        &self,
        user: UserId,
        keep: Option<DeviceId>,
        kind: DeviceKind,
    ) -> StorageResult<Vec<DeviceId>> {
        let keep = keep.as_ref().map(|id| id.as_bytes().as_slice());
        let revoked: Vec<Vec<u8>> = sqlx::query_scalar(REVOKE_OTHERS)
            .bind(user.as_bytes().as_slice())
            .bind(keep)
            .bind(kind.as_str())
            .fetch_all(&self.writer)
            .await?;
        revoked.iter().map(|id| device_id(id)).collect()
    }
}
