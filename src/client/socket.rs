//! One connection, a WebSocket or framed TCP: handshake, frames in both directions, and the watch over a peer that has
//! fallen silent.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, HOST, RETRY_AFTER, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::address::ServerAddress;
use super::error::ClientError;
use super::frame::{Frame, Outgoing, Welcome, ended, refused};
use super::framed::{FramedTcp, Greeting};
use super::guest;
use super::identity::Identity;
use crate::protocol::encoding::Encoding;
use crate::protocol::framed::Kind;
use crate::tls::Stream;

/// How long connecting, the handshake, and each write may take.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// A server is gone after so many heartbeats without a sign of life.
const MISSED_HEARTBEATS: u32 = 3;
/// A page of history of the longest texts, with room to spare: nothing larger comes from a server.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// One open connection.
pub struct Socket {
    inner: Line,
    encoding: Encoding,
    heard_at: Instant,
    silence: Duration,
}

/// A connection that is open.
pub struct Opened {
    /// It.
    pub socket: Socket,
    /// What the server said first.
    pub welcome: Welcome,
    /// Who to come again as.
    pub identity: Identity,
    /// Where the same server speaks HTTP, if it said so over a line that does not.
    pub http: Option<ServerAddress>,
}

/// What frames go over.
enum Line {
    Websocket(Box<WebSocketStream<Stream>>),
    Framed(Box<FramedTcp>),
}

/// Connects, without a word of HTTP yet.
///
/// # Errors
/// When nobody answers, or somebody who cannot be trusted.
pub async fn dial(address: &ServerAddress) -> Result<Stream, ClientError> {
    let connector = address.tls()?;
    let unreachable = |why: String| ClientError::Unreachable { address: address.to_string(), why };
    let stream = match timeout(PATIENCE, TcpStream::connect(address.target())).await {
        Ok(connected) => connected.map_err(|error| unreachable(error.to_string()))?,
        Err(_) => return Err(unreachable(format!("no answer within {} s", PATIENCE.as_secs()))),
    };
    // Small frames go out at once; without this they would wait for each other (Nagle).
    stream.set_nodelay(true).map_err(|error| unreachable(error.to_string()))?;
    match connector {
        None => Ok(Stream::Plain(stream)),
        Some(connector) => {
            let secured = timeout(PATIENCE, secure(address, &connector, stream)).await;
            secured.map_err(|_| unreachable(format!("no handshake of TLS within {} s", PATIENCE.as_secs())))?
        }
    }
}

/// The handshake of TLS on a fresh connection.
///
/// # Errors
/// When the server speaks no TLS, or shows a certificate that is not trusted.
pub(super) async fn secure(
    address: &ServerAddress,
    connector: &TlsConnector,
    stream: TcpStream,
) -> Result<Stream, ClientError> {
    let unreachable = |why: String| ClientError::Unreachable { address: address.to_string(), why };
    let name = ServerName::try_from(address.target().0.to_owned()).map_err(|error| unreachable(error.to_string()))?;
    match connector.connect(name, stream).await {
        Ok(stream) => Ok(Stream::Tls(Box::new(stream.into()))),
        Err(error) => {
            let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
            // Trying again would change nothing.
            if let Some(rustls::Error::InvalidCertificate(why)) = cause {
                return Err(ClientError::NotTrusted { address: address.to_string(), why: why.to_string() });
            }
            Err(unreachable(error.to_string()))
        }
    }
}

impl Socket {
    /// Connects, shakes hands and waits for the welcome. Over framed TCP a guest becomes one here; the identity that comes
    /// back is the one to come again with.
    ///
    /// # Errors
    /// When nobody answers, when somebody else does, or when the server refuses.
    pub async fn open(address: &ServerAddress, identity: Identity, encoding: Encoding) -> Result<Opened, ClientError> {
        let (inner, identity, http) = if address.is_framed() {
            let (line, Greeting { token, http }) = FramedTcp::open(address, &identity, encoding).await?;
            (Line::Framed(Box::new(line)), token.map_or(identity, Identity::Token), http)
        } else {
            let token = match identity {
                Identity::Token(token) => token,
                Identity::Guest(name) => guest::token(address, &name, PATIENCE).await?,
            };
            let stream = dial(address).await?;
            let opened = timeout(PATIENCE, shake_hands(stream, address, &token, encoding)).await;
            let inner = opened.map_err(|_| ClientError::lost("no answer to the handshake"))??;
            (Line::Websocket(Box::new(inner)), Identity::Token(token), None)
        };
        let mut socket = Self { inner, encoding, heard_at: Instant::now(), silence: PATIENCE };
        match socket.next().await? {
            Frame::Welcome(welcome) => {
                socket.silence = Duration::from_secs(welcome.heartbeat_seconds.max(1)) * MISSED_HEARTBEATS;
                Ok(Opened { socket, welcome, identity, http })
            }
            Frame::Bye { reason, reconnect_after } => Err(ended(reason, reconnect_after)),
            _ => Err(ClientError::lost("the first frame was no welcome")),
        }
    }

