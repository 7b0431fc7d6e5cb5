//! One request to a push service, and its status. No redirect is followed, little is read, and nothing is connected to but
//! the addresses that were looked at.
//!
//! Written by hand, because all that is needed is one POST and three digits: an HTTP client would bring a pool, redirects and
//! a resolver of its own, each of which the guard would have to hold in check.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use derive_more::{Display, Error, From};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::endpoint::{Endpoint, Reach};

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Addresses of one name that are tried.
const TRIES: usize = 3;
/// Most that is read of an answer.
const ANSWER: usize = 4096;

/// Why there is no status.
#[derive(Debug, Display, Error, From)]
pub enum PostError {
    /// No address behind the name may be reached.
    #[display("the address leads into a private network")]
    Private,
    /// The name, the connection or TLS failed.
    #[display("{_0}")]
    Io(std::io::Error),
    /// It took too long.
    #[display("no answer within {} seconds", PATIENCE.as_secs())]
    TooSlow,
    /// It is no HTTP.
    #[display("the answer is no HTTP")]
    NotHttp,
}

/// Posts.
#[derive(Clone)]
pub struct Poster {
    tls: TlsConnector,
    reach: Reach,
}

/// What is posted.
pub struct Request<'a> {
    /// Where.
    pub endpoint: &'a Endpoint,
    /// Who sends it, as the service wants to know.
    pub authorization: String,
    /// Of several with the same one only the last is kept for a browser that is off.
    pub topic: Option<&'a str>,
    /// Seconds to keep it for a browser that is off.
    pub ttl: u32,
    /// Encrypted.
    pub body: &'a [u8],
}

impl Poster {
    /// One that trusts what browsers trust.
    pub fn new(reach: Reach) -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has the suites of every version that rustls takes for safe")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { tls: TlsConnector::from(Arc::new(config)), reach }
    }

    /// Posts, and answers with the status.
    pub async fn post(&self, request: Request<'_>) -> Result<u16, PostError> {
        tokio::time::timeout(PATIENCE, self.exchange(request)).await.unwrap_or(Err(PostError::TooSlow))
    }

    async fn exchange(&self, request: Request<'_>) -> Result<u16, PostError> {
        let endpoint = request.endpoint;
        let addresses = endpoint.addresses(self.reach).await?;
        let socket = connect(&addresses).await?;
        if !endpoint.is_secure() {
            return converse(socket, &request).await;
        }
        let name = endpoint.service().trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(name).map_err(std::io::Error::other)?;
        converse(self.tls.connect(name, socket).await?, &request).await
    }
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, PostError> {
    let mut failed = PostError::Private;
    for address in addresses.iter().take(TRIES) {
        match TcpStream::connect(address).await {
            Ok(socket) => return Ok(socket),
            Err(error) => failed = error.into(),
        }
    }
    Err(failed)
}

/// A request of HTTP/1.1 (RFC 9112) on a connection of its own.
async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &Request<'_>) -> Result<u16, PostError> {
    let mut message = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nUser-Agent: Parlor/{}\r\nTTL: {}\r\nUrgency: high\r\n\
         Content-Encoding: aes128gcm\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\nAuthorization: {}\r\n",
        request.endpoint.target(),
        request.endpoint.authority(),
        env!("CARGO_PKG_VERSION"),
        request.ttl,
        request.body.len(),
        request.authorization,
    );
    if let Some(topic) = request.topic {
        // Writing into a String cannot fail.
        let _ = write!(message, "Topic: {topic}\r\n");
    }
    message.push_str("\r\n");
    let mut message = message.into_bytes();
    message.extend_from_slice(request.body);
    stream.write_all(&message).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    loop {
        let mut part = [0; 1024];
        let read = stream.read(&mut part).await?;
        answer.extend_from_slice(&part[..read]);
        match status(&answer) {
            Some(Ok(status)) => return Ok(status),
            Some(Err(())) => return Err(PostError::NotHttp),
            None if read == 0 || answer.len() > ANSWER => return Err(PostError::NotHttp),
            None => {}
        }
    }
}

/// The status of an answer, once its first line is there; what only says to go on waiting (1xx) is passed over.
fn status(answer: &[u8]) -> Option<Result<u16, ()>> {
    let end = answer.windows(2).position(|pair| pair == b"\r\n")?;
    let line = std::str::from_utf8(&answer[..end]).unwrap_or_default();
    let digits = line.strip_prefix("HTTP/1.").and_then(|rest| rest.get(1..)?.strip_prefix(' ')?.get(..3));
    let Some(status) = digits.and_then(|digits| digits.parse::<u16>().ok()).filter(|status| *status >= 100) else {
        return Some(Err(()));
    };
    if status >= 200 {
        return Some(Ok(status));
    }
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    self::status(&answer[head + 4..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_from_the_first_line() {
        assert_eq!(status(b"HTTP/1.1 201 Created\r\n"), Some(Ok(201)));
        assert_eq!(status(b"HTTP/1.0 410\r\n"), Some(Ok(410)));
        assert_eq!(status(b"HTTP/1.1 201 Cre"), None);
        assert_eq!(status(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\n"), Some(Ok(404)));
        assert_eq!(status(b"HTTP/1.1 100 Continue\r\n"), None);
        for bad in
            [&b"SSH-2.0-OpenSSH\r\n"[..], b"HTTP/2 200\r\n", b"HTTP/1.1 2x0\r\n", b"HTTP/1.1 099\r\n", b"\xff\r\n"]
        {
            assert_eq!(status(bad), Some(Err(())), "{bad:?}");
        }
    }
}
