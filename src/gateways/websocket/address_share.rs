//! How many connections of HTTP one address may have. A WebSocket leaves HTTP and its place here, and has one of its own.

use std::sync::Arc;

use actix_web::rt::net::TcpStream;
use socket2::SockRef;

use crate::auth::forwarded::Doorway;
use crate::domain::clock::Clock;
use crate::gateways::admission::{Admission, Permit};
use crate::protocol::error_code::Problem;

/// Gives places to connections, before TLS and before anything is read. Cheap to clone; all threads count together.
#[derive(Clone)]
pub struct AddressShare {
    /// Counts.
    pub admission: Arc<Admission>,
    /// Behind whom many come from one address.
    pub doorway: Arc<Doorway>,
    /// Where the time comes from.
    pub clock: Clock,
}

impl AddressShare {
    /// The place of this connection; `None` for a proxy that is trusted, and for whoever is gone already.
    ///
    /// # Errors
    /// `rate_limited`: its address has too many. It was told so, if nothing hides what is said.
    pub(super) fn enter(&self, stream: &TcpStream) -> Result<Option<Permit>, Problem> {
        let address = stream.peer_addr().ok().map(|peer| peer.ip());
        let Some(address) = address.filter(|address| !self.doorway.trusts(*address)) else { return Ok(None) };
        self.admission.connection(address, self.clock.now()).map(Some).inspect_err(|problem| {
            if !self.doorway.is_tls {
                // As far as it goes: nobody is waited for here.
                let _ = SockRef::from(stream).send(refusal(problem).as_bytes());
            }
        })
    }
}

/// The whole answer to whatever was going to be asked, as all refusals are (RFC 9457).
fn refusal(problem: &Problem) -> String {
    let body = problem.document().to_string();
    format!(
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nConnection: close\r\n\
         Content-Type: application/problem+json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
