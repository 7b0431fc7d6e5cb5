//! Clients of a server under TLS. They trust its own certificate, or one that the test has made, and nobody else.

use std::path::Path;

use parlor::config::{CertificateFiles, TlsSource};
use parlor::tls::trust::client_config;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

use super::{Place, TestServer, within};

/// A connection of whatever kind.
pub trait Line: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}

/// A server with a certificate of its own.
pub async fn server() -> TestServer {
    TestServer::start_with(|config| config.tls.source = TlsSource::SelfSigned).await
}

/// The file of a server's own certificate.
pub fn certificate(server: &TestServer) -> std::path::PathBuf {
    server.file("tls/self-signed.crt")
}

/// A handshake with whoever is at this address, trusting this certificate; an error in words.
pub async fn connect_to(server: &impl Place, trusted: &Path) -> Result<TlsStream<TcpStream>, String> {
    let stream = TcpStream::connect(server.address()).await.expect("connected");
    shake_hands(stream, trusted).await
}

/// A connection to a server with a certificate of its own.
pub async fn connect(server: &TestServer) -> TlsStream<TcpStream> {
    connect_to(server, &certificate(server)).await.expect("a handshake")
}

/// The same, of a system that takes in little: what is not read stays with the server soon.
pub async fn connect_narrow(server: &TestServer) -> TlsStream<TcpStream> {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(8 * 1024).expect("a small buffer");
    let stream = socket.connect(server.address()).await.expect("connected");
    shake_hands(stream, &certificate(server)).await.expect("a handshake")
}

/// A handshake over this connection, trusting this certificate; an error in words.
pub async fn shake_hands(stream: TcpStream, trusted: &Path) -> Result<TlsStream<TcpStream>, String> {
    let connector = TlsConnector::from(client_config(Some(trusted)).expect("a certificate"));
    let name = ServerName::try_from("localhost").expect("a name");
    within("the handshake", connector.connect(name, stream)).await.map_err(|error| error.to_string())
}

/// Sends a request as it is on this connection, and reads until the server hangs up.
pub async fn ask(mut line: impl Line, request: &str) -> String {
    line.write_all(request.as_bytes()).await.expect("written");
    line.flush().await.expect("written");
    let mut answer = Vec::new();
    // A peer that ends without a word of TLS is an error here, and none of HTTP's.
    let _ = within("the answer", line.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// A certificate for localhost with its key, in files of this folder.
pub fn make(folder: &Path, name: &str) -> CertificateFiles {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let files = CertificateFiles { cert: folder.join(format!("{name}.crt")), key: folder.join(format!("{name}.key")) };
    std::fs::write(&files.cert, made.cert.pem()).expect("written");
    std::fs::write(&files.key, made.signing_key.serialize_pem()).expect("written");
    files
}
