//! Accounts.

use async_trait::async_trait;

use super::StorageResult;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::name::{NameKey, UserName};
use crate::domain::person::SiteRole;

/// One account. The password hash is asked for on its own and never travels with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: UserId,
    /// Its name.
    pub name: UserName,
    /// What it may do on the server.
    pub site_role: SiteRole,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a new account is made of.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The account.
    pub account: Account,
    /// Argon2id in PHC format.
    pub password_hash: String,
    /// The invite that is used up by it, if one is.
    pub invite: Option<String>,
}

/// What became of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// It is there.
    Done,
    /// The name, or one that looks like it, is taken.
    NameTaken,
    /// The invite has expired, was revoked or was used up in the meantime.
    InviteUsedUp,
    /// `only_if_first` was asked for, and there is an account already.
    NotFirst,
}

/// Accounts.
#[async_trait]
pub trait Users {
    /// Adds an account, counting its invite in the same transaction. With `only_if_first` it must be the first one:
    /// two people who finish set-up at the same moment do not both become the owner.
    async fn add_user(&self, new: &NewAccount, only_if_first: bool, now: Timestamp) -> StorageResult<Registered>;

    /// The account with this id.
    async fn user(&self, id: UserId) -> StorageResult<Option<Account>>;

    /// The account whose name has this key.
    async fn user_by_name(&self, key: &NameKey) -> StorageResult<Option<Account>>;

    /// The account whose name has this key, with its password hash.
    async fn credentials(&self, key: &NameKey) -> StorageResult<Option<(Account, String)>>;

    /// Every account, by name, from after `after` on, at most `limit`.
    async fn users(&self, after: Option<&NameKey>, limit: usize) -> StorageResult<Vec<Account>>;

    /// How many accounts there are.
    async fn count_users(&self) -> StorageResult<u64>;

    /// Gives an account another name; `false` when it is taken by somebody else.
    async fn rename_user(&self, id: UserId, name: &UserName) -> StorageResult<bool>;

    /// Gives an account another password.
    async fn set_password(&self, id: UserId, password_hash: &str) -> StorageResult<()>;
}
