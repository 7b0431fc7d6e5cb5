//! What `put` and `get` share: the server, the token, and the progress bar.

use std::io::IsTerminal;

use clap::{Arg, ArgMatches};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, connecting, note};
use crate::client::files::{Progress, Target};
use crate::client::{ClientError, ServerAddress};

/// The door of a server on this machine that nobody has put elsewhere.
const HERE: &str = "tcp://127.0.0.1:7070";

/// Where the door for framed TCP is, and who one is.
pub fn arguments() -> [Arg; 4] {
    let [url, authority] = connecting::server();
    let server = url.long("server").value_name("URL").required(false);
    let help = "The door for framed TCP: tcps://HOST:PORT; without TLS tcp://HOST:PORT [default: that of the server you \
                have logged in to last, at its usual port; else tcp://127.0.0.1:7070]";
    let quiet = Arg::new("quiet").long("quiet").action(clap::ArgAction::SetTrue).help("Show no progress");
    [server.help(help), authority, connecting::token(), quiet]
}

/// Where to, and as whom.
pub fn target(matches: &ArgMatches) -> Result<Target, Failure> {
    let given = matches.get_one::<String>("token").cloned();
    let variable = || std::env::var(crate::config::TOKEN_VARIABLE).ok();
    let given = given.or_else(variable).filter(|token| !token.is_empty());
    let url = match matches.get_one::<String>("url") {
        Some(url) => url.clone(),
        // A token of somewhere is not shown elsewhere.
        None if given.is_some() => HERE.to_owned(),
        None => last_server()?.unwrap_or_else(|| HERE.to_owned()),
    };
    let address = connecting::address_of(&url, matches.get_one("tls_ca").cloned())?;
    if !address.is_framed() {
        return Err(Failure::Usage("--server: files go over framed TCP; give tcp://HOST:PORT or tcps://".to_owned()));
    }
    let token = match given {
        Some(token) => token.into(),
        None => connecting::profiles()?.opening(&address).map(|profile| profile.token).ok_or_else(|| {
            Failure::Usage(format!(
                "files go between accounts: log in with `parlor login {url}`, or set {} to a token from /settings",
                crate::config::TOKEN_VARIABLE
            ))
        })?,
    };
    Ok(Target { address, token })
}

/// The door for files of the server that was logged in to last.
fn last_server() -> Result<Option<String>, Failure> {
    let all = connecting::profiles()?.all();
    let last = all.first().and_then(|last| ServerAddress::parse(&last.url).ok());
    Ok(last.map(|address| address.usual_framed()))
}

/// A bar on a terminal, lines elsewhere.
pub struct Bar {
    bar: ProgressBar,
    is_quiet: bool,
}

impl Bar {
    /// Nothing is shown yet.
    pub fn new(matches: &ArgMatches) -> Self {
        let is_quiet = matches.get_flag("quiet");
        let is_shown = !is_quiet && std::io::stderr().is_terminal();
        Self { bar: if is_shown { ProgressBar::new(0) } else { ProgressBar::hidden() }, is_quiet }
    }

    /// The end.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begins(&self, filename: &str, size: u64) {
        let style = ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
        if let Ok(style) = style {
            self.bar.set_style(style);
        }
        self.bar.set_message(filename.to_owned());
        self.bar.set_length(size);
    }

    fn reached(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    fn note(&self, text: &str) {
        if !self.is_quiet {
            self.bar.suspend(|| note(text));
        }
    }
}

/// What an error means for the exit code.
pub fn failed(error: &ClientError) -> Failure {
    connecting::failed(error)
}

/// Waits for the work, or for Ctrl-C.
pub async fn or_interrupted<T>(work: impl Future<Output = Result<T, ClientError>>) -> Result<T, Failure> {
    tokio::select! {
        outcome = work => outcome.map_err(|error| failed(&error)),
        _ = tokio::signal::ctrl_c() => Err(Failure::Interrupted(Some("interrupted; the same command goes on from there".to_owned()))),
    }
}
