//! A connection for load tests: as little memory and time as a WebSocket can have, so that one thread can hold ten
//! thousand of them and still be quicker than the server. It keeps nothing and mends nothing.

use std::cell::{Cell, RefCell};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::address::ServerAddress;
use super::error::ClientError;
use super::frame::refused;
use super::frame_splitter::{self, CLOSE, PING, PONG, Split, TEXT};
use super::http::percent_encoded;
use super::socket;
use crate::tls::Stream;
use crate::tls::secured::{self, Records};

/// How long the handshake may take. A server that is measured is a busy one.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest head of an answer to a handshake.
const HEAD_BYTES: usize = 16 * 1024;
/// The longest frame that is read.
const FRAME_BYTES: usize = 4 * 1024 * 1024;

/// Where lean connections go, and as whom.
#[derive(Clone)]
pub struct LeanTarget {
    address: ServerAddress,
    socket: SocketAddr,
    connector: Option<TlsConnector>,
    token: Option<SecretString>,
}

impl LeanTarget {
    /// Looks the address up once. With a token all connections are of one account, without they are guests.
    ///
    /// # Errors
    /// When the name is not known.
    pub async fn resolve(address: ServerAddress, token: Option<SecretString>) -> Result<Self, ClientError> {
        let shown = address.to_string();
        let unreachable = |why: String| ClientError::Unreachable { address: shown.clone(), why };
        let found = tokio::net::lookup_host(address.target()).await.map(|mut found| found.next());
        let socket = found.map_err(|error| unreachable(error.to_string()))?;
        let socket = socket.ok_or_else(|| unreachable("the name has no address".to_owned()))?;
        let connector = address.tls()?;
        Ok(Self { address, socket, connector, token })
    }

    /// The address as it was given.
    #[must_use]
    pub fn address(&self) -> &ServerAddress {
        &self.address
    }

    fn request(&self, name: &str) -> String {
        let (query, authorization) = match &self.token {
            Some(token) => (String::new(), format!("Authorization: Bearer {}\r\n", token.expose_secret())),
            None => (format!("?name={}", percent_encoded(name)), String::new()),
        };
        // The key is the sample of RFC 6455, section 1.3: whether the server answers it well is not what is measured.
        format!(
            "GET {}{query} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{authorization}\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: parlor.v1.json\r\n\r\n",
            self.address.path("/ws"),
            self.address.authority()
        )
    }
}

/// The memory that all connections of a thread read into, one after the other.
pub struct Scratch(RefCell<Vec<u8>>);

impl Default for Scratch {
    fn default() -> Self {
        Self(RefCell::new(vec![0; 256 * 1024]))
    }
}

/// One connection. It is shared by whoever reads and whoever writes, on one thread.
pub struct Lean {
    stream: TcpStream,
    records: Option<Box<RefCell<Records>>>,
    unread: RefCell<Vec<u8>>,
    unsent: RefCell<Vec<u8>>,
    /// There may be something to read that the socket does not tell of: it came together with the answer to the
    /// handshake, or it is left in a record.
    is_fresh: Cell<bool>,
}

impl Lean {
    /// Connects and shakes hands.
    ///
    /// # Errors
    /// When nobody answers, or the server refuses.
    pub async fn open(target: &LeanTarget, name: &str) -> Result<Self, ClientError> {
        let opened = timeout(PATIENCE, shake_hands(target, name)).await;
        opened.map_err(|_| ClientError::lost("no answer to the handshake"))?
    }

    /// Adds a command, as JSON, to what is to be sent.
    pub fn push(&self, json: &str) {
        frame_splitter::write(TEXT, json.as_bytes(), &mut self.unsent.borrow_mut());
    }

