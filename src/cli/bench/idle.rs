//! `parlor bench idle`: many connections that say nothing, and what each of them costs.

use std::rc::Rc;

use clap::{ArgMatches, Command};
use futures_util::{StreamExt, stream};

use super::super::Failure;
use super::Outcome;
use super::report::{Report, ratio};
use super::setup::{Setup, args, bar, explained, number, of, pass};
use super::tally::Tally;
use crate::client::lean::Lean;

/// Handshakes at a time.
const AT_A_TIME: usize = 64;

pub fn command() -> Command {
    Command::new("idle")
        .about("Holds many silent connections; with --pid, shows what each costs in memory")
        .args(args("10"))
        .arg(number("connections", "N", "1000", 1..=1_000_000, "How many connections"))
}

pub async fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let (setup, connections) = (Setup::new(matches).await?, of(matches, "connections"));
    setup.allow(connections)?;
    let (tally, before) = (Tally::new(), setup.usage());
    let progress = bar("connecting", connections);
    let opened = stream::iter(0..connections)
        .map(|number| {
            let setup = &setup;
            async move { Lean::open(&setup.target, &setup.guest(number)).await }
        })
        .buffer_unordered(AT_A_TIME);
    let mut opened = std::pin::pin!(opened);
    while let Some(lean) = opened.next().await {
        let (lean, scratch, tally) = (lean.map_err(explained)?, Rc::clone(&setup.scratch), Rc::clone(&tally));
        tokio::task::spawn_local(async move {
            // Pings are answered; anything else is passed over.
            while lean.read(&scratch, |_| {}).await.is_ok() {}
            tally.cut_off.set(tally.cut_off.get() + 1);
        });
        progress.inc(1);
    }
    progress.finish_and_clear();
    pass("holding", setup.seconds, std::future::pending::<()>()).await;

    let after = setup.usage();
    let mut report = Report::new("idle");
    report.row("connections", connections);
    report.row("cut_off", tally.cut_off.get());
    if let (Some(before), Some(after)) = (before, after) {
        let grown = after.rss_bytes.saturating_sub(before.rss_bytes);
        report.row("server_bytes_per_connection", ratio(grown, ratio(connections, 1.0)).round());
    }
    report.server(before, after, None);
    let lost = tally.cut_off.get();
    Ok(Outcome { report, wrong: (lost > 0).then(|| format!("{lost} connections were cut off")) })
}
