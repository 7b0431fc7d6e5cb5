//! What all kinds of runs share: the server, who the connections are, what is looked at, how progress is shown.

use std::future::Future;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::builder::RangedU64ValueParser;
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::Failure;
use super::super::connecting::{self, identity};
use super::process::{Process, Usage, allow_connections};
use crate::client::lean::{LeanTarget, Scratch};
use crate::client::random::Random;
use crate::client::{Client, ClientError, Events, Identity, ServerAddress, Settings};

/// What to do about a server that is not ready for being measured.
const HINT: &str = "start the server that is measured with PARLOR_RATE_LIMITS=off and PARLOR_GUESTS=open";

/// The number of the guest who compares with the log in the end.
pub const VERIFIER: u64 = 999_999_999;

/// The arguments of every kind of run; `seconds` is its length unless given.
pub fn args(seconds: &'static str) -> Vec<Arg> {
    let ([name, token], [url, authority]) = (connecting::who(), connecting::server());
    vec![
        url,
        authority,
        number("seconds", "N", seconds, 1..=86_400, "How long to measure"),
        Arg::new("pid")
            .long("pid")
            .value_name("PID")
            .value_parser(value_parser!(u32))
            .help("The process of the server, on this machine: shows the processor time and the memory it takes"),
        Arg::new("json").long("json").action(ArgAction::SetTrue).help("Show the result as a JSON object"),
        name,
        token,
    ]
}

/// An argument that is a number with a default and bounds.
pub fn number(
    name: &'static str,
    shown: &'static str,
    default: &'static str,
    bounds: std::ops::RangeInclusive<u64>,
    help: &'static str,
) -> Arg {
    let bounds = RangedU64ValueParser::<u64>::new().range(bounds);
    Arg::new(name).long(name).value_name(shown).value_parser(bounds).default_value(default).help(help)
}

/// The value of such an argument.
pub fn of(matches: &ArgMatches, name: &str) -> u64 {
    matches.get_one(name).copied().unwrap_or_default()
}

/// What all kinds of runs share.
pub struct Setup {
    /// Where lean connections go.
    pub target: LeanTarget,
    /// What they read into.
    pub scratch: Rc<Scratch>,
    /// How long to measure.
    pub seconds: Duration,
    address: ServerAddress,
    identity: Identity,
    process: Option<Process>,
    own: Option<Process>,
    run: String,
}

impl Setup {
    /// Reads the arguments and looks at the server.
    pub async fn new(matches: &ArgMatches) -> Result<Self, Failure> {
        let address = connecting::address(matches)?;
        let identity = identity(matches, &address)?;
        let process = matches.get_one("pid").copied().map(Process::of).transpose()?;
        let token = match &identity {
            Identity::Token(token) => Some(token.clone()),
            Identity::Guest(_) => None,
        };
        let target = LeanTarget::resolve(address.clone(), token).await.map_err(explained)?;
        Ok(Self {
            target,
            scratch: Rc::default(),
            seconds: Duration::from_secs(of(matches, "seconds")),
            address,
            identity,
            process,
            own: Process::of(std::process::id()).ok(),
            run: format!("{:08x}", Random::from_system().number() >> 32),
        })
    }

    /// Makes sure that so many connections can be open.
    pub fn allow(&self, connections: u64) -> Result<(), Failure> {
        allow_connections(connections, self.process.as_ref())
    }

    /// The name of a guest of this run.
    pub fn guest(&self, number: u64) -> String {
        format!("bench-{}-{number}", self.run)
    }

    /// The name of a room of this run.
    pub fn room(&self, number: u64) -> String {
        format!("bench-{}-{number}", self.run)
    }

    /// What the server has used so far, if it is known.
    pub fn usage(&self) -> Option<Usage> {
        self.process.as_ref()?.usage()
    }

    /// What this program has used so far, where the system tells.
    pub fn own_usage(&self) -> Option<Usage> {
        self.own.as_ref()?.usage()
    }

    /// A client that heals by itself.
    pub fn client(&self, number: u64, settings: Settings) -> (Client, Events) {
        let identity = match &self.identity {
            Identity::Guest(_) => Identity::guest(self.guest(number)),
            token @ Identity::Token(_) => token.clone(),
        };
        Client::start(self.address.clone(), identity, settings)
    }
}

/// A bar on standard error, where that is a terminal.
pub fn bar(what: &'static str, length: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg:<12} [{bar:40}] {pos}/{len}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
    bar.set_message(what);
    bar
}

/// Waits so long, or until something ends early, and shows how far it is.
pub async fn pass<T>(what: &'static str, span: Duration, early: impl Future<Output = T>) -> Option<T> {
    let (bar, start) = (bar(what, span.as_secs()), Instant::now());
    let mut early = std::pin::pin!(early);
    let mut ticks = tokio::time::interval(Duration::from_millis(200));
    loop {
        tokio::select! {
            outcome = &mut early => return Some(outcome),
            _ = ticks.tick() => {
                bar.set_position(start.elapsed().as_secs());
                if start.elapsed() >= span {
                    bar.finish_and_clear();
                    return None;
                }
            }
        }
    }
}

/// An error with what to do about it.
pub fn explained(error: ClientError) -> Failure {
    let wants_hint = match &error {
        ClientError::Refused { code, .. } => {
            matches!(code.as_str(), "rate_limited" | "unauthorized" | "not_found" | "forbidden" | "conflict")
        }
        _ => false,
    };
    if wants_hint { Failure::Failed(format!("{error}; {HINT}")) } else { connecting::failed(&error) }
}
