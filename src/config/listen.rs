//! Section "Listen": where the server is reached.

use std::time::Duration;

use super::address::{Address, PublicUrl};
use super::error::ConfigError;
use super::layers::{Given, Values};
use crate::domain::address_range::AddressRange;

/// Where the server is reached.
#[derive(Debug, Clone)]
pub struct ListenConfig {
    /// Address and port of the server.
    pub listen: Address,
    /// Where people reach it, if not there: for links, allowed origins and `Secure` cookies.
    pub public_url: Option<PublicUrl>,
    /// Threads that serve connections, at least one.
    pub workers: usize,
    /// Live connections that may be open at once.
    pub max_connections: usize,
    /// How long a stopping server waits for its connections.
    pub shutdown: Duration,
    /// How long a client may take to send the head of a request.
    pub header_timeout: Duration,
    /// How long a client may take to send the body of a request.
    pub body_timeout: Duration,
    /// How long an HTTP connection without a request stays open.
    pub keep_alive: Duration,
    /// Who is believed when it says for whom it asks.
    pub trusted_proxies: Vec<AddressRange>,
}

impl ListenConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let listen = values.required("listen");
        let public_url = values.optional("public_url");
        Ok(Self {
            listen: Address::parse(&listen.text).ok_or_else(|| listen.plainly_bad())?,
            public_url: public_url
                .map(|url| PublicUrl::parse(&url.text).ok_or_else(|| url.plainly_bad()))
                .transpose()?,
            workers: values.number("workers")?,
            max_connections: values.number("max_connections")?,
            shutdown: Duration::from_secs(values.number("shutdown_seconds")?),
            header_timeout: Duration::from_secs(values.number("header_timeout_seconds")?),
            body_timeout: Duration::from_secs(values.number("body_timeout_seconds")?),
            keep_alive: Duration::from_secs(values.number("keep_alive_seconds")?),
            trusted_proxies: values.optional("trusted_proxies").map_or(Ok(Vec::new()), ranges)?,
        })
    }
}

fn ranges(given: &Given) -> Result<Vec<AddressRange>, ConfigError> {
    let parts = given.text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| AddressRange::parse(part).ok_or_else(|| given.bad(format!("{part:?} is none")))).collect()
}
