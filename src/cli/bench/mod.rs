//! `parlor bench`: measures a server over the protocol. Each kind of run has a file; all of them end by themselves.
//!
//! **How to add a kind of run:** a file with `command` and `run`, a line in [`command`] and in [`run`], a test in
//! `tests/suite/client/bench.rs`, a row in docs/CLIENT.md.

mod checker;
mod churn;
mod fanout;
mod idle;
mod listener;
mod log;
mod process;
mod report;
mod send;
mod session;
mod setup;
mod soak;
mod soak_check;
mod soak_sender;
mod tally;

use std::future::Future;

use clap::{ArgMatches, Command};
use tokio::task::LocalSet;

use super::{Failure, connecting};
use report::Report;

const EXPLANATION: &str = "\
parlor bench measures a running server from outside, over the protocol. There are five kinds of runs:

  parlor bench fanout URL   one sender and many listeners in each room: how many events reach people, how quickly
  parlor bench send   URL   many senders who wait for their acknowledgements: how many messages are stored
  parlor bench idle   URL   many silent connections: what each costs in memory
  parlor bench churn  URL   coming and going: connects, joins, leaves
  parlor bench soak   URL   a crowd that loses its connections again and again: is anything lost?

A first run, in two terminals:

  PARLOR_RATE_LIMITS=off PARLOR_GUESTS=open parlor --listen 127.0.0.1:8090 --data /tmp/bench --workers 1
  parlor bench fanout http://127.0.0.1:8090 --listeners 100 --rate 50 --seconds 5 --pid $(pgrep -n parlor)

Measure a server of its own, never one that people use. `parlor bench KIND --help` shows what can be set.
";

pub fn command() -> Command {
    Command::new("bench")
        .about("Measures a server")
        .subcommand(fanout::command())
        .subcommand(send::command())
        .subcommand(idle::command())
        .subcommand(churn::command())
        .subcommand(soak::command())
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    match matches.subcommand() {
        Some(("fanout", sub)) => measure(sub, fanout::run),
        Some(("send", sub)) => measure(sub, send::run),
        Some(("idle", sub)) => measure(sub, idle::run),
        Some(("churn", sub)) => measure(sub, churn::run),
        Some(("soak", sub)) => measure(sub, soak::run),
        _ => {
            explain();
            Ok(())
        }
    }
}

#[expect(clippy::print_stdout, reason = "the output of this command")]
fn explain() {
    print!("{EXPLANATION}");
}

/// What a run has found, and whether that is what was asked for.
struct Outcome {
    report: Report,
    /// What was wrong, in a line.
    wrong: Option<String>,
}

/// Runs on one thread, prints the report, and fails if something was wrong.
fn measure<'a, F: Future<Output = Result<Outcome, Failure>>>(
    matches: &'a ArgMatches,
    run: impl FnOnce(&'a ArgMatches) -> F,
) -> Result<(), Failure> {
    connecting::run(|| async move {
        let outcome = LocalSet::new().run_until(run(matches)).await?;
        outcome.report.print(matches.get_flag("json"))?;
        outcome.wrong.map_or(Ok(()), |line| Err(Failure::Failed(line)))
    })
}
