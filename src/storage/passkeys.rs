//! Passkeys: public keys of people's devices.

use async_trait::async_trait;

use super::StorageResult;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;

/// One passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPasskey {
    /// As the device calls it; 1 to 1023 bytes (Web Authentication, section 4).
    pub credential: Vec<u8>,
    /// Whose it is.
    pub user: UserId,
    /// What its owner calls it.
    pub label: String,
    /// The key and its counter, as `auth` writes them.
    pub key: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last logged in with it.
    pub used_at: Option<Timestamp>,
}

/// Passkeys.
#[async_trait]
pub trait Passkeys {
    /// Adds one; `false` when there is one of this name already, or `most` of the account.
    async fn add_passkey(&self, passkey: &StoredPasskey, most: u32) -> StorageResult<bool>;

    /// Those of an account, the oldest first.
    async fn passkeys(&self, user: UserId) -> StorageResult<Vec<StoredPasskey>>;

    /// Notes a login: the key as it is now, if it is still as it was `before`. `false` when it is not, or is gone: of two
    /// who use the same state of a counter, one gets it.
    async fn use_passkey(&self, passkey: &StoredPasskey, before: &str, now: Timestamp) -> StorageResult<bool>;

    /// Takes one away from this account; `false` when it has none of this name.
    async fn remove_passkey(&self, user: UserId, credential: &[u8]) -> StorageResult<bool>;
}
