//! `parlor serve`: runs the server until it is told to stop.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Failure, load};
use crate::app::{self, StartError};
use crate::config::{Config, TlsSource};
use crate::domain::clock::Clock;
use crate::telemetry::logging;

/// How long `/readyz` says 503 before the doors close, so that a load balancer can notice.
const NOTICE: Duration = Duration::from_secs(1);

/// The flag that opens all doors.
const ALL_DOORS: &str = "all-doors";

/// What only a server takes, beside the settings.
pub fn flag() -> Arg {
    Arg::new(ALL_DOORS).long(ALL_DOORS).action(ArgAction::SetTrue).help(
        "Opens all doors that have no address yet on 127.0.0.1, for trying out: framed TCP on 7070, plain lines on 7071, \
         IRC on 6667; with TLS also on 7443, 7444 and 6697",
    )
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let mut config = load(matches)?;
    if matches.get_flag(ALL_DOORS) {
        config.doors.open_all(config.tls.source != TlsSource::Off);
    }
    logging::init(&config.log).map_err(|error| Failure::Failed(error.to_string()))?;
    // Each connection is an open file, and what systems grant unasked is often 1,024.
    let files = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: files.maximum, ..files }) {
        log::warn!("the limit of open files could not be raised: {error}");
    }
    actix::System::new().block_on(serve(config)).map_err(|error| Failure::Failed(error.to_string()))
}

async fn serve(config: Config) -> Result<(), StartError> {
    let server = app::start(config, Clock::System).await?;
    // Before the line that says it is open: whoever reads it may send a signal at once.
    let mut signals = StopSignals::listen();
    greet(&server);
    tokio::select! {
        () = signals.next() => {}
        () = reload_on_hangup(&server) => {}
    }
    log::info!("stopping: sessions are told, what was accepted is written");
    tokio::select! {
        () = server.stop(NOTICE) => Ok(()),
        () = signals.next() => Err(StartError::Interrupted),
    }
}

/// SIGHUP takes a new certificate. Without TLS it ends the process, as ever.
async fn reload_on_hangup(server: &app::Server) {
    let listening = server.tls().and_then(|_| signal(SignalKind::hangup()).ok());
    let Some(mut hangups) = listening else { return std::future::pending().await };
    while hangups.recv().await.is_some() {
        server.reload_certificate();
    }
    std::future::pending::<()>().await;
}

#[expect(clippy::print_stdout, reason = "the one line that says where to open it")]
fn greet(server: &app::Server) {
    println!("Parlor is open at {}", server.url());
    for door in server.doors() {
        let (name, tls) = (door.door.as_str(), if door.is_secure { " under TLS" } else { "" });
        println!("The door {name}{tls} is open at {}", door.address);
    }
    if let Some(fingerprint) = server.tls().and_then(crate::tls::ServerTls::own_fingerprint) {
        println!("It made its certificate itself, so browsers warn. Compare its SHA-256 fingerprint: {fingerprint}");
    }
    if let Some(code) = server.setup_code() {
        println!(
            "There is no account yet. Open {}/setup to make yours; from another machine, type the code {code}",
            server.url()
        );
    }
}

/// SIGINT (Ctrl-C) and SIGTERM. Without signals there is nothing to wait for; the server then runs until it is killed.
struct StopSignals(Option<(Signal, Signal)>);

impl StopSignals {
    /// From now on neither ends the process by itself.
    fn listen() -> Self {
        Self(signal(SignalKind::interrupt()).ok().zip(signal(SignalKind::terminate()).ok()))
    }

    /// Waits for either.
    async fn next(&mut self) {
        let Some((interrupt, terminate)) = &mut self.0 else { return std::future::pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}
