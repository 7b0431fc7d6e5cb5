//! How accounts prove who they are beside their password: second factors, recovery codes, links to choose a new password,
//! and the word of other systems.

use async_trait::async_trait;

use super::StorageResult;
use super::devices::SecretHash;
use super::users::Account;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{DeviceId, UserId};

/// What became of an account for somebody whom another system vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedIdentity {
    /// It is there.
    Done,
    /// The name, or one that looks like it, is taken.
    NameTaken,
    /// Somebody else has just made it.
    KnownAlready,
}

/// An account whose password was chosen anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// The account.
    pub account: Account,
    /// The logins that ended by it: all of them.
    pub ended: Vec<DeviceId>,
}

/// Proofs of identity.
#[async_trait]
pub trait Credentials {
    /// The shared secret of the second factor, if the account has one.
    async fn second_factor(&self, user: UserId) -> StorageResult<Option<Vec<u8>>>;

    /// Sets the second factor, the last step that was used of it, and its recovery codes.
    async fn set_second_factor(
        &self,
        user: UserId,
        secret: &[u8],
        step: i64,
        recovery: &[SecretHash],
    ) -> StorageResult<()>;

    /// Takes the second factor away, with its recovery codes; `false` when there was none.
    async fn remove_second_factor(&self, user: UserId) -> StorageResult<bool>;

    /// Uses a step; `false` when this one or a later one was used before. Of two who use it at once, one gets it.
    async fn take_step(&self, user: UserId, step: i64) -> StorageResult<bool>;

    /// Uses a recovery code; `false` when there is none like it. Of two who use it at once, one gets it.
    async fn take_recovery_code(&self, user: UserId, code: &SecretHash) -> StorageResult<bool>;

    /// Sets other recovery codes.
    async fn set_recovery_codes(&self, user: UserId, codes: &[SecretHash]) -> StorageResult<()>;

    /// How many recovery codes there are still.
    async fn recovery_codes_left(&self, user: UserId) -> StorageResult<u64>;

    /// Adds a link to choose a new password; those before it are good no more.
    async fn add_reset_link(&self, user: UserId, link: &SecretHash, expires_at: Timestamp) -> StorageResult<()>;

    /// The account of a link that may still be used.
    async fn reset_link(&self, link: &SecretHash, now: Timestamp) -> StorageResult<Option<Account>>;

    /// Uses a link: sets the password and ends every login, in one transaction. `None` when it is good no more; of two
    /// who use it at once, one does.
    async fn use_reset_link(
        &self,
        link: &SecretHash,
        password_hash: &str,
        now: Timestamp,
    ) -> StorageResult<Option<Reset>>;

    /// Whom this issuer calls so, if we know them.
    async fn identity(&self, issuer: &str, subject: &str) -> StorageResult<Option<Account>>;

    /// Makes an account without a password for whom this issuer calls so.
    async fn add_identity(&self, account: &Account, issuer: &str, subject: &str) -> StorageResult<AddedIdentity>;

    /// Notes that this issuer calls an account so that is there already; `false` when it calls another one so.
    async fn connect_identity(&self, user: UserId, issuer: &str, subject: &str, now: Timestamp) -> StorageResult<bool>;

    /// Who vouches for the account.
    async fn issuers(&self, user: UserId) -> StorageResult<Vec<String>>;

    /// Forgets what this issuer calls the account; `false` when it called it nothing.
    async fn disconnect_identity(&self, user: UserId, issuer: &str) -> StorageResult<bool>;
}
