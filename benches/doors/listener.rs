//! Those who listen, at each door: they come in and count what they hear.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::sender::{HANDSHAKE, MARKS, in_frame};
use super::server::Server;

/// Nothing takes so long but what never comes.
const PATIENCE: Duration = Duration::from_mins(2);

/// A way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The protocol of browsers, in JSON.
    WebSocket,
    /// Version 2, in JSON.
    Tcp,
    /// Text by lines.
    Lines,
    /// With what clients of today ask for.
    Irc,
}

/// What was heard by all.
#[derive(Debug, Default)]
pub struct Heard {
    marks: Cell<usize>,
    wanted: Cell<usize>,
    enough: Notify,
}

impl Door {
    /// All of them; the others are compared with the first.
    pub const ALL: [Self; 4] = [Self::WebSocket, Self::Tcp, Self::Lines, Self::Irc];

    /// As it is called in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::WebSocket => "WebSocket",
            Self::Tcp => "TCP",
            Self::Lines => "lines",
            Self::Irc => "IRC",
        }
    }

    fn address(self, server: &Server) -> SocketAddr {
        match self {
            Self::WebSocket => server.web,
            Self::Tcp => server.tcp,
            Self::Lines => server.lines,
            Self::Irc => server.irc,
        }
    }

    /// What somebody says to come in, and what is in the answer when they are.
    fn coming(self, name: &str) -> (Vec<u8>, &'static str) {
        match self {
            Self::WebSocket => (HANDSHAKE.replace("NAME", name).into_bytes(), "\"welcome\""),
            Self::Tcp => {
                let hello = format!(r#"{{"type":"Hello","version":2,"username":"{name}","password":""}}"#);
                let length = u32::try_from(hello.len()).expect("short").to_be_bytes();
                ([&length[..], hello.as_bytes()].concat(), "\"welcome\"")
            }
            // They are in the lobby then, without having asked.
            Self::Lines => (format!("{name}\n").into_bytes(), "lobby"),
            Self::Irc => {
                let wanted = "message-tags server-time account-tag batch echo-message multi-prefix away-notify";
                let words = format!("CAP REQ :{wanted}\r\nNICK {name}\r\nUSER {name} 0 * :{name}\r\nCAP END\r\n");
                (words.into_bytes(), " 001 ")
            }
        }
    }

    /// What somebody says to be in the room, and what is in the answer when they are.
    fn joining(self) -> Option<(Vec<u8>, &'static str)> {
        let join = r#"{"type":"join","room":"lobby"}"#;
        match self {
            Self::WebSocket => Some((in_frame(join), "\"last_seq\"")),
            Self::Tcp => {
                let length = u32::try_from(join.len()).expect("short").to_be_bytes();
                Some(([b"PRLR\0\x02\0\x01", &length[..], join.as_bytes()].concat(), "\"last_seq\""))
            }
            Self::Lines => None,
            Self::Irc => Some((b"JOIN #lobby\r\n".to_vec(), " 366 ")),
        }
    }
}

impl Heard {
    /// Waits until so many messages have been heard since the beginning, each by one.
    pub async fn until(&self, messages: usize) {
        self.wanted.set(messages * MARKS);
        while self.marks.get() < self.wanted.get() {
            let waited = tokio::time::timeout(PATIENCE, self.enough.notified()).await;
            assert!(waited.is_ok(), "{} of {} marks were heard", self.marks.get(), self.wanted.get());
        }
    }

    fn count(&self, bytes: &[u8]) {
        let marks = bytes.iter().filter(|byte| **byte == b'^').count();
        self.marks.set(self.marks.get() + marks);
        if self.marks.get() >= self.wanted.get() {
            self.enough.notify_one();
        }
    }
}

/// Somebody comes, and says nothing.
pub async fn come(server: &Server, door: Door, number: usize, heard: &Rc<Heard>) {
    let (stream, _) = connect(server, door, number).await;
    keep_reading(stream, heard);
}

/// Somebody comes into the lobby.
pub async fn listen(server: &Server, door: Door, number: usize, heard: &Rc<Heard>) {
    let (mut stream, mut seen) = connect(server, door, number).await;
    if let Some((words, answer)) = door.joining() {
        stream.write_all(&words).await.expect("written");
        see(&mut stream, &mut seen, answer).await;
    }
    keep_reading(stream, heard);
}

async fn connect(server: &Server, door: Door, number: usize) -> (TcpStream, Vec<u8>) {
    let mut stream = TcpStream::connect(door.address(server)).await.expect("connected");
    let (words, answer) = door.coming(&format!("l{number}"));
    stream.write_all(&words).await.expect("written");
    let mut seen = Vec::new();
    see(&mut stream, &mut seen, answer).await;
    (stream, seen)
}

/// Reads until these words have come.
async fn see(stream: &mut TcpStream, seen: &mut Vec<u8>, words: &str) {
    let has_come = |seen: &[u8]| seen.windows(words.len()).any(|window| window == words.as_bytes());
    let reading = async {
        while !has_come(seen) {
            let mut part = [0; 4096];
            let read = stream.read(&mut part).await.expect("read");
            assert!(read > 0, "the server hung up: {}", String::from_utf8_lossy(seen));
            seen.extend_from_slice(&part[..read]);
        }
    };
    let waited = tokio::time::timeout(PATIENCE, reading).await;
    assert!(waited.is_ok(), "{words} did not come: {}", String::from_utf8_lossy(seen));
    seen.clear();
}

fn keep_reading(mut stream: TcpStream, heard: &Rc<Heard>) {
    let heard = Rc::clone(heard);
    tokio::task::spawn_local(async move {
        let mut part = vec![0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut part).await {
            heard.count(&part[..read]);
        }
    });
}
