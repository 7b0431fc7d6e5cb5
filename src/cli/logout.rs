//! `parlor logout`: ends the login that `parlor login` has kept, on the server and here.

use clap::{ArgMatches, Command};
use secrecy::SecretString;

use super::connecting::{self, failed};
use super::{Failure, block_on, note};
use crate::client::http::{Call, call};
use crate::client::socket::Socket;
use crate::client::{ClientError, Identity, ServerAddress};
use crate::protocol::encoding::Encoding;

pub fn command() -> Command {
    Command::new("logout")
        .about("Ends a login that was kept, on the server and here")
        .args(connecting::server())
        .arg(connecting::http())
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let mut profiles = connecting::profiles()?;
    let address = connecting::address(matches)?;
    let Some(profile) = profiles.of(&address) else {
        return Err(Failure::Failed("you are not logged in there; nothing was changed".to_owned()));
    };
    let http = connecting::http_of(matches, &address)?;
    match block_on(end(&address, http, &profile.token))? {
        Ok(()) => {}
        // Ended already, on the page for instance.
        Err(ClientError::Refused { code, .. }) if code == "unauthorized" => {}
        // It stays, so that it can be tried again: forgotten here, it would live on there.
        Err(error) => return Err(failed(&error)),
    }
    profiles.remove(&address).map_err(|error| Failure::Failed(error.to_string()))?;
    note(&format!("{} is logged out", crate::terminal::clean::line(&profile.name)));
    Ok(())
}

/// Framed TCP has no word for it; the server may say where it speaks HTTP.
async fn end(address: &ServerAddress, http: Option<ServerAddress>, token: &SecretString) -> Result<(), ClientError> {
    let http = match http {
        Some(http) => http,
        None => Socket::open(address, Identity::Token(token.clone()), Encoding::Json)
            .await?
            .http
            .ok_or_else(|| ClientError::NoHttp { address: address.to_string() })?,
    };
    revoke(&http, token).await
}

/// The login of a token is a device of its account.
async fn revoke(address: &ServerAddress, token: &SecretString) -> Result<(), ClientError> {
    let me = call(address, Some(token), &Call::get("/api/v1/me")).await?.accepted()?;
    let Some(device) = me["device"].as_str() else { return Ok(()) };
    let path = format!("/api/v1/tokens/{}", crate::client::http::percent_encoded(device));
    call(address, Some(token), &Call::delete(path)).await?.accepted().map(|_| ())
}
