//! Requests to services that a setting names: a provider of logins, an authority for certificates. Over HTTP/1.1, each on a
//! connection of its own. No redirect is followed, an answer has an end, and all of it has a time by which it is over.

use std::sync::Arc;
use std::time::Duration;

use derive_more::{Display, Error, From};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue, USER_AGENT};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// How long all of a request may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const ANSWER_BYTES: usize = 1024 * 1024;

/// Why there is no answer.
#[derive(Debug, Display, Error, From)]
pub enum OutboundError {
    /// Neither `http` nor `https`, or no host.
    #[display("{_0} is no address that can be reached by http or https")]
    #[from(skip)]
    NoAddress(#[error(not(source))] String),
    /// The name, the connection or TLS failed.
    #[display("{_0}")]
    Io(std::io::Error),
    /// It is no HTTP.
    #[display("{_0}")]
    Http(hyper::Error),
    /// The answer broke off, or was too long.
    #[display("the answer broke off, or has more than {ANSWER_BYTES} bytes: {_0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
    /// It took too long.
    #[display("no answer within {} seconds", PATIENCE.as_secs())]
    TooSlow,
}

/// Asks. Cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    tls: TlsConnector,
}

impl Default for Outbound {
    fn default() -> Self {
        Self::new()
    }
}

impl Outbound {
    /// One that trusts what browsers trust.
    ///
    /// # Panics
    /// Never: ring has all that rustls takes for safe.
    #[must_use]
    pub fn new() -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has the suites of every version that rustls takes for safe")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { tls: TlsConnector::from(Arc::new(config)) }
    }

    /// The answer to a request for an absolute address.
    ///
    /// # Errors
    /// When there is none.
    pub async fn ask(&self, request: Request<Vec<u8>>) -> Result<Response<Bytes>, OutboundError> {
        tokio::time::timeout(PATIENCE, self.exchange(request)).await.unwrap_or(Err(OutboundError::TooSlow))
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> Result<Response<Bytes>, OutboundError> {
        let uri = request.uri().clone();
        let no_address = || OutboundError::NoAddress(uri.to_string());
        let host = uri.host().ok_or_else(no_address)?.trim_matches(['[', ']']);
        let is_secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(no_address()),
        };
        let socket = TcpStream::connect((host, uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 }))).await?;
        let request = addressed(request, &uri)?;
        if !is_secure {
            return converse(socket, request).await;
        }
        let name = ServerName::try_from(host.to_owned()).map_err(std::io::Error::other)?;
        converse(self.tls.connect(name, socket).await?, request).await
    }
}

/// The request as a server wants it: the path in its first line, the host in a header (RFC 9112, section 3.2.1).
fn addressed(request: Request<Vec<u8>>, uri: &Uri) -> Result<Request<Full<Bytes>>, OutboundError> {
    let no_address = || OutboundError::NoAddress(uri.to_string());
    let authority = uri.authority().map(hyper::http::uri::Authority::as_str).ok_or_else(no_address)?;
    let host = authority.rsplit('@').next().and_then(|host| HeaderValue::from_str(host).ok()).ok_or_else(no_address)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).parse().map_err(|_| no_address())?;
    let (mut head, body) = request.into_parts();
    head.uri = path;
    head.headers.insert(HOST, host);
    head.headers.insert(USER_AGENT, HeaderValue::from_static(concat!("Parlor/", env!("CARGO_PKG_VERSION"))));
    Ok(Request::from_parts(head, Full::new(Bytes::from(body))))
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    request: Request<Full<Bytes>>,
) -> Result<Response<Bytes>, OutboundError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let answer = async {
        let response = sender.send_request(request).await?;
        whole(response).await
    };
    tokio::pin!(answer, connection);
    // The connection does the work. It may be over before the answer has been put together.
    tokio::select! {
        biased;
        answered = &mut answer => answered,
        closed = &mut connection => {
            closed?;
            answer.await
        }
    }
}

async fn whole(response: Response<Incoming>) -> Result<Response<Bytes>, OutboundError> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, ANSWER_BYTES).collect().await?.to_bytes();
    Ok(Response::from_parts(head, body))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// What comes of asking a server that answers with these bytes, and what it was asked.
    async fn asked(answer: Vec<u8>) -> (Result<Response<Bytes>, OutboundError>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let served = async {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let mut head = vec![0; 4096];
            let read = socket.read(&mut head).await.expect("a request");
            // Whoever has read enough may have gone.
            let _ = socket.write_all(&answer).await;
            String::from_utf8_lossy(&head[..read]).into_owned()
        };
        let request = Request::get(format!("http://{address}/a?b=c")).body(Vec::new()).expect("a request");
        let outbound = Outbound::new();
        tokio::join!(outbound.ask(request), served)
    }

    #[tokio::test]
    async fn a_request_says_where_it_goes_and_its_answer_is_read_to_the_end() {
        let (answer, request) =
            asked(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 2\r\n\r\nhi".to_vec()).await;

        let answer = answer.expect("an answer");
        assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (302, b"hi".as_slice()), "it is not followed");
        assert!(request.starts_with("GET /a?b=c HTTP/1.1\r\n"), "{request}");
        assert!(request.to_ascii_lowercase().contains("\r\nhost: 127.0.0.1:"), "{request}");
    }

    #[tokio::test]
    async fn an_answer_without_an_end_is_given_up() {
        let endless = [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; ANSWER_BYTES + 1]].concat();
        let (answer, _) = asked(endless).await;
        assert!(matches!(answer, Err(OutboundError::Body(_))), "{answer:?}");

        let (answer, _) = asked(b"SSH-2.0-OpenSSH\r\n".to_vec()).await;
        assert!(matches!(answer, Err(OutboundError::Http(_))), "{answer:?}");
        let nowhere = Request::get("ftp://a.example/").body(Vec::new()).expect("a request");
        assert!(matches!(Outbound::new().ask(nowhere).await, Err(OutboundError::NoAddress(_))));
    }
}
