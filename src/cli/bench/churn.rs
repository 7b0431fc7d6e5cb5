//! `parlor bench churn`: people who come, join, leave and go, one after the other.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use clap::{ArgMatches, Command};
use futures_util::future::try_join_all;
use serde_json::json;

use super::super::Failure;
use super::Outcome;
use super::report::{Latencies, Report};
use super::session::Session;
use super::setup::{Setup, args, explained, number, of, pass};
use super::tally::Tally;
use crate::client::ClientError;

pub fn command() -> Command {
    Command::new("churn")
        .about("Connects, joins, leaves and disconnects as often as it can")
        .args(args("10"))
        .arg(number("clients", "N", "16", 1..=10_000, "How many do so at a time"))
        .arg(number("rooms", "R", "10", 1..=10_000, "Over how many rooms"))
}

/// How long each step took, and how often it was done.
#[derive(Default)]
struct Steps {
    opened: Latencies,
    closed: Latencies,
}

pub async fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let (setup, clients, rooms) = (Setup::new(matches).await?, of(matches, "clients"), of(matches, "rooms"));
    setup.allow(2 * clients)?;
    let (tally, steps) = (Tally::new(), RefCell::<Steps>::default());
    let (before, start) = (setup.usage(), Instant::now());
    let coming = try_join_all((0..clients).map(|client| come_and_go(&setup, &tally, &steps, client, rooms)));
    // Each goes on until there is trouble; all of them are given up together when the time is over.
    if let Some(Err(error)) = pass("coming", setup.seconds, coming).await {
        return Err(explained(error));
    }

    let (steps, span) = (steps.borrow(), start.elapsed());
    let mut report = Report::new("churn");
    report.row("clients", clients);
    report.row("seconds", span.as_secs());
    report.row("visits", steps.closed.count());
    report.rate("visits_per_second", steps.closed.count(), span);
    report.latency("connect_and_join", &steps.opened);
    report.latency("leave_and_close", &steps.closed);
    report.server(before, setup.usage(), Some(("visits_per_server_cpu_second", steps.closed.count())));
    Ok(Outcome { report, wrong: None })
}

async fn come_and_go(
    setup: &Setup,
    tally: &Rc<Tally>,
    steps: &RefCell<Steps>,
    client: u64,
    rooms: u64,
) -> Result<(), ClientError> {
    for visit in 0_u64.. {
        let room = setup.room((client + visit) % rooms);
        let start = Instant::now();
        let session = Session::open(setup, tally, client, &room, true).await?;
        steps.borrow_mut().opened.take(start.elapsed());
        let start = Instant::now();
        session.lean.push(&json!({"type": "leave", "id": "l", "room": room}).to_string());
        session.lean.close(&setup.scratch).await;
        steps.borrow_mut().closed.take(start.elapsed());
    }
    Ok(())
}
