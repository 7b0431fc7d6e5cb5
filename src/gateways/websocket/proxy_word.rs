//! The word of a proxy that asks for logins itself; used by pages and REST too.

use actix_web::HttpRequest;

use crate::auth::{Auth, AuthError};
use crate::domain::person::Person;

/// Whom a proxy names that is believed. The other end of the connection itself counts: what a request says of where it
/// comes from could be said by anybody.
///
/// # Errors
/// When whom it names is not let in.
pub async fn named_by_proxy(request: &HttpRequest, auth: &Auth) -> Result<Option<Person>, AuthError> {
    let Some(peer) = request.peer_addr() else { return Ok(None) };
    let Some(header) = auth.header_believed_from(peer.ip()) else { return Ok(None) };
    // Twice the same header is a forged one beside the proxy's own, in whatever order.
    let mut values = request.headers().get_all(header);
    let (Some(value), None) = (values.next(), values.next()) else { return Ok(None) };
    match std::str::from_utf8(value.as_bytes()).map(str::trim) {
        Ok(name) if !name.is_empty() => auth.named_by_proxy(name).await.map(Some),
        _ => Ok(None),
    }
}
