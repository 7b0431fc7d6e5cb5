//! What happens around every request, one concern per file. `routes` says in which order.

pub mod access_log;
pub mod errors;
pub mod idempotency;
pub mod one_host;
pub mod rate_limits;
pub mod request_id;
pub mod same_origin;
pub mod security_headers;
pub mod slow_bodies;
pub mod to_the_end;
pub mod uncompressed;

/// Paths that programs call: what goes wrong there is told in JSON, everywhere else on a page.
#[must_use]
pub fn is_for_programs(path: &str) -> bool {
    const EXACT: [&str; 5] = ["/api", "/ws", "/healthz", "/readyz", "/metrics"];
    EXACT.contains(&path) || path.starts_with("/api/") || path.starts_with("/ws/")
}
