//! Asks for a guest's token, which makes all connections of a visit the same guest.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;

use super::address::ServerAddress;
use super::error::ClientError;
use super::frame::refused;
use super::http::{Call, call_within};

/// A token for a guest of this name.
///
/// # Errors
/// When the server cannot be reached, or lets no such guest in.
pub async fn token(address: &ServerAddress, name: &str, patience: Duration) -> Result<SecretString, ClientError> {
    let asked = Call::post("/api/v1/guests", json!({ "name": name }));
    let answer = call_within(address, None, &asked, patience).await?;
    match (answer.status, answer.body["token"].as_str()) {
        (201, Some(token)) => Ok(token.into()),
        (200..=299, _) => Err(not_parlor(address, "its answer holds no token")),
        // An older server, or something else.
        (404 | 405, _) => Err(not_parlor(address, "it gives no guests' tokens at /api/v1/guests")),
        (status, _) => Err(refused(&answer.body, status)),
    }
}

fn not_parlor(address: &ServerAddress, why: &str) -> ClientError {
    ClientError::NotParlor { address: address.to_string(), why: why.to_owned() }
}
