//! Framed TCP as a client speaks it: version 2. What it reads and writes may be given up at any point and asked for again.

use bytes::{Buf, BytesMut};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::address::ServerAddress;
use super::error::ClientError;
use super::frame::refused;
use super::identity::Identity;
use super::socket::{PATIENCE, dial, unreadable};
use crate::protocol::encode;
use crate::protocol::encoding::{Body, Encoding, Packing};
use crate::protocol::framed::{self, HEADER, Head, Kind, LENGTH};
use crate::tls::Stream;

/// A page of history of the longest texts, with room to spare: nothing larger comes from a server.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// One connection.
pub struct FramedTcp {
    stream: Stream,
    body: Body,
    packing: Packing,
    unread: BytesMut,
    unsent: BytesMut,
}

/// A frame from the server, unpacked.
pub struct Incoming {
    /// What it is.
    pub kind: Kind,
    /// Its body.
    pub bytes: Vec<u8>,
    body: Body,
}

impl Incoming {
    /// What it says; `None` for signs of life and pieces of files.
    ///
    /// # Errors
    /// When it cannot be read, or is the last word of the server.
    pub fn value(self) -> Result<Option<Value>, ClientError> {
        match (self.kind, self.body) {
            (Kind::Chat | Kind::File, Body::Json) => serde_json::from_slice(&self.bytes).map(Some).map_err(unreadable),
            (Kind::Chat | Kind::File, Body::MsgPack) => {
                rmp_serde::from_slice(&self.bytes).map(Some).map_err(unreadable)
            }
            (Kind::Close, _) => {
                let code = self.bytes.first_chunk().map_or(0, |code| u16::from_be_bytes(*code));
                let reason = String::from_utf8_lossy(self.bytes.get(2..).unwrap_or_default()).into_owned();
                Err(ClientError::lost(format!("{reason} ({code})")))
            }
            (Kind::Chunk | Kind::Ping | Kind::Pong, _) => Ok(None),
        }
    }
}

/// What a server says to somebody it lets in.
pub struct Greeting {
    /// To come again with: for guests, and for whoever asked for a token.
    pub token: Option<SecretString>,
    /// Where the same server speaks HTTP, if it says so.
    pub http: Option<ServerAddress>,
}

/// What comes of a name and a password.
pub enum Entry {
    /// A token, to come in with.
    In(SecretString),
    /// The account has a second factor: a code is needed, or another one. In the words of the server.
    CodeNeeded(String),
}

/// A name and a password, for a token.
pub struct Login<'a> {
    /// The name of the account.
    pub name: &'a str,
    /// Its password.
    pub password: &'a SecretString,
    /// A code of the second factor.
    pub code: Option<&'a str>,
    /// What the token is called in the list of logins.
    pub label: &'a str,
}

impl FramedTcp {
    /// Connects and says who it is; a guest is given a token to come again with.
    ///
    /// # Errors
    /// When nobody answers, when somebody else does, or when the server refuses.
    pub async fn open(
        address: &ServerAddress,
        identity: &Identity,
        encoding: Encoding,
    ) -> Result<(Self, Greeting), ClientError> {
        let claim = match identity {
            Identity::Token(token) => json!({"token": token.expose_secret()}),
            Identity::Guest(name) => json!({"username": name}),
        };
        let (line, answer) = Self::greeted(address, claim, encoding).await?;
        let token = accepted(address, &answer)?["token"].as_str().map(SecretString::from);
        let http = answer["http"].as_str().and_then(|told| address.followed(told));
        Ok((line, Greeting { token, http }))
    }

    /// Gives name and password for a token, which does what people do and administers nothing.
    ///
    /// # Errors
    /// When nobody answers, when somebody else does, or when the server refuses.
    pub async fn log_in(address: &ServerAddress, login: Login<'_>) -> Result<Entry, ClientError> {
        let Login { name, password, code, label } = login;
        let claim = json!({"username": name, "password": password.expose_secret(), "code": code, "label": label});
        let (line, answer) = Self::greeted(address, claim, Encoding::Json).await?;
        line.close().await;
        if answer["type"] == "Error" && answer["field"] == "code" {
            return Ok(Entry::CodeNeeded(answer["message"].as_str().unwrap_or_default().to_owned()));
        }
        match accepted(address, &answer)?["token"].as_str() {
            Some(token) => Ok(Entry::In(token.into())),
            None => Err(not_parlor(address, "it gives no tokens for passwords")),
        }
    }

    /// Connects and says hello; answers with what the server says to that.
    async fn greeted(address: &ServerAddress, claim: Value, encoding: Encoding) -> Result<(Self, Value), ClientError> {
        let (body, packing) = match encoding {
            Encoding::Framed(body, packing) => (body, packing),
            Encoding::MsgPack => (Body::MsgPack, Packing::None),
            _ => (Body::Json, Packing::None),
        };
        let stream = dial(address).await?;
        let mut line = Self { stream, body, packing, unread: BytesMut::new(), unsent: BytesMut::new() };
        let greeted = timeout(PATIENCE, line.greet(address, claim)).await;
        let answer = greeted.map_err(|_| ClientError::lost("no answer to the Hello"))??;
        Ok((line, answer))
    }

