//! A bare connection to a door without HTTP: lines out, lines in, or bytes as they are.

use std::net::SocketAddr;

use parlor::app::doors::OpenDoor;
use parlor::config::Address;
use parlor::config::DoorAddresses;
use parlor::domain::person::Door;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::tls::{self, Line};
use super::{TestServer, within};

/// An address of this machine that the system picks.
pub fn anywhere() -> DoorAddresses {
    DoorAddresses { plain: Address::parse("127.0.0.1:0"), tls: None }
}

/// One connection.
pub struct Wire {
    stream: Box<dyn Line>,
    seen: Vec<u8>,
}

/// Where this door of the server is.
pub fn door(server: &TestServer, door: Door, is_secure: bool) -> SocketAddr {
    let is_it = |open: &&OpenDoor| open.door == door && open.is_secure == is_secure;
    server.doors.iter().find(is_it).expect("the door is open").address
}

impl Wire {
    /// Connects to this door of the server.
    pub async fn connect(server: &TestServer, door: Door) -> Self {
        let address = self::door(server, door, false);
        let stream = within("a connection", TcpStream::connect(address)).await.expect("connected");
        Self { stream: Box::new(stream), seen: Vec::new() }
    }

    /// Connects to this door under TLS; the server has a certificate of its own, and it is the one that is trusted.
    pub async fn secured(server: &TestServer, door: Door) -> Self {
        let address = self::door(server, door, true);
        let stream = within("a connection", TcpStream::connect(address)).await.expect("connected");
        let stream = tls::shake_hands(stream, &tls::certificate(server)).await.expect("a handshake");
        Self { stream: Box::new(stream), seen: Vec::new() }
    }

    /// Sends bytes.
    pub async fn send(&mut self, bytes: &[u8]) {
        assert!(self.try_send(bytes).await, "the connection is open");
    }

    /// Sends bytes, if it still can.
    pub async fn try_send(&mut self, bytes: &[u8]) -> bool {
        let sending = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        within("sending", sending).await.is_ok()
    }

    /// Sends a line.
    pub async fn type_line(&mut self, line: &str) {
        self.send(format!("{line}\r\n").as_bytes()).await;
    }

    /// Says that nothing more is sent.
    pub async fn end(&mut self) {
        self.stream.shutdown().await.expect("the connection is open");
    }

    /// The next line, without its end; `None` when the connection is over.
    pub async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.seen.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.seen.drain(..=end).collect();
                return Some(String::from_utf8(line).expect("UTF-8").trim_end().to_owned());
            }
            if !self.read().await {
                return None;
            }
        }
    }

    /// Waits for a line with this in it; answers with the line.
    pub async fn see(&mut self, wanted: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match self.line().await {
                Some(line) if line.contains(wanted) => return line,
                Some(line) => seen.push(line),
                None => panic!("the connection ended before a line with {wanted:?}; seen: {seen:?}"),
            }
        }
    }

    /// Waits for the end; answers with the lines before it.
    pub async fn ended(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(line) = self.line().await {
            lines.push(line);
        }
        lines
    }

    async fn read(&mut self) -> bool {
        let mut chunk = [0; 4096];
        // A reset is an end too.
        let count = within("something to read", self.stream.read(&mut chunk)).await.unwrap_or(0);
        self.seen.extend_from_slice(&chunk[..count]);
        count > 0
    }
}
