//! One request of HTTP, by hand: what this library asks for beside its connection is little, and needs no more.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::address::ServerAddress;
use super::error::ClientError;
use super::frame::refused;
use super::socket::{self, PATIENCE};

/// More than any answer has that is asked for here.
const MOST_BYTES: u64 = 1024 * 1024;

/// A request of the REST interface, see docs/PROTOCOL.md.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// `GET`, `POST`, `DELETE`.
    pub method: &'static str,
    /// Below the server's own path, with the query: `/api/v1/me`.
    pub path: String,
    /// What is sent along, as JSON.
    pub body: Option<Value>,
}

impl Call {
    /// Asks for something.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), body: None }
    }

    /// Gives something.
    #[must_use]
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: "POST", path: path.into(), body: Some(body) }
    }

    /// Ends something.
    #[must_use]
    pub fn delete(path: impl Into<String>) -> Self {
        Self { method: "DELETE", path: path.into(), body: None }
    }
}

/// An answer: its status, and its body, which is null when it is no JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Of HTTP.
    pub status: u16,
    /// What it says.
    pub body: Value,
}

impl Answer {
    /// What it says, unless it is a refusal.
    ///
    /// # Errors
    /// The refusal.
    pub fn accepted(self) -> Result<Value, ClientError> {
        if (200..300).contains(&self.status) { Ok(self.body) } else { Err(refused(&self.body, self.status)) }
    }
}

/// Makes the request, as the account of the token if there is one.
///
/// # Errors
/// When the server cannot be reached, does not answer in time, or what answers is no Parlor server.
pub async fn call(address: &ServerAddress, token: Option<&SecretString>, call: &Call) -> Result<Answer, ClientError> {
    call_within(address, token, call, PATIENCE).await
}

/// As [`call`], for those who want to wait longer or shorter.
///
/// # Errors
/// As of [`call`].
pub async fn call_within(
    address: &ServerAddress,
    token: Option<&SecretString>,
    call: &Call,
    patience: Duration,
) -> Result<Answer, ClientError> {
    let asked = tokio::time::timeout(patience, exchange(address, token, call)).await;
    asked.map_err(|_| ClientError::lost("no answer in time"))?
}

async fn exchange(address: &ServerAddress, token: Option<&SecretString>, call: &Call) -> Result<Answer, ClientError> {
    let mut stream = socket::dial(address).await?;
    let broken = |error: std::io::Error| ClientError::lost(error.to_string());
    stream.write_all(written(address, token, call).as_bytes()).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    let mut answer = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut answer).await.map_err(broken)?;
    read(&answer)
        .ok_or_else(|| ClientError::NotParlor { address: address.to_string(), why: "its answer is no HTTP".to_owned() })
}

/// HTTP/1.0 (RFC 1945): the answer is not cut into chunks, and ends with the connection.
fn written(address: &ServerAddress, token: Option<&SecretString>, call: &Call) -> String {
    let authorization = token.map(|token| format!("Authorization: Bearer {}\r\n", token.expose_secret()));
    let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
    let content = match call.body {
        Some(_) => format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()),
        None if call.method == "GET" => String::new(),
        // A server may want to know that nothing follows (RFC 9112, section 6.3).
        None => "Content-Length: 0\r\n".to_owned(),
    };
    format!(
        "{} {} HTTP/1.0\r\nHost: {}\r\n{}{content}\r\n{body}",
        call.method,
        address.path(&call.path),
        address.authority(),
        authorization.unwrap_or_default(),
    )
}

fn read(answer: &[u8]) -> Option<Answer> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: serde_json::from_slice(&answer[end + 4..]).unwrap_or_default() })
}

/// A text as one part of a path or a query (RFC 3986, section 2.1).
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_its_status_and_its_json() {
        let made = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n\r\n{\"token\":\"t\"}";
        assert_eq!(read(made), Some(Answer { status: 201, body: json!({"token": "t"}) }));
        assert_eq!(read(b"HTTP/1.0 502 Bad Gateway\r\n\r\n<html>"), Some(Answer { status: 502, body: Value::Null }));
        assert_eq!(read(b"SSH-2.0-OpenSSH_9.2\r\n"), None);
        assert_eq!(read(b""), None);
    }

    #[test]
    fn a_refusal_is_an_error_with_the_words_of_the_server() {
        let refused = Answer { status: 403, body: json!({"code": "forbidden", "detail": "not here"}) };
        assert_eq!(refused.accepted().unwrap_err().to_string(), "not here");
        assert_eq!(Answer { status: 204, body: Value::Null }.accepted(), Ok(Value::Null));
    }

    #[test]
    fn a_request_names_host_token_and_length() {
        let address = ServerAddress::parse("http://h:81/chat").unwrap();
        let post = written(&address, Some(&"t".into()), &Call::post("/api/v1/direct", json!({"user": "bé"})));
        assert_eq!(
            post,
            "POST /chat/api/v1/direct HTTP/1.0\r\nHost: h:81\r\nAuthorization: Bearer t\r\n\
             Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"user\":\"bé\"}"
        );
        assert_eq!(written(&address, None, &Call::get("/x")), "GET /chat/x HTTP/1.0\r\nHost: h:81\r\n\r\n");
        assert_eq!(percent_encoded("a b#é"), "a%20b%23%C3%A9");
    }
}