    async fn greet(&mut self, address: &ServerAddress, claim: Value) -> Result<Value, ClientError> {
        let named = |known: bool, name: &'static str| known.then_some(name);
        let mut hello = json!({
            "type": "Hello",
            "version": framed::VERSION,
            "encoding": Body::NAMED.iter().find_map(|(body, name)| named(*body == self.body, name)),
            "compression": Packing::NAMED.iter().find_map(|(packing, name)| named(*packing == self.packing, name)),
        });
        if let (Value::Object(hello), Value::Object(claim)) = (&mut hello, claim) {
            hello.extend(claim);
        }
        let frame = framed::plain(|bytes| bytes.extend_from_slice(hello.to_string().as_bytes()));
        self.unsent.extend_from_slice(&frame);
        self.flush().await?;
        self.fill(LENGTH).await?;
        let length = usize::try_from(self.unread.get_u32()).unwrap_or(usize::MAX);
        if length > 64 * 1024 {
            return Err(not_parlor(address, "its first words are no frame"));
        }
        self.fill(length).await?;
        serde_json::from_slice(&self.unread.split_to(length)).map_err(|error| not_parlor(address, &error.to_string()))
    }

    /// The next frame. Pings are answered.
    ///
    /// # Errors
    /// When the connection is gone, or what comes is no frame.
    pub async fn next(&mut self) -> Result<Incoming, ClientError> {
        self.flush().await?;
        self.fill(HEADER).await?;
        let head = self.unread.first_chunk().map(Head::read);
        let head = head.transpose().map_err(unreadable)?.ok_or_else(|| ClientError::lost("no header"))?;
        if head.length > MOST_BYTES {
            return Err(ClientError::lost("the server sent a frame that is too long"));
        }
        self.fill(HEADER + head.length).await?;
        self.unread.advance(HEADER);
        let bytes = self.unread.split_to(head.length);
        let bytes =
            if head.is_packed { framed::unpack(&bytes, MOST_BYTES).map_err(unreadable)? } else { bytes.to_vec() };
        if head.kind == Kind::Ping {
            // It goes out before the next frame is waited for.
            self.unsent.extend_from_slice(&framed::frame(Kind::Pong, Packing::None, |_| {}));
            self.flush().await?;
        }
        Ok(Incoming { kind: head.kind, bytes, body: self.body })
    }

    /// Says something in the encoding that was agreed on.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn say(&mut self, kind: Kind, word: &impl Serialize) -> Result<(), ClientError> {
        self.send(encode::in_frame(kind, self.body, self.packing, word).framed()).await
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send(&mut self, frame: &[u8]) -> Result<(), ClientError> {
        self.unsent.extend_from_slice(frame);
        self.flush().await
    }

    /// Says goodbye.
    pub async fn close(mut self) {
        // Whether it is heard does not matter.
        let _ = self.send(&framed::close(1000, "")).await;
        let _ = self.stream.shutdown().await;
    }

    async fn flush(&mut self) -> Result<(), ClientError> {
        let lost = |error: std::io::Error| ClientError::lost(error.to_string());
        while self.unsent.has_remaining() {
            if self.stream.write_buf(&mut self.unsent).await.map_err(lost)? == 0 {
                return Err(ClientError::lost("the server takes nothing any more"));
            }
        }
        self.stream.flush().await.map_err(lost)
    }

    /// Reads until so many bytes are there.
    async fn fill(&mut self, wanted: usize) -> Result<(), ClientError> {
        while self.unread.len() < wanted {
            self.unread.reserve(wanted - self.unread.len());
            let read = self.stream.read_buf(&mut self.unread).await;
            if read.map_err(|error| ClientError::lost(error.to_string()))? == 0 {
                return Err(ClientError::lost("the server hung up"));
            }
        }
        Ok(())
    }
}

fn not_parlor(address: &ServerAddress, why: &str) -> ClientError {
    ClientError::NotParlor { address: address.to_string(), why: why.to_owned() }
}

/// The answer to a Hello, unless it is a refusal.
fn accepted<'a>(address: &ServerAddress, answer: &'a Value) -> Result<&'a Value, ClientError> {
    match answer["type"].as_str() {
        Some("Hello") => Ok(answer),
        Some("Error") => {
            let status = answer["code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(500);
            Err(refused(&problem(answer, status), status))
        }
        _ => Err(not_parlor(address, "it does not answer a Hello")),
    }
}

/// A refusal of version 1 in the words of a problem document.
fn problem(answer: &Value, status: u16) -> Value {
    let code = match status {
        400 => "bad_request",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        409 => "conflict",
        413 => "too_large",
        429 => "rate_limited",
        _ => "unavailable",
    };
    json!({"code": code, "detail": answer["message"], "message": answer["message"], "retry_after_ms": answer["retry_after_ms"]})
}
