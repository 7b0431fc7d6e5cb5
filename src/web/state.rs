//! What handlers hold: one per worker thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::admin::Admin;
use crate::auth::Auth;
use crate::chat::Chat;
use crate::config::PublicUrl;
use crate::domain::clock::Clock;
use crate::push::Push;
use crate::storage::SharedStore;
use crate::telemetry::metrics::Metrics;
use crate::tls::ServerTls;

use super::middleware::rate_limits::RequestRates;
use super::search::Searcher;
use super::views::render::Renderer;

/// Everything a handler may need.
pub struct WebState {
    /// Who somebody is.
    pub auth: Arc<Auth>,
    /// The chat; this thread's own clone.
    pub chat: Chat,
    /// What those who run the server can do.
    pub admin: Admin,
    /// Notifications.
    pub push: Push,
    /// The database, for lists that the chat does not hold.
    pub store: SharedStore,
    /// Searches in it.
    pub searcher: Arc<Searcher>,
    /// Templates and Markdown.
    pub renderer: Arc<Renderer>,
    /// Where the time comes from.
    pub clock: Clock,
    /// Counters.
    pub metrics: Metrics,
    /// How many requests one address may make.
    pub request_rates: RequestRates,
    /// How long the body of a request may take; zero is for ever.
    pub body_timeout: Duration,
    /// The certificate, if TLS is spoken.
    pub tls: Option<Arc<ServerTls>>,
    /// Where people reach the server, if a setting says so.
    pub public_url: Option<PublicUrl>,
    /// True once the server is on its way out.
    pub draining: Draining,
}

/// Whether the server is on its way out. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// From now on it is.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it is.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
