//! The command line: one file per command. `parlor` alone is `parlor serve`.
//!
//! Exit codes: 0 fine, 1 failed, 2 wrong usage (a flag, variable or setting that makes no sense), 130 ended by Ctrl-C.

mod admin;
mod backup;
mod bench;
mod chat;
mod config;
mod connecting;
mod doctor;
mod export;
mod get;
mod handing;
mod import;
mod login;
mod logout;
mod put;
mod restore;
mod send;
mod serve;
mod tail;

use std::path::Path;
use std::process::ExitCode;

use clap::{ArgMatches, Command};

use crate::config::{Config, ConfigError, clap_args, environment, given_flags};

/// What shells make of a program that SIGINT has ended: 128 + 2.
const INTERRUPTED: u8 = 130;

/// What went wrong, for the exit code.
enum Failure {
    /// Wrong usage.
    Usage(String),
    /// It could not be done.
    Failed(String),
    /// Ctrl-C, before it was done; what is left undone, if anything.
    Interrupted(Option<String>),
}

/// Runs the command that was typed.
#[must_use]
pub fn main() -> ExitCode {
    let matches = command().get_matches();
    let outcome = match matches.subcommand() {
        Some(("admin", sub)) => admin::run(sub),
        Some(("backup", sub)) => backup::run(sub),
        Some(("bench", sub)) => bench::run(sub),
        Some(("chat", sub)) => chat::run(sub),
        Some(("config", sub)) => config::run(sub),
        Some(("doctor", sub)) => doctor::run(sub),
        Some(("export", sub)) => export::run(sub),
        Some(("get", sub)) => get::run(sub),
        Some(("import", sub)) => import::run(sub),
        Some(("put", sub)) => put::run(sub),
        Some(("login", sub)) => login::run(sub),
        Some(("logout", sub)) => logout::run(sub),
        Some(("restore", sub)) => restore::run(sub),
        Some(("send", sub)) => send::run(sub),
        Some(("tail", sub)) => tail::run(sub),
        Some((_, sub)) => serve::run(sub),
        None => serve::run(&matches),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(line)) => complain(&line, 2),
        Err(Failure::Failed(line)) => complain(&line, 1),
        Err(Failure::Interrupted(Some(line))) => complain(&line, INTERRUPTED),
        Err(Failure::Interrupted(None)) => ExitCode::from(INTERRUPTED),
    }
}

fn command() -> Command {
    Command::new("parlor")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A self-hosted, real-time chat server in one binary")
        .after_help(
            "Every setting is a flag, a PARLOR_* variable and a key of parlor.toml; `parlor config` shows them all.",
        )
        .args(clap_args())
        .arg(serve::flag())
        .args_conflicts_with_subcommands(true)
        .subcommand(Command::new("serve").about("Runs the server (the default)").args(clap_args()).arg(serve::flag()))
        .subcommand(chat::command())
        .subcommand(login::command())
        .subcommand(logout::command())
        .subcommand(send::command())
        .subcommand(tail::command())
        .subcommand(put::command())
        .subcommand(get::command())
        .subcommand(admin::command())
        .subcommand(backup::command())
        .subcommand(restore::command())
        .subcommand(export::command())
        .subcommand(import::command())
        .subcommand(doctor::command())
        .subcommand(bench::command())
        .subcommand(config::command())
}

/// The settings as flags, variables and file give them.
fn load(matches: &ArgMatches) -> Result<Config, Failure> {
    let refused = |error: ConfigError| Failure::Usage(error.to_string());
    Config::load(given_flags(matches), environment(), Path::new(".")).map_err(refused)
}

/// Where the settings have their database.
fn database_url(config: &Config) -> Option<String> {
    config.store.database.as_ref().map(|url| url.expose().to_owned())
}

/// Runs what talks to the database and to nobody else.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(|error| Failure::Failed(format!("cannot start: {error}")))?.block_on(work))
}

fn complain(line: &str, code: u8) -> ExitCode {
    note(line);
    ExitCode::from(code)
}

/// A line for whoever watches: what goes wrong, or for how long it will not go on.
#[expect(clippy::print_stderr, reason = "this is where the user reads what went wrong")]
fn note(line: &str) {
    eprintln!("parlor: {line}");
}
