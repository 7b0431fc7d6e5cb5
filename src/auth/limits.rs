//! How much each may do: the settings of the program, and over them what was decided on a page since. It changes while the
//! server runs; whoever holds a receiver sees it at once.

use tokio::sync::watch;

use super::Auth;
use crate::config::LimitsConfig;
use crate::storage::settings::{
    LOGIN_TRIES_PER_MINUTE, MESSAGE_BURST, MESSAGE_RATE, REQUEST_BURST, REQUESTS_PER_SECOND, SIGN_INS_PER_MINUTE,
};
use crate::storage::{SharedStore, StorageError};

/// What was decided goes before what the program was started with. Whether there are limits at all is for the start.
pub(super) async fn read_limits(store: &SharedStore, started: &LimitsConfig) -> Result<LimitsConfig, StorageError> {
    let mut limits = started.clone();
    for (key, limit) in [
        (MESSAGE_RATE, &mut limits.message_rate),
        (MESSAGE_BURST, &mut limits.message_burst),
        (REQUESTS_PER_SECOND, &mut limits.requests_per_second),
        (REQUEST_BURST, &mut limits.request_burst),
        (SIGN_INS_PER_MINUTE, &mut limits.sign_ins_per_minute),
        (LOGIN_TRIES_PER_MINUTE, &mut limits.login_tries_per_minute),
    ] {
        if let Some(decided) = store.setting(key).await?.and_then(|text| text.parse().ok()) {
            *limit = decided;
        }
    }
    Ok(limits)
}

impl Auth {
    /// Follows how much each may do.
    #[must_use]
    pub fn follow_limits(&self) -> watch::Receiver<LimitsConfig> {
        self.limits.subscribe()
    }

    /// The limits that the program was started with.
    #[must_use]
    pub fn started_limits(&self) -> &LimitsConfig {
        &self.started_limits
    }
}