    /// The next frame. Safe to give up and to ask again.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn next(&mut self) -> Result<Frame, ClientError> {
        loop {
            let deadline = self.heard_at + self.silence;
            let value = match &mut self.inner {
                Line::Websocket(inner) => {
                    let message = timeout_at(deadline, inner.next()).await.map_err(|_| silent())?;
                    websocket_value(message)?
                }
                Line::Framed(inner) => timeout_at(deadline, inner.next()).await.map_err(|_| silent())??.value()?,
            };
            self.heard_at = Instant::now();
            if let Some(value) = value {
                return Frame::read(value);
            }
        }
    }

    /// Sends a command.
    ///
    /// # Errors
    /// When the connection is gone, or the server takes nothing any more.
    pub async fn send(&mut self, command: &Outgoing) -> Result<(), ClientError> {
        let takes_nothing = |_| ClientError::lost("the server takes nothing any more");
        match &mut self.inner {
            Line::Websocket(inner) => {
                let message = match self.encoding {
                    Encoding::MsgPack => Message::binary(rmp_serde::to_vec_named(command).map_err(unreadable)?),
                    _ => Message::text(serde_json::to_string(command).map_err(unreadable)?),
                };
                let sent = timeout(PATIENCE, inner.send(message)).await.map_err(takes_nothing)?;
                sent.map_err(|error| ClientError::lost(error.to_string()))
            }
            Line::Framed(inner) => timeout(PATIENCE, inner.say(Kind::Chat, command)).await.map_err(takes_nothing)?,
        }
    }

    /// Says goodbye. Whether it is heard does not matter.
    pub async fn close(self) {
        let _ = timeout(Duration::from_secs(1), async {
            match self.inner {
                Line::Websocket(inner) => {
                    let mut inner = *inner;
                    drop(inner.close(None).await);
                }
                Line::Framed(inner) => inner.close().await,
            }
        })
        .await;
    }
}

/// What a message of a WebSocket says; `None` for pings.
fn websocket_value(message: Option<Result<Message, Error>>) -> Result<Option<Value>, ClientError> {
    match message {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).map(Some).map_err(unreadable),
        Some(Ok(Message::Binary(bytes))) => rmp_serde::from_slice(&bytes).map(Some).map_err(unreadable),
        Some(Ok(Message::Close(close))) => {
            Err(ClientError::lost(close.map_or_else(|| "closed".to_owned(), |close| close.to_string())))
        }
        Some(Ok(_)) => Ok(None),
        Some(Err(error)) => Err(ClientError::lost(error.to_string())),
        None => Err(ClientError::lost("the server hung up")),
    }
}

fn silent() -> ClientError {
    ClientError::lost("the server has fallen silent")
}

pub(super) fn unreadable(error: impl std::fmt::Display) -> ClientError {
    ClientError::lost(format!("a frame could not be read or written: {error}"))
}

async fn shake_hands(
    stream: Stream,
    address: &ServerAddress,
    token: &SecretString,
    encoding: Encoding,
) -> Result<WebSocketStream<Stream>, ClientError> {
    let not_parlor = |why: String| ClientError::NotParlor { address: address.to_string(), why };
    let bad_token = |_| ClientError::Refused {
        code: "unauthorized".to_owned(),
        message: "the token has characters that no token has; copy it again".to_owned(),
        retry_after: None,
    };
    let uri = format!("ws://{}{}", address.authority(), address.path("/ws"));
    let mut request = uri.into_client_request().map_err(|error| not_parlor(error.to_string()))?;
    let protocol = Encoding::NAMED.iter().find(|(named, _)| *named == encoding).map_or("", |(_, name)| name);
    let authorization = format!("Bearer {}", token.expose_secret());
    let authorization = HeaderValue::from_str(&authorization).map_err(bad_token)?;
    let host = HeaderValue::from_str(&address.authority()).map_err(|error| not_parlor(error.to_string()))?;
    request.headers_mut().insert(HOST, host);
    request.headers_mut().insert(AUTHORIZATION, authorization);
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
    let config = WebSocketConfig::default().max_message_size(Some(MOST_BYTES)).max_frame_size(Some(MOST_BYTES));
    match client_async_with_config(request, stream, Some(config)).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => {
            let body = answer.body().as_deref().unwrap_or_default();
            let problem: Value = serde_json::from_slice(body).unwrap_or_default();
            match (answer.status().as_u16(), problem["code"].is_string()) {
                (200..=499, false) if answer.status() != 429 => Err(not_parlor(format!("status {}", answer.status()))),
                (status, _) => {
                    let seconds = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                    Err(refused(&problem, status).with_wait(seconds.map(Duration::from_secs)))
                }
            }
        }
        Err(Error::Io(error)) => Err(ClientError::lost(error.to_string())),
        Err(Error::Protocol(ProtocolError::HttparseError(_))) => {
            Err(not_parlor("its answer is no HTTP; the door for framed TCP has tcp:// before it".to_owned()))
        }
        Err(error @ Error::Protocol(_)) => Err(ClientError::lost(error.to_string())),
        Err(error) => Err(not_parlor(error.to_string())),
    }
}
