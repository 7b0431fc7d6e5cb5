//! Section "Limits": how much each may do. Limits that nobody can change stand in `domain::limits`.

use std::time::Duration;

use super::error::ConfigError;
use super::layers::Values;
use crate::domain::token_bucket::Rate;

/// How much each may do.
#[derive(Debug, Clone)]
pub struct LimitsConfig {
    /// Whether senders who are too quick are held back.
    pub rate_limits: bool,
    /// Messages one account, or one connection of a guest, may send each second, in the long run.
    pub message_rate: u32,
    /// Messages one account, or one connection of a guest, may send at once.
    pub message_burst: u32,
    /// Live connections that may be open from one address.
    pub connections_per_address: u32,
    /// Live connections that one address may open each second, in the long run.
    pub handshakes_per_second: u32,
    /// Live connections that one address may open at once.
    pub handshake_burst: u32,
    /// Requests of one address each second, in the long run.
    pub requests_per_second: u32,
    /// Requests of one address at once.
    pub request_burst: u32,
    /// Logins, registrations and guests of one address each minute, right or wrong.
    pub sign_ins_per_minute: u32,
    /// Wrong passwords for one account from one address, each minute.
    pub login_tries_per_minute: u32,
    /// Passwords hashed at the same time.
    pub hash_concurrency: usize,
    /// Longest message that `/ws/echo` sends back, in bytes.
    pub echo_max_bytes: usize,
    /// Bytes that may wait for one connection.
    pub outbox_bytes: usize,
    /// How long a room that nobody is in stays in memory.
    pub room_idle: Duration,
}

impl LimitsConfig {
    /// How often one account, or one connection of a guest, may send messages; `None` when nothing is limited.
    #[must_use]
    pub fn messages(&self) -> Option<Rate> {
        let rate = Rate { per_second: f64::from(self.message_rate), burst: f64::from(self.message_burst) };
        self.rate_limits.then_some(rate)
    }

    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let room_idle_minutes: u64 = values.number("room_idle_minutes")?;
        Ok(Self {
            rate_limits: values.required("rate_limits").choice(&[("on", true), ("off", false)])?,
            message_rate: values.number("message_rate")?,
            message_burst: values.number("message_burst")?,
            connections_per_address: values.number("connections_per_address")?,
            handshakes_per_second: values.number("handshakes_per_second")?,
            handshake_burst: values.number("handshake_burst")?,
            requests_per_second: values.number("requests_per_second")?,
            request_burst: values.number("request_burst")?,
            sign_ins_per_minute: values.number("sign_ins_per_minute")?,
            login_tries_per_minute: values.number("login_tries_per_minute")?,
            hash_concurrency: values.number("hash_concurrency")?,
            echo_max_bytes: values.number("echo_max_bytes")?,
            outbox_bytes: values.number("outbox_bytes")?,
            room_idle: Duration::from_secs(room_idle_minutes * 60),
        })
    }
}
