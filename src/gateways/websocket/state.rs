//! What this door holds on each worker thread.

use std::rc::Rc;

use crate::config::Config;
use crate::gateways::stream::Hall;

/// What handshakes and connections need beside what all doors share.
pub struct WebsocketState {
    /// What all doors of this thread share.
    pub hall: Rc<Hall>,
    /// Longest message of `/ws/echo`.
    pub echo_max_bytes: usize,
    /// The origin under which people reach the server, where a proxy stands before it.
    pub public_origin: Option<String>,
}

impl WebsocketState {
    /// As the settings say.
    #[must_use]
    pub fn new(config: &Config, hall: Rc<Hall>) -> Self {
        Self {
            hall,
            echo_max_bytes: config.limits.echo_max_bytes,
            public_origin: config.listen.public_url.as_ref().map(|url| url.origin().to_owned()),
        }
    }
}
