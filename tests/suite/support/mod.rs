//! What the tests stand on: a server of their own, and clients for it. Tests wait for answers and events, never for
//! time to pass.

#[cfg(feature = "acme")]
pub mod authority;
pub mod chrome;
pub mod events;
pub mod handbook;
pub mod http;
pub mod plain;
pub mod program;
#[cfg(feature = "oidc")]
pub mod provider;
pub mod proxy;
pub mod push_service;
pub mod raw;
pub mod routes;
pub mod saboteur;
pub mod schema;
pub mod server;
pub mod socket;
pub mod tls;
pub mod tmux;
pub mod wire;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

pub use chrome::{Chrome, Look, Window};
pub use events::Events;
pub use http::{Api, Browser, PASSWORD, Page};
pub use plain::Terminal;
pub use program::Program;
pub use proxy::Proxy;
pub use saboteur::Saboteur;
pub use server::TestServer;
pub use socket::Client;

/// How long anything may take before a test gives up. Long, because the machine may be busy; nothing waits this long
/// when all is well.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Something with an address to connect to: a server in a thread, or the real program.
pub trait Place {
    /// Where it listens.
    fn address(&self) -> SocketAddr;
}

/// Waits for something, but not for ever.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(PATIENCE, future).await;
    outcome.unwrap_or_else(|_| panic!("{what} did not happen within {PATIENCE:?}"))
}

/// Asks again until the answer is yes; for things that have no event to wait for.
pub async fn until<F, Fut>(what: &str, mut ask: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = bool>,
{
    within(what, async {
        while !ask().await {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
