//! How many connections of HTTP one address may have. A WebSocket leaves HTTP and its place here, and has one of its own.

use std::sync::Arc;

use actix_web::rt::net::TcpStream;
use socket2::SockRef;

use crate::auth::forwarded::Doorway;
use crate::domain::clock::Clock;
use crate::gateways::admission::{Admission, Permit};
use crate::protocol::error_code::Problem;

/// What somebody hears who has too many, where it can be said: without TLS.
const TOO_MANY_OPEN: &[u8] = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nConnection: close\r\n\
    Content-Type: text/plain\r\nContent-Length: 55\r\n\r\ntoo many connections are open from this address; close\n";

/// Gives places to connections, before TLS and before anything is read. Cheap to clone; all threads count together.
#[derive(Clone)]
pub struct Lines {
    /// Counts.
    pub admission: Arc<Admission>,
    /// Behind whom many come from one address.
    pub doorway: Arc<Doorway>,
    /// Where the time comes from.
    pub clock: Clock,
}

impl Lines {
    /// The place of this connection; `None` for a proxy that is trusted, and for whoever is gone already.
    ///
    /// # Errors
    /// `rate_limited`: its address has too many. It was told so, if nothing hides what is said.
    pub(super) fn enter(&self, stream: &TcpStream) -> Result<Option<Permit>, Problem> {
        let address = stream.peer_addr().ok().map(|peer| peer.ip());
        let Some(address) = address.filter(|address| !self.doorway.trusts(*address)) else { return Ok(None) };
        self.admission.connection(address, self.clock.now()).map(Some).inspect_err(|_| {
            if !self.doorway.is_tls {
                // As far as it goes: nobody is waited for here.
                let _ = SockRef::from(stream).send(TOO_MANY_OPEN);
            }
        })
    }
}
