//! A reader of a stream of events (WHATWG HTML, section 9.2.6), on a connection of its own, so that it can be a slow one.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::{Place, within};

/// One block with data.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The last id, whichever block said it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its data.
    pub data: Value,
}

/// An open stream, or the refusal of one.
pub struct Events {
    stream: TcpStream,
    /// The status line and the headers, in lower case.
    pub head: String,
    /// What has come of the body and was not read yet, without chunk sizes.
    body: Vec<u8>,
    raw: Vec<u8>,
    id: String,
    /// Comments so far.
    pub beats: usize,
    /// The last `retry`.
    pub retry: String,
    is_over: bool,
}

impl Events {
    /// Asks for a stream; headers as lines.
    pub async fn open(server: &impl Place, path: &str, headers: &str) -> Self {
        let stream = TcpStream::connect(server.address()).await.expect("connected");
        Self::ask(stream, server.address(), path, headers).await
    }

    /// The same by a system that takes in little.
    pub async fn narrow(server: &impl Place, path: &str, headers: &str) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(8 * 1024).expect("a small buffer");
        let stream = socket.connect(server.address()).await.expect("connected");
        Self::ask(stream, server.address(), path, headers).await
    }

    async fn ask(mut stream: TcpStream, host: SocketAddr, path: &str, headers: &str) -> Self {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n{headers}\r\n");
        within("writing", stream.write_all(request.as_bytes())).await.expect("written");
        let mut events = Self {
            stream,
            head: String::new(),
            body: Vec::new(),
            raw: Vec::new(),
            id: String::new(),
            beats: 0,
            retry: String::new(),
            is_over: false,
        };
        while events.head.is_empty() {
            assert!(events.read().await, "the server hung up before the answer");
            if let Some(end) = events.raw.windows(4).position(|four| four == b"\r\n\r\n") {
                let head: Vec<u8> = events.raw.drain(..end + 4).collect();
                events.head = String::from_utf8(head).expect("text").to_lowercase();
            }
        }
        events.unpack();
        events
    }

    /// The status of the answer.
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
    }

    /// The next event; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.body.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.body.drain(..end + 2).collect();
                if let Some(event) = self.take(&String::from_utf8(block).expect("UTF-8")) {
                    return Some(event);
                }
            } else if self.is_over || !self.read().await {
                return None;
            }
        }
    }

    /// The next event of this name; others are passed over.
    pub async fn next_of(&mut self, name: &str) -> Event {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream ended before {name}"));
            if event.name == name {
                return event;
            }
        }
    }

    /// The text of the next message.
    pub async fn next_text(&mut self) -> String {
        self.next_of("message").await.data["text"].as_str().expect("a text").to_owned()
    }

    /// Reads until so many comments have come.
    pub async fn beat(&mut self, count: usize) {
        while self.beats < count {
            if let Some(end) = self.body.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.body.drain(..end + 2).collect();
                self.take(&String::from_utf8(block).expect("UTF-8"));
            } else {
                assert!(
                    !self.is_over && self.read().await,
                    "the stream ended: {:?}",
                    String::from_utf8_lossy(&self.raw)
                );
            }
        }
    }

    fn take(&mut self, block: &str) -> Option<Event> {
        let (mut name, mut data) = (String::new(), None);
        for line in block.lines() {
            match line.split_once(':').map(|(field, value)| (field, value.trim_start())) {
                Some(("", _)) => self.beats += 1,
                Some(("id", value)) => value.clone_into(&mut self.id),
                Some(("event", value)) => value.clone_into(&mut name),
                Some(("retry", value)) => value.clone_into(&mut self.retry),
                Some(("data", value)) => data = Some(serde_json::from_str(value).expect("JSON")),
                _ => {}
            }
        }
        data.map(|data| Event { id: self.id.clone(), name, data })
    }

    async fn read(&mut self) -> bool {
        let mut chunk = vec![0; 16 * 1024];
        match within("bytes", self.stream.read(&mut chunk)).await {
            Ok(0) | Err(_) => false,
            Ok(read) => {
                self.raw.extend_from_slice(&chunk[..read]);
                if !self.head.is_empty() {
                    self.unpack();
                }
                true
            }
        }
    }

    /// Takes whole chunks out of what has come (RFC 9112, section 7.1).
    fn unpack(&mut self) {
        while let Some(end) = self.raw.windows(2).position(|two| two == b"\r\n") {
            let size = std::str::from_utf8(&self.raw[..end]).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
            // An answer of a known length, as refusals are.
            let Some(size) = size else { return };
            if self.raw.len() < end + 2 + size + 2 {
                return;
            }
            self.body.extend_from_slice(&self.raw[end + 2..end + 2 + size]);
            self.raw.drain(..end + 2 + size + 2);
            self.is_over |= size == 0;
        }
    }
}
