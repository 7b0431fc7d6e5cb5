//! Asks for a guest's token: one request of HTTP, by hand, since nothing else of HTTP is needed here.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::address::ServerAddress;
use super::error::ClientError;
use super::frame::refused;
use super::socket;

/// More than any answer has.
const MOST_BYTES: u64 = 64 * 1024;

/// A token for a guest of this name.
///
/// # Errors
/// When the server cannot be reached, or lets no such guest in.
pub async fn token(address: &ServerAddress, name: &str, patience: Duration) -> Result<SecretString, ClientError> {
    let asked = tokio::time::timeout(patience, ask(address, name)).await;
    let (status, body) = asked.map_err(|_| ClientError::lost("no answer in time"))??;
    match (status, body["token"].as_str()) {
        (201, Some(token)) => Ok(token.into()),
        (200..=299, _) => Err(not_parlor(address, "its answer holds no token")),
        // An older server, or something else.
        (404 | 405, _) => Err(not_parlor(address, "it gives no guests' tokens at /api/v1/guests")),
        _ => Err(refused(&body, status)),
    }
}

async fn ask(address: &ServerAddress, name: &str) -> Result<(u16, Value), ClientError> {
    let mut stream = socket::dial(address).await?;
    let body = json!({ "name": name }).to_string();
    // HTTP/1.0 (RFC 1945): the answer is not cut into chunks, and ends with the connection.
    let request = format!(
        "POST {} HTTP/1.0\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        address.path("/api/v1/guests"),
        address.authority(),
        body.len()
    );
    let broken = |error: std::io::Error| ClientError::lost(error.to_string());
    stream.write_all(request.as_bytes()).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    let mut answer = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut answer).await.map_err(broken)?;
    read(&answer).ok_or_else(|| not_parlor(address, "its answer is no HTTP"))
}

/// The status and the body, which is null when it is no JSON.
fn read(answer: &[u8]) -> Option<(u16, Value)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_slice(&answer[end + 4..]).unwrap_or_default()))
}

fn not_parlor(address: &ServerAddress, why: &str) -> ClientError {
    ClientError::NotParlor { address: address.to_string(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_status_and_its_json() {
        let made = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n\r\n{\"token\":\"t\"}";
        assert_eq!(read(made), Some((201, json!({"token": "t"}))));
        assert_eq!(read(b"HTTP/1.0 502 Bad Gateway\r\n\r\n<html>"), Some((502, Value::Null)));
        assert_eq!(read(b"SSH-2.0-OpenSSH_9.2\r\n"), None);
        assert_eq!(read(b""), None);
    }
}
