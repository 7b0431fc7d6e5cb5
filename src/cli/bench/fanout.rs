//! `parlor bench fanout`: one sender and many listeners in each room, at a fixed rate or as quickly as it goes.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::{Arg, ArgAction, ArgMatches, Command};
use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::time::{sleep_until, timeout};

use super::super::Failure;
use super::checker::{Faults, LogSums};
use super::report::Report;
use super::session::Session;
use super::setup::{Setup, VERIFIER, args, bar, explained, number, of, pass};
use super::tally::Tally;
use super::{Outcome, log};
use crate::client::{ClientError, Settings};

/// Handshakes at a time.
const AT_A_TIME: usize = 64;
/// How long what was sent may take to arrive, once nothing more is sent.
const LAST_CALL: Duration = Duration::from_secs(20);

pub fn command() -> Command {
    Command::new("fanout")
        .about("Sends to many listeners: how many events reach them, and how quickly")
        .args(args("10"))
        .arg(number("rooms", "R", "1", 1..=10_000, "How many rooms, each with one sender"))
        .arg(number("listeners", "N", "100", 1..=1_000_000, "How many listen in each room, its sender included"))
        .arg(number("rate", "M", "50", 0..=1_000_000, "Messages a second in each room; 0 for as many as it goes"))
        .arg(number("window", "W", "64", 1..=10_000, "With --rate 0: how many may be on their way in each room"))
        .arg(number("bytes", "B", "64", 16..=16_384, "Length of a text"))
        .arg(
            Arg::new("verify")
                .long("verify")
                .action(ArgAction::SetTrue)
                .help("Compare what each listener heard with the log, and end with 1 if anything is wrong"),
        )
}

/// What a run is to be.
struct Plan {
    rooms: u64,
    listeners: u64,
    rate: u64,
    window: u64,
    bytes: usize,
}

pub async fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let setup = Rc::new(Setup::new(matches).await?);
    let plan = Rc::new(Plan {
        rooms: of(matches, "rooms"),
        listeners: of(matches, "listeners"),
        rate: of(matches, "rate"),
        window: of(matches, "window"),
        bytes: usize::try_from(of(matches, "bytes")).unwrap_or(64),
    });
    setup.allow(plan.rooms * plan.listeners + 1)?;
    let tally = Tally::new();
    let sessions = connect(&setup, &tally, &plan).await?;

    let (own_before, before, start) = (setup.own_usage(), setup.usage(), Instant::now());
    let sent = set_off(&setup, &tally, &plan, &sessions, start + setup.seconds);
    if let Some(trouble) = pass("sending", setup.seconds, tally.trouble()).await {
        return Err(explained(trouble));
    }
    let goal = sent.get() * plan.listeners;
    let waited_in_vain = match timeout(LAST_CALL, tally.reach(goal)).await {
        Ok(Ok(())) => Duration::ZERO,
        Ok(Err(trouble)) => return Err(explained(trouble)),
        // What has not come is counted as lost below.
        Err(_) => LAST_CALL,
    };
    let (span, after, own_after) = (start.elapsed().saturating_sub(waited_in_vain), setup.usage(), setup.own_usage());

    let verify = matches.get_flag("verify");
    let faults = check(&setup, &sessions, verify).await?;
    let mut report = Report::new("fanout");
    report.row("rooms", plan.rooms);
    report.row("listeners", plan.listeners);
    report.row("sent", sent.get());
    report.rate("sent_per_second", sent.get(), span);
    report.row("delivered", tally.measured.get());
    report.rate("delivered_per_second", tally.measured.get(), span);
    report.latency("delivery", &tally.latencies.borrow());
    report.row("undelivered", goal.saturating_sub(tally.heard.get()));
    report.row("cut_off", tally.cut_off.get());
    report.faults(faults);
    report.own(own_before, own_after);
    report.server(before, after, Some(("delivered_per_server_cpu_second", tally.measured.get())));
    let wrong = (verify && !faults.is_none()).then(|| "not everybody heard everything".to_owned());
    Ok(Outcome { report, wrong })
}

/// Everybody listens, and the first of each room sends until the time is over. Answers with how many were sent.
fn set_off(
    setup: &Rc<Setup>,
    tally: &Rc<Tally>,
    plan: &Rc<Plan>,
    sessions: &[Placed],
    until: Instant,
) -> Rc<Cell<u64>> {
    let sent = Rc::new(Cell::new(0));
    tally.is_measuring.set(true);
    for placed in sessions {
        let (setup, tally, plan) = (Rc::clone(setup), Rc::clone(tally), Rc::clone(plan));
        let (sent, placed) = (Rc::clone(&sent), placed.clone());
        tokio::task::spawn_local(async move {
            let outcome = match (placed.number < plan.rooms, plan.rate) {
                (false, _) => listen(&setup, &placed.session).await,
                (true, 0) => saturate(&setup, &tally, &plan, &placed, &sent, until).await,
                (true, _) => at_a_rate(&setup, &tally, &plan, &placed, &sent, until).await,
            };
            if let Err(error) = outcome {
                ended(&tally, error);
            }
        });
    }
    sent
}

