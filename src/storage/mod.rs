//! Where everything durable lives: a trait per aggregate, and below it one folder per database.
//!
//! `auth`, `chat` and `web` hold a [`Store`] and know nothing of SQL; no type of the driver leaves this module.
//! "Not there" is `Ok(None)`; an error means that the database did not do what was asked.
//!
//! **How to add a table:** a migration with the same number in `migrations/sqlite` (and `migrations/postgres` when it
//! is there), a trait here, its implementation in `sqlite/`, and its story in `tests/suite/storage/`.

pub mod archive;
pub mod audit;
pub mod backup;
pub mod credentials;
pub mod devices;
pub mod error;
pub mod events;
pub mod idempotency;
pub mod invites;
pub mod order;
pub mod passkeys;
pub mod profiles;
pub mod push;
pub mod removal;
pub mod reports;
pub mod retention;
pub mod rooms;
pub mod search;
pub mod settings;
pub mod sizes;
pub mod sqlite;
pub mod users;

use std::sync::Arc;

use async_trait::async_trait;

pub use audit::Audit;
pub use backup::{BackupError, Backups};
pub use credentials::Credentials;
pub use devices::Devices;
pub use error::{OpenError, StorageError};
pub use events::Events;
pub use idempotency::Idempotency;
pub use invites::Invites;
pub use order::Order;
pub use passkeys::Passkeys;
pub use profiles::Profiles;
pub use push::PushSubscriptions;
pub use removal::Removal;
pub use reports::Reports;
pub use retention::Retention;
pub use rooms::Rooms;
pub use search::Search;
pub use settings::Settings;
pub use sizes::{Measured, Sizes};
pub use users::Users;

/// One database with everything in it.
#[async_trait]
pub trait Store:
    Users
    + Devices
    + Credentials
    + Invites
    + Rooms
    + Events
    + Search
    + Settings
    + Idempotency
    + Profiles
    + Passkeys
    + PushSubscriptions
    + Order
    + Audit
    + Reports
    + Backups
    + Retention
    + Removal
    + archive::Exports
    + Measured
    + Send
    + Sync
{
    /// Asks the database for a sign of life; for `/readyz`.
    ///
    /// # Errors
    /// When it does not answer.
    async fn ping(&self) -> Result<(), StorageError>;

    /// How large it is, in bytes.
    ///
    /// # Errors
    /// When it does not answer.
    async fn bytes(&self) -> Result<u64, StorageError>;

    /// Closes it in order: what is in the write-ahead log goes into the file.
    async fn close(&self);
}

/// The database as everybody holds it.
pub type SharedStore = Arc<dyn Store>;

/// What a storage method answers.
pub type StorageResult<T> = Result<T, StorageError>;