    /// Sends what is to be sent, waiting where the socket takes no more.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn flush(&self) -> Result<(), ClientError> {
        while !self.send_some()? {
            self.stream.writable().await.map_err(lost)?;
        }
        Ok(())
    }

    /// Waits for bytes, reads what there is, and hands over each message that is whole. Pings are answered.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn read(&self, scratch: &Scratch, mut each: impl FnMut(&[u8])) -> Result<(), ClientError> {
        if !self.is_fresh.get() {
            self.stream.readable().await.map_err(lost)?;
        }
        self.read_now(&mut scratch.0.borrow_mut(), &mut each)?;
        if self.unsent.borrow().is_empty() { Ok(()) } else { self.flush().await }
    }

    /// Says goodbye and waits until the server has hung up. Whether it is heard does not matter.
    pub async fn close(&self, scratch: &Scratch) {
        frame_splitter::write(CLOSE, &1000_u16.to_be_bytes(), &mut self.unsent.borrow_mut());
        let _ = timeout(Duration::from_secs(2), async {
            self.flush().await?;
            while self.read(scratch, |_| {}).await.is_ok() {}
            Ok::<(), ClientError>(())
        })
        .await;
    }

    /// True when nothing is left to be sent.
    fn send_some(&self) -> Result<bool, ClientError> {
        let mut unsent = self.unsent.borrow_mut();
        while !unsent.is_empty() {
            match self.try_write(&unsent) {
                Ok(sent) => drop(unsent.drain(..sent)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(lost(error)),
            }
        }
        if let Some(records) = &self.records {
            match records.borrow_mut().flush(&self.stream) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                flushed => flushed.map_err(lost)?,
            }
        }
        // What was needed for a burst is given back: there are many of these.
        if unsent.capacity() > 4096 {
            *unsent = Vec::new();
        }
        Ok(true)
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match &self.records {
            Some(records) => records.borrow_mut().try_write(&self.stream, bytes),
            None => self.stream.try_write(bytes),
        }
    }

    /// Reads all there is, or as much as there is room for: what is left in a record wakes nobody.
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(records) = &self.records else { return self.stream.try_read(buffer) };
        let (mut records, mut read) = (records.borrow_mut(), 0);
        while read < buffer.len() {
            match records.try_read(&self.stream, &mut buffer[read..]) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) if read > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    fn read_now(&self, scratch: &mut Vec<u8>, each: &mut impl FnMut(&[u8])) -> Result<(), ClientError> {
        let mut unread = self.unread.borrow_mut();
        let at = unread.len();
        scratch[..at].copy_from_slice(&unread);
        let read = match self.try_read(&mut scratch[at..]) {
            Ok(0) => return Err(ClientError::lost("the server hung up")),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock && self.is_fresh.get() => 0,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(lost(error)),
        };
        self.is_fresh.set(self.records.is_some() && at + read == scratch.len());
        let mut rest = &scratch[..at + read];
        let needed = loop {
            match frame_splitter::split(rest) {
                Split::Frame { opcode, payload } => {
                    let (frame, next) = (&rest[payload.clone()], &rest[payload.end..]);
                    self.take(opcode, frame, each)?;
                    rest = next;
                }
                Split::Needs(needed) if needed <= FRAME_BYTES => break needed,
                _ => return Err(ClientError::lost("the server sent what is no frame of Parlor")),
            }
        };
        let left = rest.len();
        if left == 0 {
            *unread = Vec::new();
        } else {
            unread.clear();
            unread.extend_from_slice(rest);
        }
        if needed >= scratch.len() {
            scratch.resize(needed + left, 0);
        }
        Ok(())
    }

    fn take(&self, opcode: u8, frame: &[u8], each: &mut impl FnMut(&[u8])) -> Result<(), ClientError> {
        match opcode {
            TEXT => each(frame),
            PING => frame_splitter::write(PONG, frame, &mut self.unsent.borrow_mut()),
            CLOSE => {
                let code = frame.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code));
                return Err(ClientError::lost(format!("the server closed with code {code}")));
            }
            _ => {}
        }
        Ok(())
    }
}

async fn shake_hands(target: &LeanTarget, name: &str) -> Result<Lean, ClientError> {
    let unreachable = |why: String| ClientError::Unreachable { address: target.address.to_string(), why };
    let stream = TcpStream::connect(target.socket).await.map_err(|error| unreachable(error.to_string()))?;
    stream.set_nodelay(true).map_err(lost)?;
    let mut stream = match &target.connector {
        Some(connector) => socket::secure(&target.address, connector, stream).await?,
        None => Stream::Plain(stream),
    };
    stream.write_all(target.request(name).as_bytes()).await.map_err(lost)?;
    stream.flush().await.map_err(lost)?;
    let mut answer = Vec::with_capacity(512);
    let end = loop {
        if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if answer.len() > HEAD_BYTES || stream.read_buf(&mut answer).await.map_err(lost)? == 0 {
            return Err(ClientError::lost("the server hung up during the handshake"));
        }
    };
    if !answer.starts_with(b"HTTP/1.1 101 ") {
        return Err(refusal(target, stream, answer, end).await);
    }
    answer.drain(..end);
    answer.shrink_to_fit();
    let (stream, records) = match stream {
        Stream::Plain(stream) => (stream, None),
        Stream::Tls(stream) => {
            let (stream, records) = secured::into_parts(*stream);
            (stream, Some(Box::new(RefCell::new(records))))
        }
    };
    let is_fresh = Cell::new(!answer.is_empty() || records.is_some());
    Ok(Lean { stream, records, unread: RefCell::new(answer), unsent: RefCell::new(Vec::new()), is_fresh })
}

/// Reads the rest of a refusal, which is a problem document.
async fn refusal(target: &LeanTarget, mut stream: Stream, mut answer: Vec<u8>, end: usize) -> ClientError {
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let length = head.split_once("content-length:").and_then(|(_, rest)| rest.lines().next()?.trim().parse().ok());
    let length: usize = length.unwrap_or(0).min(HEAD_BYTES);
    while answer.len() < end + length && stream.read_buf(&mut answer).await.is_ok_and(|read| read > 0) {}
    let problem: Value = serde_json::from_slice(&answer[end..]).unwrap_or_default();
    match status {
        Some(status) if problem["code"].is_string() || status >= 500 => refused(&problem, status),
        _ => ClientError::NotParlor {
            address: target.address.to_string(),
            why: head.lines().next().unwrap_or_default().to_owned(),
        },
    }
}

fn lost(error: io::Error) -> ClientError {
    ClientError::lost(error.to_string())
}
