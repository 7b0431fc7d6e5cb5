//! Somebody at a terminal: lines out, lines in, as websocat does it.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::{TestServer, socket, within};

/// One plain-text session.
pub struct Terminal {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Terminal {
    /// Connects and reads the greeting.
    pub async fn connect(server: &TestServer, query: &str) -> Self {
        let mut terminal = Self { socket: socket::open(server, &format!("/ws?{query}"), &[]).await.expect("let in") };
        terminal.see("Welcome to Parlor").await;
        terminal
    }

    /// Types a line.
    pub async fn type_line(&mut self, line: &str) {
        within("sending", self.socket.send(Message::text(format!("{line}\n")))).await.expect("the connection is open");
    }

    /// Waits for a line with this in it; answers with the line.
    pub async fn see(&mut self, wanted: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match within(&format!("a line with {wanted:?} after {seen:?}"), self.socket.next()).await {
                Some(Ok(Message::Text(text))) if text.contains(wanted) => return text.to_string(),
                Some(Ok(Message::Text(text))) => seen.push(text.to_string()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("{other:?} instead of a line with {wanted:?}; seen: {seen:?}"),
            }
        }
    }

    /// Waits for the close; answers with its code.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match within("the close", self.socket.next()).await {
                Some(Ok(Message::Close(frame))) => return frame.map_or(1005, |frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return 1006,
            }
        }
    }
}
