//! `parlor doctor`: looks at a set-up and says what to mend. It changes nothing.
//!
//! **How to add a check:** a function in `machine.rs` or `data.rs` that gives a [`Finding`], and its line in [`findings`].

mod data;
mod machine;

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};
use derive_more::Display;
use serde::Serialize;

use super::{Failure, block_on};
use crate::config::{Config, clap_args, environment, given_flags};

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Display)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    #[display("ok")]
    Ok,
    /// It works; something could be better.
    #[display("note")]
    Note,
    /// It does not work, or will not for long.
    #[display("FAULT")]
    Fault,
}

/// What one check has found.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    /// What is so and, unless it is well, what to do.
    says: String,
}

impl Finding {
    fn ok(check: &'static str, says: impl Into<String>) -> Self {
        Self { check, state: State::Ok, says: says.into() }
    }

    fn note(check: &'static str, says: impl Into<String>) -> Self {
        Self { check, state: State::Note, says: says.into() }
    }

    fn fault(check: &'static str, says: impl Into<String>) -> Self {
        Self { check, state: State::Fault, says: says.into() }
    }
}

pub fn command() -> Command {
    Command::new("doctor")
        .about("Looks at a set-up and says what to mend; changes nothing")
        .after_help("Ends with 1 when there is a fault. Run it as the user of the server, with its settings.")
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Tell it as JSON"))
        .args(clap_args())
}

#[expect(clippy::print_stdout, reason = "the output of this command")]
pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let loaded = Config::load(given_flags(matches), environment(), Path::new("."));
    let found = match loaded {
        Ok(config) => block_on(findings(&config))?,
        // Nothing else can be looked at.
        Err(error) => vec![Finding::fault("settings", error.to_string())],
    };
    if matches.get_flag("json") {
        println!("{}", serde_json::json!({ "findings": found }));
    } else {
        for Finding { check, state, says } in &found {
            println!("{:<6} {check:<12} {says}", state.to_string());
        }
    }
    match found.iter().filter(|finding| finding.state == State::Fault).count() {
        0 => Ok(()),
        1 => Err(Failure::Failed("there is a fault to mend".to_owned())),
        faults => Err(Failure::Failed(format!("there are {faults} faults to mend"))),
    }
}

async fn findings(config: &Config) -> Vec<Finding> {
    vec![
        Finding::ok("settings", "all of them are understood; `parlor config` shows them"),
        data::folder(&config.store.data),
        data::database(config).await,
        data::clock(config).await,
        data::disk(config),
        data::backups(config),
        machine::open_files(config.listen.max_connections as u64),
        machine::port(config).await,
        machine::certificate(config),
        machine::public_url(config),
    ]
}
