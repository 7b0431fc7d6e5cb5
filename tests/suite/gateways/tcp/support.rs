//! Clients of framed TCP, by hand: what goes over the wire is written here once more, so that a mistake in the library shows.

use parlor::app::doors::OpenDoor;
use parlor::config::Config;
use parlor::domain::access::{GuestAccess, Registration};
use parlor::domain::person::Door;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::wire::anywhere;
use crate::support::{TestServer, within};

/// A server with this door, where everybody may register and be quick.
pub async fn server() -> TestServer {
    TestServer::start_with(open).await
}

pub fn open(config: &mut Config) {
    config.doors.tcp = anywhere();
    config.access.registration = Registration::Open;
    config.access.guests = Some(GuestAccess::Lobby);
    config.limits.rate_limits = false;
    // The clock of tests stands still.
    config.doors.files.bytes_per_second = 0;
}

pub fn door(server: &TestServer) -> OpenDoor {
    *server.doors.iter().find(|open| open.door == Door::Tcp).expect("the door is open")
}

/// One connection, which reads frames of either version.
pub struct Tcp {
    stream: TcpStream,
    has_header: bool,
    is_msgpack: bool,
}

/// A frame of version 2: its type, and its body unpacked.
#[derive(Debug)]
pub struct Framed {
    pub kind: u16,
    pub body: Vec<u8>,
}

impl Tcp {
    pub async fn connect(server: &TestServer) -> Self {
        let stream = within("a connection", TcpStream::connect(door(server).address)).await.expect("connected");
        Self { stream, has_header: false, is_msgpack: false }
    }

    /// Somebody in version 1, who has seen the list of the lobby.
    pub async fn one(server: &TestServer, login: Value) -> Self {
        let mut tcp = Self::connect(server).await;
        tcp.say(login).await;
        let answer = tcp.next().await;
        assert_eq!((&answer["type"], &answer["success"]), (&json!("LoginResponse"), &json!(true)), "{answer}");
        tcp.see("UserList").await;
        tcp
    }

    /// A guest in version 1.
    pub async fn guest(server: &TestServer, name: &str) -> Self {
        Self::one(server, json!({"type": "Login", "username": name, "password": ""})).await
    }

    /// Somebody in version 2, after the welcome.
    pub async fn two(server: &TestServer, mut hello: Value) -> Self {
        let mut tcp = Self::connect(server).await;
        hello["type"] = json!("Hello");
        hello["version"] = json!(2);
        tcp.is_msgpack = hello["encoding"] == "msgpack";
        tcp.say(hello.clone()).await;
        let answer = tcp.next().await;
        assert_eq!((&answer["type"], &answer["version"]), (&json!("Hello"), &json!(2)), "{answer}");
        tcp.has_header = true;
        let welcome = tcp.next().await;
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        tcp
    }

    /// Sends bytes as they are.
    pub async fn raw(&mut self, bytes: &[u8]) {
        within("sending", self.stream.write_all(bytes)).await.expect("the connection is open");
    }

    /// Sends bytes, if it still can.
    pub async fn try_raw(&mut self, bytes: &[u8]) -> bool {
        within("sending", self.stream.write_all(bytes)).await.is_ok()
    }

    /// Says something in the version and the encoding that are spoken.
    pub async fn say(&mut self, word: Value) {
        let body = if self.is_msgpack && self.has_header {
            rmp_serde::to_vec_named(&word).unwrap()
        } else {
            word.to_string().into_bytes()
        };
        if self.has_header {
            let kind = if word["type"].as_str().is_some_and(|kind| kind.starts_with("File")) { 2 } else { 1 };
            self.frame(kind, &body).await;
        } else {
            let length = u32::try_from(body.len()).unwrap();
            self.raw(&[&length.to_be_bytes()[..], &body].concat()).await;
        }
    }

    /// Sends a frame of version 2.
    pub async fn frame(&mut self, kind: u16, body: &[u8]) {
        let length = u32::try_from(body.len()).unwrap();
        let head = [b"PRLR\0\x02", &kind.to_be_bytes()[..], &length.to_be_bytes()].concat();
        self.raw(&[&head[..], body].concat()).await;
    }

    /// Sends a piece of a file in version 2.
    pub async fn chunk(&mut self, transfer: u64, number: u32, data: &[u8]) {
        let body = [&transfer.to_be_bytes()[..], &number.to_be_bytes(), data].concat();
        self.frame(3, &body).await;
    }

    /// The next word that is no ping; `None` when the connection is over.
    pub async fn try_next(&mut self) -> Option<Value> {
        loop {
            let word = if self.has_header {
                let frame = self.next_frame().await?;
                match frame.kind {
                    1 | 2 if self.is_msgpack => rmp_serde::from_slice(&frame.body).expect("MessagePack"),
                    1 | 2 => serde_json::from_slice(&frame.body).expect("JSON"),
                    3 => json!({
                        "type": "chunk",
                        "transfer_id": u64::from_be_bytes(frame.body[..8].try_into().unwrap()),
                        "chunk_id": u32::from_be_bytes(frame.body[8..12].try_into().unwrap()),
                        "data": frame.body[12..],
                    }),
                    6 => json!({
                        "type": "close",
                        "code": u16::from_be_bytes([frame.body[0], frame.body[1]]),
                        "reason": String::from_utf8_lossy(&frame.body[2..]),
                    }),
                    _ => continue,
                }
            } else {
                let length = self.exactly(4).await?;
                let length = u32::from_be_bytes(length.try_into().unwrap());
                serde_json::from_slice(&self.exactly(length as usize).await?).expect("JSON")
            };
            let word: Value = word;
            if word["type"] != "Ping" {
                return Some(word);
            }
        }
    }

    /// The next frame of version 2.
    pub async fn next_frame(&mut self) -> Option<Framed> {
        let head = self.exactly(12).await?;
        assert_eq!(&head[..6], b"PRLR\0\x02");
        let kind = u16::from_be_bytes([head[6], head[7]]);
        let body = self.exactly(u32::from_be_bytes(head[8..].try_into().unwrap()) as usize).await?;
        let body = if kind & 0x8000 == 0 { body } else { zstd::bulk::decompress(&body, 1 << 24).expect("zstd") };
        Some(Framed { kind: kind & 0x7fff, body })
    }

    pub async fn next(&mut self) -> Value {
        self.try_next().await.expect("the connection is open")
    }

    /// The next word of this type; others are passed over.
    pub async fn see(&mut self, kind: &str) -> Value {
        let mut seen = Vec::new();
        loop {
            match self.try_next().await {
                Some(word) if word["type"] == kind => return word,
                Some(word) => seen.push(word),
                None => panic!("the connection ended before {kind}; seen: {seen:?}"),
            }
        }
    }

    /// Waits for the end; answers with the words before it.
    pub async fn ended(&mut self) -> Vec<Value> {
        let mut words = Vec::new();
        while let Some(word) = self.try_next().await {
            words.push(word);
        }
        words
    }

    async fn exactly(&mut self, count: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; count];
        within("a frame", self.stream.read_exact(&mut bytes)).await.ok()?;
        Some(bytes)
    }
}
