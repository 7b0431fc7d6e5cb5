//! A WebSocket by hand: frames are written byte by byte, so that they can be wrong (RFC 6455, section 5.2).

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::tls::{self, Line};
use super::{Place, TestServer, within};

/// Opcodes of RFC 6455, section 11.8.
pub const CONTINUE: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;
/// The final fragment.
pub const FIN: u8 = 0x80;

/// One connection after the handshake.
pub struct Raw {
    stream: Box<dyn Line>,
    seen: Vec<u8>,
}

impl Raw {
    /// Connects and shakes hands.
    pub async fn connect(server: &impl Place, path: &str) -> Self {
        let stream = TcpStream::connect(server.address()).await.expect("connected");
        Self::shake_hands(stream, server, path, "").await
    }

    /// A client of JSON whose system takes in little: what it does not read stays with the server soon.
    pub async fn narrow(server: &impl Place, path: &str) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(8 * 1024).expect("a small buffer");
        let stream = socket.connect(server.address()).await.expect("connected");
        Self::shake_hands(stream, server, path, "Sec-WebSocket-Protocol: parlor.v1.json\r\n").await
    }

    /// Connects under TLS and shakes hands, with a system that takes in little.
    pub async fn secured(server: &TestServer, path: &str) -> Self {
        let stream = tls::connect_narrow(server).await;
        Self::shake_hands(stream, server, path, "Sec-WebSocket-Protocol: parlor.v1.json\r\n").await
    }

    async fn shake_hands(stream: impl Line + 'static, server: &impl Place, path: &str, headers: &str) -> Self {
        let mut raw = Self { stream: Box::new(stream), seen: Vec::new() };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n",
            server.address()
        );
        raw.write(request.as_bytes()).await;
        let head = loop {
            if let Some(end) = raw.seen.windows(4).position(|four| four == b"\r\n\r\n") {
                break raw.seen.drain(..end + 4).collect::<Vec<u8>>();
            }
            assert!(raw.read().await, "the server hung up during the handshake");
        };
        let head = String::from_utf8(head).expect("text").to_lowercase();
        assert!(head.starts_with("http/1.1 101"), "{head}");
        // The sample of RFC 6455, section 1.3.
        assert!(head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{head}");
        raw
    }

    /// Writes bytes as they are. The server may have hung up already: that is seen when reading.
    pub async fn write(&mut self, bytes: &[u8]) {
        let _ = within("writing", self.stream.write_all(bytes)).await;
    }

    /// Writes one masked frame; `first` is FIN, RSV and opcode.
    pub async fn frame(&mut self, first: u8, payload: &[u8]) {
        self.write(&masked(first, payload)).await;
    }

    /// The next frame from the server: its first byte and its payload; `None` when it hung up.
    pub async fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let Some((first, payload, length)) = parse(&self.seen) {
                self.seen.drain(..length);
                return Some((first, payload));
            }
            if !self.read().await {
                return None;
            }
        }
    }

    /// Waits for the close; answers with its code, 1005 for none, 1006 when the server hung up without.
    pub async fn close_code(&mut self) -> u16 {
        while let Some((first, payload)) = self.next().await {
            if first == FIN | CLOSE {
                return payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code));
            }
        }
        1006
    }

    /// Waits until the server has hung up.
    pub async fn hung_up(&mut self) {
        while self.read().await {}
    }

    async fn read(&mut self) -> bool {
        let mut chunk = vec![0; 16 * 1024];
        match within("bytes", self.stream.read(&mut chunk)).await {
            Ok(0) | Err(_) => false,
            Ok(read) => {
                self.seen.extend_from_slice(&chunk[..read]);
                true
            }
        }
    }
}

/// A masked frame.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..=125 => bytes.push(0x80 | u8::try_from(short).expect("short")),
        middle @ 126..=0xffff => {
            bytes.push(0x80 | 0x7e);
            bytes.extend_from_slice(&u16::try_from(middle).expect("middle").to_be_bytes());
        }
        long => {
            bytes.push(0x80 | 0x7f);
            bytes.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    bytes.extend_from_slice(&mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

fn parse(bytes: &[u8]) -> Option<(u8, Vec<u8>, usize)> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    assert_eq!(second & 0x80, 0, "a server's frame is not masked");
    let (at, length) = match second {
        126 => (4, usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?)).expect("small")),
        short => (2, usize::from(short)),
    };
    Some((first, bytes.get(at..at + length)?.to_vec(), at + length))
}