/// A session with its place: the first of each room sends.
#[derive(Clone)]
struct Placed {
    number: u64,
    room: String,
    session: Rc<Session>,
}

async fn connect(setup: &Setup, tally: &Rc<Tally>, plan: &Plan) -> Result<Vec<Placed>, Failure> {
    let total = plan.rooms * plan.listeners;
    let progress = bar("connecting", total);
    let place = |number: u64| async move {
        let room = setup.room(number % plan.rooms);
        let session = Session::open(setup, tally, number, &room, number < plan.rooms).await.map_err(explained)?;
        Ok::<_, Failure>(Placed { number, room, session: Rc::new(session) })
    };
    let mut sessions = Vec::new();
    // First those who make the rooms, then everybody else.
    for numbers in [0..plan.rooms, plan.rooms..total] {
        let mut opened = std::pin::pin!(stream::iter(numbers).map(place).buffer_unordered(AT_A_TIME));
        while let Some(session) = opened.next().await {
            sessions.push(session?);
            progress.inc(1);
        }
    }
    progress.finish_and_clear();
    Ok(sessions)
}

async fn listen(setup: &Setup, session: &Session) -> Result<(), ClientError> {
    loop {
        session.read(&setup.scratch).await?;
    }
}

/// A connection that has ended is counted; a refusal ends the run.
fn ended(tally: &Tally, error: ClientError) {
    match error {
        ClientError::Lost { .. } => tally.cut_off.set(tally.cut_off.get() + 1),
        refusal => tally.fail(refusal),
    }
}

/// Sends at fixed moments, whatever comes back.
async fn at_a_rate(
    setup: &Setup,
    tally: &Tally,
    plan: &Plan,
    placed: &Placed,
    sent: &Cell<u64>,
    until: Instant,
) -> Result<(), ClientError> {
    let (start, mut own) = (Instant::now(), 0_u64);
    loop {
        // Rooms are set apart, so that not all of them send in the same moment.
        let micros = (own * plan.rooms + placed.number).saturating_mul(1_000_000) / (plan.rate * plan.rooms);
        let due = start + Duration::from_micros(micros);
        let is_over = due >= until;
        tokio::select! {
            outcome = placed.session.read(&setup.scratch) => outcome?,
            () = sleep_until(due.into()), if !is_over => {
                own += 1;
                // What could not be sent in time is not sent any more: the end is counted already.
                if Instant::now() < until {
                    say(tally, plan, placed, sent);
                    placed.session.lean.flush().await?;
                }
            }
        }
    }
}

/// Keeps as many on their way as the window allows: one goes out when one has come back.
async fn saturate(
    setup: &Setup,
    tally: &Tally,
    plan: &Plan,
    placed: &Placed,
    sent: &Cell<u64>,
    until: Instant,
) -> Result<(), ClientError> {
    let (begin, mut own) = (placed.session.listener.borrow().checker.last(), 0);
    loop {
        let back = placed.session.listener.borrow().checker.last() - begin;
        if Instant::now() < until {
            while own < back + plan.window {
                say(tally, plan, placed, sent);
                own += 1;
            }
        }
        placed.session.lean.flush().await?;
        placed.session.read(&setup.scratch).await?;
    }
}

fn say(tally: &Tally, plan: &Plan, placed: &Placed, sent: &Cell<u64>) {
    let text = tally.stamped(plan.bytes);
    placed.session.lean.push(&json!({"type": "send", "id": "s", "room": placed.room, "text": text}).to_string());
    sent.set(sent.get() + 1);
}

/// What was wrong, over all sessions. The end of a log is what anybody has heard, or what the log itself says.
async fn check(setup: &Setup, sessions: &[Placed], verify: bool) -> Result<Faults, Failure> {
    let mut rooms: BTreeMap<&str, Vec<&Session>> = BTreeMap::new();
    for placed in sessions {
        rooms.entry(&placed.room).or_default().push(&placed.session);
    }
    let client = verify.then(|| setup.client(VERIFIER, Settings::default()));
    let mut faults = Faults::default();
    for (room, sessions) in rooms {
        let log = match &client {
            Some((client, _)) => Some(log::read(client, room, 0, |_| {}).await?),
            None => None,
        };
        let heard = sessions.iter().map(|session| session.listener.borrow().checker.last()).max();
        let end = log.as_ref().map_or(heard.unwrap_or_default(), LogSums::end);
        for session in sessions {
            faults += session.listener.borrow().checker.faults(end, log.as_ref());
        }
    }
    Ok(faults)
}
