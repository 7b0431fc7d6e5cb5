//! TLS (RFC 8446) by rustls with ring: the server's certificate, streams under TLS, and whom a client trusts.
//!
//! [`ServerTls`] holds the certificate and takes a new one from the same files without a restart. [`Stream`] is a
//! connection with or without TLS for whoever reads and writes in a task; [`Records`] is what stands above a socket for
//! whoever asks the system directly and takes no for an answer. Nothing here knows HTTP or WebSocket.

#[cfg(feature = "acme")]
pub mod acme;
pub mod certificate;
pub mod error;
mod expiry;
pub mod secured;
mod self_signed;
pub mod server;
pub mod stream;
pub mod trust;

pub use error::TlsError;
pub use secured::Records;
pub use server::ServerTls;
pub use stream::Stream;
