//! Whoever sends: one guest over WebSocket.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::MissedTickBehavior;

use super::server::Server;

/// A handshake (RFC 6455, section 4.1) of somebody called NAME.
pub const HANDSHAKE: &str = "GET /ws?name=NAME HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: parlor.v1.json\r\n\r\n";
/// So often a character that nothing else has stands in each message. A byte of a length may look like it; so few of them do
/// not matter.
pub const MARKS: usize = 64;
/// How many messages are on their way when there is no rate.
const WINDOW: usize = 8;

/// One who sends.
pub struct Sender {
    stream: TcpStream,
}

impl Sender {
    /// Somebody who is in the lobby.
    pub async fn connect(server: &Server) -> Self {
        let mut stream = TcpStream::connect(server.web).await.expect("connected");
        stream.write_all(HANDSHAKE.replace("NAME", "sender").as_bytes()).await.expect("written");
        stream.write_all(&in_frame(r#"{"type":"join","room":"lobby","id":"j"}"#)).await.expect("written");
        let mut sender = Self { stream };
        sender.acknowledged("\"last_seq\"", 1).await;
        sender
    }

    /// Sends so many messages and waits for the receipt of each.
    pub async fn send(&mut self, messages: usize, rate: u32) {
        let message = in_frame(&format!(r#"{{"type":"send","room":"lobby","text":"{}","id":"m"}}"#, "^".repeat(MARKS)));
        if rate == 0 {
            let mut left = messages;
            while left > 0 {
                let now = left.min(WINDOW);
                self.stream.write_all(&message.repeat(now)).await.expect("written");
                self.acknowledged("\"ack\"", now).await;
                left -= now;
            }
            return;
        }
        let mut beat = tokio::time::interval(Duration::from_secs(1) / rate);
        beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for _ in 0..messages {
            beat.tick().await;
            self.stream.write_all(&message).await.expect("written");
            self.acknowledged("\"ack\"", 1).await;
        }
    }

    async fn acknowledged(&mut self, word: &str, wanted: usize) {
        let mut seen = Vec::new();
        loop {
            let mut part = [0; 8192];
            let read = self.stream.read(&mut part).await.expect("read");
            assert!(read > 0, "the server hung up: {}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&part[..read]);
            let text = String::from_utf8_lossy(&seen);
            assert!(!text.contains("\"error\""), "{text}");
            if text.matches(word).count() >= wanted {
                return;
            }
        }
    }
}

/// A text frame of a client (RFC 6455, section 5.2), with a mask that changes nothing.
pub fn in_frame(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("short");
    let mut frame = vec![0x81];
    match u8::try_from(length) {
        Ok(length @ ..126) => frame.push(0x80 | length),
        _ => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&length.to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(text.as_bytes());
    frame
}
