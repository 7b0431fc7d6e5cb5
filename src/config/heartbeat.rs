//! Section "Heartbeat": how dead connections are found.

use std::time::Duration;

use super::error::ConfigError;
use super::layers::Values;

/// How dead connections are found.
#[derive(Debug, Clone, Copy)]
pub struct HeartbeatConfig {
    /// How often a silent connection is asked whether it is alive.
    pub interval: Duration,
    /// After how much silence it is cut off; longer than `interval`.
    pub timeout: Duration,
}

impl HeartbeatConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let interval = values.number("heartbeat_seconds")?;
        let timeout = values.number("heartbeat_timeout_seconds")?;
        if timeout <= interval {
            // The one that was set is the one to change; the timeout, if both were.
            let timeout_given = values.required("heartbeat_timeout_seconds");
            let interval_given = values.required("heartbeat_seconds");
            return Err(if timeout_given.origin == super::error::Origin::Default {
                interval_given.bad(format!("heartbeat_timeout_seconds is {timeout} and must be more"))
            } else {
                timeout_given.bad(format!("heartbeat_seconds is {interval} and must be less"))
            });
        }
        Ok(Self { interval: Duration::from_secs(interval), timeout: Duration::from_secs(timeout) })
    }
}
