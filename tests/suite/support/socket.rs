//! A client of the JSON and MessagePack encodings.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Place, within};

/// One WebSocket.
pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What `welcome` said.
    pub welcome: Value,
    next_id: u32,
    /// Frames that came while an answer was waited for.
    early: std::collections::VecDeque<Value>,
}

/// Why a handshake was refused: the status and the problem document.
#[derive(Debug)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub problem: Value,
}

impl Client {
    /// Connects and reads the welcome.
    pub async fn connect(server: &impl Place, path: &str, headers: &[(&str, &str)]) -> Self {
        Self::try_connect(server, path, headers).await.expect("the handshake succeeds")
    }

    /// Connects and reads the welcome, or says how it was refused. Nobody who answers, or a connection that ends before
    /// the welcome, is a refusal of status 0.
    pub async fn try_connect(server: &impl Place, path: &str, headers: &[(&str, &str)]) -> Result<Self, Refusal> {
        let socket = open(server, path, headers).await?;
        let mut client = Self { socket, welcome: Value::Null, next_id: 0, early: std::collections::VecDeque::new() };
        while let Some(frame) = client.try_next().await {
            if frame["type"] == "welcome" {
                client.welcome = frame;
                return Ok(client);
            }
        }
        Err(Refusal { status: 0, problem: Value::Null })
    }

    /// Sends a frame as it is.
    pub async fn send(&mut self, frame: Value) {
        self.send_raw(Message::text(frame.to_string())).await;
    }

    /// Sends anything.
    pub async fn send_raw(&mut self, message: Message) {
        within("sending", self.socket.send(message)).await.expect("the connection is open");
    }

    /// Sends a frame; `false` when the connection is gone.
    pub async fn try_send(&mut self, frame: Value) -> bool {
        within("sending", self.socket.send(Message::text(frame.to_string()))).await.is_ok()
    }

    /// The next frame; `None` when the connection is gone.
    pub async fn try_next(&mut self) -> Option<Value> {
        if let Some(frame) = self.early.pop_front() {
            return Some(frame);
        }
        loop {
            match within("a frame", self.socket.next()).await? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).expect("JSON")),
                Ok(Message::Binary(bytes)) => return Some(rmp_serde::from_slice(&bytes).expect("MessagePack")),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Sends a command and waits for its answer, `ack`, `pong` or `error`. Other frames keep their order for later.
    pub async fn ask(&mut self, mut command: Value) -> Value {
        self.next_id += 1;
        let id = format!("t{}", self.next_id);
        command["id"] = json!(id);
        self.send(command).await;
        let mut passed = std::collections::VecDeque::new();
        loop {
            let frame = self.next_from_socket().await;
            if frame["id"] == json!(id) {
                self.early.append(&mut passed);
                return frame;
            }
            passed.push_back(frame);
        }
    }

    /// Asks and expects to be refused with this code; answers with the frame.
    pub async fn refused(&mut self, command: Value, code: &str) -> Value {
        let answer = self.ask(command).await;
        assert_eq!((answer["type"].as_str(), answer["code"].as_str()), (Some("error"), Some(code)), "{answer}");
        answer
    }

    /// Asks and expects an `ack`.
    pub async fn acked(&mut self, command: Value) -> Value {
        let answer = self.ask(command).await;
        assert_eq!(answer["type"], "ack", "{answer}");
        answer
    }

    /// Joins a room.
    pub async fn join(&mut self, room: &str) -> Value {
        self.acked(json!({"type": "join", "room": room})).await
    }

    /// Writes, and waits until it is stored; answers with its number.
    pub async fn say(&mut self, room: &str, text: &str) -> u64 {
        self.acked(json!({"type": "send", "room": room, "text": text})).await["seq"].as_u64().expect("a seq")
    }

    /// The next frame.
    pub async fn next(&mut self) -> Value {
        match self.early.pop_front() {
            Some(frame) => frame,
            None => self.next_from_socket().await,
        }
    }

    /// The next frame of this type; others are passed over.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// Waits for the goodbye and the close after it; answers with the reason and the code.
    pub async fn shown_out(&mut self) -> (String, u16) {
        let bye = self.next_of("bye").await;
        (bye["reason"].as_str().expect("a reason").to_owned(), self.closed().await)
    }

    /// The text of the next message.
    pub async fn next_text(&mut self) -> String {
        self.next_of("message").await["text"].as_str().expect("a text").to_owned()
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

    /// Closes it and waits for the echo.
    pub async fn close(mut self) {
        self.socket.close(None).await.expect("closing");
        self.closed().await;
    }

    async fn next_from_socket(&mut self) -> Value {
        loop {
            match within("a frame", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("JSON"),
                Some(Ok(Message::Binary(bytes))) => return rmp_serde::from_slice(&bytes).expect("MessagePack"),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(frame))) => panic!("closed while a frame was expected: {frame:?}"),
                Some(Err(error)) => panic!("broken while a frame was expected: {error}"),
                None => panic!("ended while a frame was expected"),
            }
        }
    }
}

/// Opens a WebSocket with these headers.
pub async fn open(
    server: &impl Place,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, Refusal> {
    let mut request = format!("ws://{}{path}", server.address()).into_client_request().expect("a good address");
    for (name, value) in headers {
        let name: HeaderName = name.parse().expect("a header name");
        request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header value"));
    }
    match within("the handshake", connect_async(request)).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => {
            let problem =
                response.body().as_deref().map_or(Value::Null, |body| serde_json::from_slice(body).unwrap_or_default());
            Err(Refusal { status: response.status().as_u16(), problem })
        }
        Err(error) => Err(Refusal { status: 0, problem: error.to_string().into() }),
    }
}
