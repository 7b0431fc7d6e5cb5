//! Answers to POST requests that carried an `Idempotency-Key`, so that a repeated one gets the first answer again.

use async_trait::async_trait;

use super::StorageResult;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// Never seen; it is now claimed by the caller, who has to call `finish_request` or `release_key`.
    Claimed,
    /// Another request with this key is under way.
    UnderWay,
    /// The key was used for another request.
    OtherRequest,
    /// It was answered before.
    Answered {
        /// HTTP status.
        status: u16,
        /// JSON body.
        body: String,
    },
}

/// Answers by account and key.
#[async_trait]
pub trait Idempotency {
    /// Claims a key for a request with this fingerprint (SHA-256 of method, path and body).
    async fn claim_key(
        &self,
        user: UserId,
        key: &str,
        fingerprint: &[u8; 32],
        now: Timestamp,
    ) -> StorageResult<KeyState>;

    /// Keeps the answer.
    async fn finish_request(&self, user: UserId, key: &str, status: u16, body: &str) -> StorageResult<()>;

    /// Gives a claimed key back, when the request failed and may be tried again.
    async fn release_key(&self, user: UserId, key: &str) -> StorageResult<()>;

    /// Forgets keys from before `older_than`; answers how many.
    async fn prune_keys(&self, older_than: Timestamp) -> StorageResult<u64>;
}
