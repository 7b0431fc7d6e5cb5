//! `parlor chat`: the terminal client.

use std::io::IsTerminal;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{Failure, connecting, note};
use crate::client::profiles::Profiles;
use crate::client::random::Random;
use crate::client::{ClientError, Identity, ServerAddress};
use crate::terminal::clock::LocalTime;
use crate::terminal::state::Setup;
use crate::terminal::theme::{Abilities, ThemeChoice};
use crate::terminal::{Start, run as run_terminal};

pub fn command() -> Command {
    let [url, authority] = connecting::server();
    Command::new("chat")
        .about("Talks with others, in this terminal")
        .after_help(
            "Without a URL it opens the server that you have logged in to last, see `parlor login`. Inside, ? explains \
             everything. Lost connections, sleep and restarts of the server mend themselves; what you write meanwhile is \
             sent once, later. It is kept in memory only: leaving asks first when something is not sent yet.",
        )
        .arg(url.required(false))
        .arg(authority)
        .arg(connecting::http())
        .arg(Arg::new("room").long("room").value_name("ROOM").help("The room to begin with"))
        .args(connecting::who())
        .arg(
            Arg::new("theme")
                .long("theme")
                .value_name("THEME")
                .value_parser(["auto", "light", "dark"])
                .help("The colours [default: what /theme was set to last, else what the terminal says of itself]"),
        )
        .arg(
            Arg::new("no_mouse")
                .long("no-mouse")
                .action(ArgAction::SetTrue)
                .help("Leave the mouse to the terminal, which selects text with it"),
        )
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        let line = "`parlor chat` needs a terminal; programs use `parlor send` and `parlor tail`";
        return Err(Failure::Usage(line.to_owned()));
    }
    let url = match matches.get_one::<String>("url") {
        Some(url) => url.clone(),
        None => last_url(&connecting::profiles()?)?,
    };
    let address = connecting::address_of(&url, matches.get_one("tls_ca").cloned())?;
    let identity = connecting::identity(matches, &address)?;
    let is_guest = matches!(identity, Identity::Guest(_));
    let http = connecting::http_of(matches, &address)?;
    let setup = setup(matches, &address, &identity);
    let keep_theme = Box::new(|name: &str| {
        let kept = connecting::profiles()
            .and_then(|mut profiles| profiles.set_theme(name).map_err(|error| Failure::Failed(error.to_string())));
        // It holds for this time; that it could not be kept is worth no more than the log.
        if let Err(Failure::Failed(line)) = kept {
            log::warn!("{line}");
        }
    });
    let start = Start { address, http, identity, setup, keep_theme };
    connecting::run(|| async move { run_terminal(start).await.map_err(|error| explained(&error, is_guest, &url)) })
}

/// Whoever is refused as a guest, and whoever shows a login that has ended, is told how to log in.
fn explained(error: &ClientError, is_guest: bool, url: &str) -> Failure {
    match error {
        ClientError::Refused { code, message, .. } if code == "unauthorized" => {
            let who = if is_guest { "you have no login for this server" } else { "the login is not good any more" };
            Failure::Failed(format!("{message} ({who}: `parlor login {url}` makes one)"))
        }
        _ => connecting::failed(error),
    }
}

fn last_url(profiles: &Profiles) -> Result<String, Failure> {
    let all = profiles.all();
    let Some(last) = all.first() else {
        let line = "say which server: parlor chat URL; or log in once with: parlor login URL";
        return Err(Failure::Usage(line.to_owned()));
    };
    if all.len() > 1 {
        note(&format!("{}, as {}; the others need their URL", last.url, last.name));
    }
    Ok(last.url.clone())
}

fn setup(matches: &ArgMatches, address: &ServerAddress, identity: &Identity) -> Setup {
    let kept = connecting::profiles().ok().and_then(|profiles| profiles.theme().map(str::to_owned));
    let theme = matches.get_one::<String>("theme").cloned().or(kept);
    Setup {
        server: address.target().0.to_owned(),
        room: matches.get_one::<String>("room").map(|room| room.trim_start_matches('#').to_lowercase()),
        is_guest: matches!(identity, Identity::Guest(_)),
        theme: theme.as_deref().and_then(ThemeChoice::parse).unwrap_or_default(),
        abilities: Abilities::of(|name| std::env::var(name).ok()),
        local: LocalTime::system(),
        nonces: format!("{:016x}", Random::from_system().number()),
        has_mouse: !matches.get_flag("no_mouse"),
    }
}
