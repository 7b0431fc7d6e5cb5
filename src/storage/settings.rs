//! Values the server keeps for itself: its name, its secret.

use async_trait::async_trait;

use super::StorageResult;

/// The name people see on top of every page.
pub const SERVER_NAME: &str = "server_name";
/// The key under which guests' tokens are signed; made once.
pub const SECRET: &str = "secret";

/// The key pair of Web Push; made once. Subscriptions are bound to it.
pub const VAPID_KEY: &str = "vapid_key";

/// What guests may do, where it was decided on a page: it goes before the setting of the program.
pub const GUESTS: &str = "guests";
/// The same for registration.
pub const REGISTRATION: &str = "registration";
/// For how many hours an account counts as new.
pub const QUARANTINE_HOURS: &str = "quarantine_hours";
/// Days after which messages go, in rooms that say nothing else: it goes before the setting of the program.
pub const RETENTION_DAYS: &str = "retention_days";
/// A line that everybody reads on top of the list of rooms; empty for none.
pub const MESSAGE_OF_THE_DAY: &str = "message_of_the_day";
/// The accent colour of the pages, as `#rrggbb`; empty for the built-in one.
pub const ACCENT: &str = "accent";

/// Limits that were decided on a page, under the names of the settings of the program.
pub const MESSAGE_RATE: &str = "message_rate";
/// See [`MESSAGE_RATE`].
pub const MESSAGE_BURST: &str = "message_burst";
/// See [`MESSAGE_RATE`].
pub const REQUESTS_PER_SECOND: &str = "requests_per_second";
/// See [`MESSAGE_RATE`].
pub const REQUEST_BURST: &str = "request_burst";
/// See [`MESSAGE_RATE`].
pub const SIGN_INS_PER_MINUTE: &str = "sign_ins_per_minute";
/// See [`MESSAGE_RATE`].
pub const LOGIN_TRIES_PER_MINUTE: &str = "login_tries_per_minute";

/// Values by key.
#[async_trait]
pub trait Settings {
    /// The value, if there is one.
    async fn setting(&self, key: &str) -> StorageResult<Option<String>>;

    /// Sets it.
    async fn set_setting(&self, key: &str, value: &str) -> StorageResult<()>;

    /// Sets it if there is none, and answers with the one that is there now.
    async fn setting_or_insert(&self, key: &str, value: &str) -> StorageResult<String>;
}
