//! Who asks, for requests of HTTP: reads what `auth::forwarded` decides from. Whoever wants to know an address, or whether
//! a browser came over TLS, asks here and never the socket.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{
    FORWARDED, HOST, HeaderMap, HeaderName, X_FORWARDED_FOR, X_FORWARDED_HOST, X_FORWARDED_PROTO,
};

use crate::auth::forwarded::{Caller, Doorway, Said};

/// Who sent this request.
#[must_use]
pub fn caller(request: &HttpRequest) -> Caller {
    let peer = request.peer_addr().map(|peer| peer.ip());
    match request.app_data::<Arc<Doorway>>() {
        // Where nobody is trusted, nobody needs to be heard.
        Some(doorway) if doorway.trusted.is_empty() => doorway.caller(peer, &Said::default()),
        Some(doorway) => doorway.caller(peer, &said(request.headers())),
        None => Doorway::default().caller(peer, &Said::default()),
    }
}

/// True when a trusted proxy passes on two accounts of who asks that differ: such a request is refused.
#[must_use]
pub fn is_contradicted(request: &HttpRequest) -> bool {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let doorway = request.app_data::<Arc<Doorway>>().filter(|doorway| !doorway.trusted.is_empty());
    doorway.is_some_and(|doorway| doorway.is_contradicted(peer, &said(request.headers())))
}

/// The host under which the client knows the server, with its port. HTTP/1.0 may leave it out.
#[must_use]
pub fn host<'a>(request: &'a HttpRequest, caller: &'a Caller) -> Option<&'a str> {
    let own = || request.headers().get(HOST).map_or_else(|| request.uri().host(), |host| host.to_str().ok());
    caller.host.as_deref().or_else(own)
}

fn said(headers: &HeaderMap) -> Said<'_> {
    // One that is no text is no address either, and must not let those before it pass for the nearest.
    let values = |name: HeaderName| headers.get_all(name).map(|value| value.to_str().unwrap_or("unreadable")).collect();
    Said {
        x_for: values(X_FORWARDED_FOR),
        x_proto: values(X_FORWARDED_PROTO),
        x_host: values(X_FORWARDED_HOST),
        forwarded: values(FORWARDED),
    }
}
