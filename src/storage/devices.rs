//! Devices: logins by cookie and by token. Only the SHA-256 of a secret is kept.

use async_trait::async_trait;

use super::StorageResult;
use super::users::Account;
use crate::domain::clock::Timestamp;
use crate::domain::device::{Device, DeviceKind};
use crate::domain::ids::{DeviceId, UserId};

/// SHA-256 of the secret that a cookie or token carries.
pub type SecretHash = [u8; 32];

/// Logins.
#[async_trait]
pub trait Devices {
    /// Adds a login; `expires_at` is when it ends by itself. For a token it is when its grant ends.
    async fn add_device(
        &self,
        device: &Device,
        secret: &SecretHash,
        expires_at: Option<Timestamp>,
    ) -> StorageResult<()>;

    /// The login with this secret and its account, unless it has expired.
    async fn device_by_secret(&self, secret: &SecretHash, now: Timestamp) -> StorageResult<Option<(Device, Account)>>;

    /// Notes that it was used, and until when it lives from now on; without a time, as long as before. A login whose grant
    /// has an end keeps that end.
    async fn touch_device(&self, id: DeviceId, used_at: Timestamp, expires_at: Option<Timestamp>) -> StorageResult<()>;

    /// The logins of an account of one kind, the last used first, without expired ones.
    async fn devices(&self, user: UserId, kind: DeviceKind, now: Timestamp) -> StorageResult<Vec<Device>>;

    /// The tokens of everybody, the newest first, from after the one called `after` (all, with `None`), without expired ones.
    async fn tokens(
        &self,
        now: Timestamp,
        after: Option<DeviceId>,
        limit: usize,
    ) -> StorageResult<Vec<(Device, Account)>>;

    /// The token with this id, and whose it is.
    async fn token(&self, id: DeviceId) -> StorageResult<Option<(Device, Account)>>;

    /// Ends a login of this account; `false` when it has no such login.
    async fn revoke_device(&self, user: UserId, id: DeviceId) -> StorageResult<bool>;

    /// Ends every login by cookie of this account but one; answers with those that were ended.
    async fn revoke_other_devices(&self, user: UserId, keep: Option<DeviceId>) -> StorageResult<Vec<DeviceId>>;

    /// Ends every token of this account but one; answers with those that were ended.
    async fn revoke_other_tokens(&self, user: UserId, keep: Option<DeviceId>) -> StorageResult<Vec<DeviceId>>;
}
