//! The table `devices`.

use async_trait::async_trait;

use super::error::inconsistent;
use super::users::account;
use super::{SqliteStore, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::device::{Device, DeviceKind};
use crate::domain::ids::{DeviceId, UserId};
use crate::storage::devices::SecretHash;
use crate::storage::users::Account;
use crate::storage::{Devices, StorageResult};

const INSERT: &str = "
INSERT INTO devices (id, user_id, kind, label, secret_hash, created_at, used_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

const BY_SECRET: &str = "
SELECT d.id, d.user_id, d.kind, d.label, d.created_at, d.used_at, u.name, u.site_role, u.created_at
FROM devices d JOIN users u ON u.id = d.user_id
WHERE d.secret_hash = $1 AND (d.expires_at IS NULL OR d.expires_at > $2)";

const TOUCH: &str = "UPDATE devices SET used_at = $2, expires_at = $3 WHERE id = $1";

const LIST: &str = "
SELECT id, user_id, kind, label, created_at, used_at FROM devices
WHERE user_id = $1 AND kind = $2 AND (expires_at IS NULL OR expires_at > $3)
ORDER BY used_at DESC, created_at DESC, id DESC";

const REVOKE: &str = "DELETE FROM devices WHERE user_id = $1 AND id = $2";

/// `IS NOT` also holds when there is none to keep.
const REVOKE_OTHERS: &str = "
DELETE FROM devices WHERE user_id = $1 AND kind = 'cookie' AND id IS NOT $2 RETURNING id";

type DeviceRow = (Vec<u8>, Vec<u8>, String, String, i64, i64);
type DeviceAndAccountRow = (Vec<u8>, Vec<u8>, String, String, i64, i64, String, String, i64);

fn device_id(bytes: &[u8]) -> StorageResult<DeviceId> {
    user_id(bytes).map(|id| DeviceId(id.0))
}

fn device((id, user, kind, label, created_at, used_at): DeviceRow) -> StorageResult<Device> {
    Ok(Device {
        id: device_id(&id)?,
        user: user_id(&user)?,
        kind: DeviceKind::parse(&kind).ok_or_else(|| inconsistent("an unknown kind of device"))?,
        label,
        created_at: Timestamp(created_at),
        used_at: Timestamp(used_at),
    })
}

#[async_trait]
impl Devices for SqliteStore {
    async fn add_device(
        &self,
        device: &Device,
        secret: &SecretHash,
        expires_at: Option<Timestamp>,
    ) -> StorageResult<()> {
        sqlx::query(INSERT)
            .bind(device.id.as_bytes().as_slice())
            .bind(device.user.as_bytes().as_slice())
            .bind(device.kind.as_str())
            .bind(&device.label)
            .bind(secret.as_slice())
            .bind(device.created_at.0)
            .bind(device.used_at.0)
            .bind(expires_at.map(|at| at.0))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn device_by_secret(&self, secret: &SecretHash, now: Timestamp) -> StorageResult<Option<(Device, Account)>> {
        let row: Option<DeviceAndAccountRow> =
            sqlx::query_as(BY_SECRET).bind(secret.as_slice()).bind(now.0).fetch_optional(&self.readers).await?;
        row.map(|(id, user, kind, label, made, used, name, role, since)| {
            Ok((device((id, user.clone(), kind, label, made, used))?, account((user, name, role, since))?))
        })
        .transpose()
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
        let rows: Vec<DeviceRow> = sqlx::query_as(LIST)
            .bind(user.as_bytes().as_slice())
            .bind(kind.as_str())
            .bind(now.0)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(device).collect()
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
        let keep = keep.as_ref().map(|id| id.as_bytes().as_slice());
        let revoked: Vec<Vec<u8>> = sqlx::query_scalar(REVOKE_OTHERS)
            .bind(user.as_bytes().as_slice())
            .bind(keep)
            .fetch_all(&self.writer)
            .await?;
        revoked.iter().map(|id| device_id(id)).collect()
    }
}
