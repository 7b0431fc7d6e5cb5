//! What the commands that connect to a server share: who one is, where it is, and how long to try.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Arg, ArgMatches, value_parser};

use super::{Failure, note};
use crate::client::profiles::{self, Profiles};
use crate::client::{Client, ClientError, Event, Events, Identity, ServerAddress, Settings};
use crate::config::{LogConfig, LogFormat, TOKEN_VARIABLE};
use crate::domain::name::UserName;
use crate::telemetry::logging;

/// The address of the server, and how it is known to be the right one.
pub fn server() -> [Arg; 2] {
    let help = "The server: https://HOST:PORT or wss://HOST:PORT/ws; without TLS http:// or ws://; framed TCP is tcps:// or tcp://";
    [Arg::new("url").value_name("URL").required(true).help(help), authority()]
}

/// How it is known to be the right one.
pub fn authority() -> Arg {
    Arg::new("tls_ca").long("tls-ca").value_name("FILE").value_parser(value_parser!(PathBuf)).help(
        "Trust the certificates in this PEM file instead of those that browsers trust, say that of a server that made it \
         itself (tls/self-signed.crt in its data folder)",
    )
}

/// Where the server speaks HTTP, for those who come by another door.
pub fn http() -> Arg {
    Arg::new("http").long("http").value_name("URL").help(
        "Where the server speaks HTTP: over framed TCP there are no words for searching, for the first message to somebody \
         and for logging out [default: as the server says, and as you have logged in]",
    )
}

/// Who one is.
pub fn who() -> [Arg; 2] {
    let name = Arg::new("name").long("name").value_name("NAME").help(
        "Come in as a guest of this name, where guests are let in [default: the name of the user of this machine]",
    );
    [name, token().conflicts_with("name")]
}

/// The token of an account.
pub fn token() -> Arg {
    Arg::new("token").long("token").value_name("TOKEN").help(format!(
        "Come in as the account with this token, made on /settings [variable: {TOKEN_VARIABLE}, which other users of the \
         machine cannot see; else the one that `parlor login` has kept]"
    ))
}

/// How long to try.
pub fn patience() -> Arg {
    Arg::new("patience")
        .long("patience")
        .value_name("SECONDS")
        .value_parser(value_parser!(u64).range(1..=31_536_000))
        .default_value("60")
        .help("How long to try without a connection before giving up")
}

/// Reads the address.
pub fn address(matches: &ArgMatches) -> Result<ServerAddress, Failure> {
    let text = matches.get_one::<String>("url").map(String::as_str).unwrap_or_default();
    address_of(text, matches.get_one::<PathBuf>("tls_ca").cloned())
}

/// An address, with whom to trust there: the flag, or what was trusted when one logged in.
pub fn address_of(text: &str, authority: Option<PathBuf>) -> Result<ServerAddress, Failure> {
    let address = ServerAddress::parse(text).map_err(|error| failed(&error))?;
    let authority = authority.or_else(|| profiles().ok()?.opening(&address)?.tls_ca);
    let address = address.trusting(authority);
    // A file that cannot be used is told now, and not at each try.
    address.tls().map_err(|error| failed(&error))?;
    Ok(address)
}

/// Where the server at this address speaks HTTP: as the flag says, as somebody has logged in, or here. `None` when only the
/// server can know.
pub fn http_of(matches: &ArgMatches, address: &ServerAddress) -> Result<Option<ServerAddress>, Failure> {
    let parsed = |text: &str| match ServerAddress::parse(text).map_err(|error| failed(&error))? {
        http if http.is_framed() => {
            Err(Failure::Usage("--http: give https://HOST:PORT or http://HOST:PORT".to_owned()))
        }
        http => Ok(http.trusting(address.authority_file().map(Path::to_owned))),
    };
    if let Some(url) = matches.get_one::<String>("http") {
        return parsed(url).map(Some);
    }
    if !address.is_framed() {
        return Ok(Some(address.clone()));
    }
    let kept = profiles().ok().and_then(|profiles| profiles.opening(address));
    let is_http = |url: &String| ServerAddress::parse(url).is_ok_and(|own| !own.is_framed());
    let url = kept.and_then(|kept| kept.http.or(Some(kept.url).filter(is_http)));
    url.map(|url| parsed(&url)).transpose()
}

/// The servers one has logged in to.
pub fn profiles() -> Result<Profiles, Failure> {
    let path = profiles::path(|name| std::env::var(name).ok()).map_err(|error| Failure::Failed(error.to_string()))?;
    Profiles::read(path).map_err(|error| Failure::Failed(error.to_string()))
}

/// Reads who one is: the flags, then the variable, then the login that `parlor login` has kept for this server, then the
/// name of the user.
pub fn identity(matches: &ArgMatches, address: &ServerAddress) -> Result<Identity, Failure> {
    if let Some(token) = matches.get_one::<String>("token") {
        return Ok(Identity::token(token.as_str()));
    }
    if let Some(name) = matches.get_one::<String>("name") {
        let refused = |error| Failure::Usage(format!("--name {name:?}: {error}"));
        return UserName::parse(name).map(|name| Identity::guest(name.as_str())).map_err(refused);
    }
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(token) = variable(TOKEN_VARIABLE) {
        return Ok(Identity::token(token));
    }
    // Without a folder for settings nobody has logged in.
    if profiles::path(|name| std::env::var(name).ok()).is_ok()
        && let Some(profile) = profiles()?.opening(address)
    {
        return Ok(Identity::Token(profile.token));
    }
    let own = variable("USER").and_then(|name| UserName::parse(&name).ok());
    Ok(own.map_or_else(|| Identity::guest("guest"), |name| Identity::guest(name.as_str())))
}

/// Starts the client that the flags describe.
pub fn start(matches: &ArgMatches) -> Result<impl FnOnce() -> (Client, Events) + use<>, Failure> {
    let address = address(matches)?;
    let identity = identity(matches, &address)?;
    let patience = matches.get_one("patience").copied().map(Duration::from_secs);
    Ok(move || Client::start(address, identity, Settings { patience, ..Settings::default() }))
}

/// Runs what a command does on one thread, until it is done or Ctrl-C ends it. What still runs then is not waited for.
pub fn run<F: Future<Output = Result<(), Failure>>>(work: impl FnOnce() -> F) -> Result<(), Failure> {
    let filter = std::env::var("RUST_LOG").ok().filter(|filter| !filter.is_empty());
    let log = LogConfig { filter: filter.unwrap_or_else(|| "off".to_owned()), format: LogFormat::Text };
    logging::init(&log).map_err(|error| Failure::Failed(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Failed(format!("no thread can be started: {error}")))?;
    let outcome = runtime.block_on(async { work().await });
    runtime.shutdown_background();
    outcome
}

/// Tells whoever watches that there is no connection, once each time.
#[derive(Default)]
pub struct Watch {
    is_down: bool,
}

impl Watch {
    /// Takes an event that is about the connection.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::Connected { .. } => self.is_down = false,
            Event::Disconnected { why, .. } if !self.is_down => {
                self.is_down = true;
                note(&format!("{why}; trying again"));
            }
            _ => {}
        }
    }
}

/// What an error of the client means for the exit code.
pub fn failed(error: &ClientError) -> Failure {
    match error {
        ClientError::BadName(_) | ClientError::BadAddress { .. } | ClientError::BadAuthority(_) => {
            Failure::Usage(error.to_string())
        }
        _ => Failure::Failed(error.to_string()),
    }
}
