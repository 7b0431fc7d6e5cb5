//! `parlor bench send`: many senders, each waiting for its acknowledgements or at a fixed rate: how much is stored.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::json;
use tokio::time::{sleep_until, timeout};

use super::super::Failure;
use super::report::{Latencies, Report};
use super::session::Session;
use super::setup::{Setup, VERIFIER, args, bar, explained, number, of, pass};
use super::tally::Tally;
use super::{Outcome, log};
use crate::client::frame::Frame;
use crate::client::glance::{Glance, glance};
use crate::client::lean::Lean;
use crate::client::{ClientError, Settings};
use crate::domain::ids::Seq;

/// How long answers may take, once nothing more is sent.
const LAST_CALL: Duration = Duration::from_secs(20);

pub fn command() -> Command {
    Command::new("send")
        .about("Sends and waits until it is stored: how many messages are acknowledged, and how quickly")
        .args(args("10"))
        .arg(number("senders", "N", "100", 1..=100_000, "How many send"))
        .arg(number("rooms", "R", "10", 1..=10_000, "Over how many rooms"))
        .arg(number("window", "W", "1", 1..=10_000, "How many each has on its way at a time"))
        .arg(number(
            "rate",
            "M",
            "0",
            0..=10_000_000,
            "Messages a second of all together, whatever comes back; 0 to wait",
        ))
        .arg(number("bytes", "B", "64", 16..=16_384, "Length of a text"))
        .arg(
            Arg::new("verify")
                .long("verify")
                .action(ArgAction::SetTrue)
                .help("Look for each acknowledged message in the log, and end with 1 if anything is wrong"),
        )
}

/// One sender.
struct Sender {
    lean: Lean,
    number: u64,
    room: u64,
    sent: Cell<u64>,
    in_flight: Cell<u64>,
    /// What was acknowledged: its number in the log, and the sender's own.
    acked: RefCell<Vec<(Seq, u64)>>,
}

/// What all senders count together.
struct Desk {
    setup: Setup,
    tally: Rc<Tally>,
    until: Cell<Option<Instant>>,
    window: u64,
    bytes: usize,
    refused: Cell<u64>,
    latencies: RefCell<Latencies>,
}

pub async fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let (senders, rooms, rate) = (of(matches, "senders"), of(matches, "rooms"), of(matches, "rate"));
    let desk = Rc::new(Desk {
        setup: Setup::new(matches).await?,
        tally: Tally::new(),
        until: Cell::new(None),
        window: of(matches, "window"),
        bytes: usize::try_from(of(matches, "bytes")).unwrap_or(64),
        refused: Cell::new(0),
        latencies: RefCell::default(),
    });
    desk.setup.allow(senders + 1)?;
    make_rooms(&desk, rooms).await.map_err(explained)?;
    let senders = connect(&desk, senders, rooms).await.map_err(explained)?;

    let (own_before, before, start) = (desk.setup.own_usage(), desk.setup.usage(), Instant::now());
    desk.until.set(Some(start + desk.setup.seconds));
    set_off(&desk, &senders, rate);
    if let Some(trouble) = pass("sending", desk.setup.seconds, desk.tally.trouble()).await {
        return Err(explained(trouble));
    }
    let sent = senders.iter().map(|sender| sender.sent.get()).sum::<u64>();
    let waited_in_vain = match timeout(LAST_CALL, desk.tally.reach(sent)).await {
        Ok(Ok(())) => Duration::ZERO,
        Ok(Err(trouble)) => return Err(explained(trouble)),
        // What has not come is counted as unanswered below.
        Err(_) => LAST_CALL,
    };
    let (span, after) = (start.elapsed().saturating_sub(waited_in_vain), desk.setup.usage());

    let acked = desk.latencies.borrow().count();
    let mut report = Report::new("send");
    report.row("senders", senders.len());
    report.row("rooms", rooms);
    report.row("sent", sent);
    report.row("acked", acked);
    report.rate("acked_per_second", acked, span);
    report.latency("ack", &desk.latencies.borrow());
    report.row("refused", desk.refused.get());
    report.row("unanswered", sent.saturating_sub(acked + desk.refused.get()));
    let mut wrong = None;
    if matches.get_flag("verify") {
        let (lost, duplicate) = verify(&desk, &senders, rooms).await?;
        report.row("lost", lost);
        report.row("duplicate", duplicate);
        wrong = (lost + duplicate > 0).then(|| "the log does not have each message once".to_owned());
    }
    report.own(own_before, desk.setup.own_usage());
    report.server(before, after, Some(("acked_per_server_cpu_second", acked)));
    Ok(Outcome { report, wrong })
}

/// Everybody sends until the time is over.
fn set_off(desk: &Rc<Desk>, senders: &[Rc<Sender>], rate: u64) {
    let count = senders.len() as u64;
    for sender in senders {
        let (desk, sender) = (Rc::clone(desk), Rc::clone(sender));
        tokio::task::spawn_local(async move {
            let outcome = match rate {
                0 => by_turns(&desk, &sender).await,
                rate => at_a_rate(&desk, &sender, count, rate).await,
            };
            if let Err(error) = outcome {
                desk.tally.fail(error);
            }
        });
    }
}

/// Makes the rooms, and an account a member of them. Nobody goes on listening: only the storing is measured.
async fn make_rooms(desk: &Desk, rooms: u64) -> Result<(), ClientError> {
    for room in 0..rooms {
        let name = desk.setup.room(room);
        let session = Session::open(&desk.setup, &desk.tally, VERIFIER - 1, &name, true).await?;
        session.lean.close(&desk.setup.scratch).await;
    }
    Ok(())
}

async fn connect(desk: &Desk, senders: u64, rooms: u64) -> Result<Vec<Rc<Sender>>, ClientError> {
    let progress = bar("connecting", senders);
    let mut connected = Vec::new();
    for number in 0..senders {
        let lean = Lean::open(&desk.setup.target, &desk.setup.guest(number)).await?;
        let (sent, in_flight, acked) = (Cell::default(), Cell::default(), RefCell::default());
        connected.push(Rc::new(Sender { lean, number, room: number % rooms, sent, in_flight, acked }));
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(connected)
}

/// Sends when the window has room.
async fn by_turns(desk: &Desk, sender: &Sender) -> Result<(), ClientError> {
    loop {
        while sender.in_flight.get() < desk.window && desk.until.get().is_some_and(|until| Instant::now() < until) {
            say(desk, sender);
        }
        sender.lean.flush().await?;
        read(desk, sender).await?;
    }
}

/// Sends at fixed moments, set apart from those of the other senders.
async fn at_a_rate(desk: &Desk, sender: &Sender, senders: u64, rate: u64) -> Result<(), ClientError> {
    let start = Instant::now();
    let moment = |turn: u64| {
        let micros = (turn * senders + sender.number).saturating_mul(1_000_000) / rate;
        start + Duration::from_micros(micros)
    };
    let mut turn = 0;
    loop {
        let due = moment(turn);
        let is_over = desk.until.get().is_none_or(|until| due >= until);
        tokio::select! {
            outcome = read(desk, sender) => outcome?,
            () = sleep_until(due.into()), if !is_over => {
                turn += 1;
                // What could not be sent in time is not sent any more: the end is counted already.
                if desk.until.get().is_some_and(|until| Instant::now() < until) {
                    say(desk, sender);
                    sender.lean.flush().await?;
                }
            }
        }
    }
}

fn say(desk: &Desk, sender: &Sender) {
    let (text, own) = (desk.tally.stamped(desk.bytes), sender.sent.get());
    // The id tells when it was sent and which it is.
    let id = format!("{}-{own}", text.get(..16).unwrap_or_default());
    let (room, nonce) = (desk.setup.room(sender.room), nonce(sender.number, own));
    sender.lean.push(&json!({"type": "send", "id": id, "room": room, "text": text, "nonce": nonce}).to_string());
    sender.sent.set(own + 1);
    sender.in_flight.set(sender.in_flight.get() + 1);
}

fn nonce(sender: u64, own: u64) -> String {
    format!("{sender}-{own}")
}

async fn read(desk: &Desk, sender: &Sender) -> Result<(), ClientError> {
    let mut trouble = None;
    let outcome = sender.lean.read(&desk.setup.scratch, |frame| match glance(frame) {
        Glance::Stored { id, seq } => {
            answered(desk, sender);
            if let Some(span) = desk.tally.age(id) {
                desk.latencies.borrow_mut().take(span);
            }
            let own = std::str::from_utf8(id).ok().and_then(|id| id.split_once('-')?.1.parse().ok());
            sender.acked.borrow_mut().extend(own.map(|own| (seq, own)));
        }
        Glance::Full(frame) => match *frame {
            // Under more than it can take a server says so; that is a result, too.
            Frame::Refused { error: ClientError::Refused { code, .. }, .. } if code == "unavailable" => {
                desk.refused.set(desk.refused.get() + 1);
                answered(desk, sender);
            }
            Frame::Refused { error, .. } => trouble = Some(error),
            Frame::Bye { reason, .. } => trouble = Some(ClientError::Ended { reason }),
            _ => {}
        },
        _ => {}
    });
    outcome.await?;
    trouble.map_or(Ok(()), Err)
}

fn answered(desk: &Desk, sender: &Sender) {
    sender.in_flight.set(sender.in_flight.get().saturating_sub(1));
    desk.tally.count();
}

/// How many acknowledged messages the logs do not have, and how many messages they have twice.
async fn verify(desk: &Desk, senders: &[Rc<Sender>], rooms: u64) -> Result<(u64, u64), Failure> {
    let (client, _) = desk.setup.client(VERIFIER, Settings::default());
    let (mut lost, mut duplicate) = (0, 0);
    for room in 0..rooms {
        let mut stored: HashMap<String, Seq> = HashMap::new();
        log::read(&client, &desk.setup.room(room), 0, |event| {
            let nonce = event.more.get("nonce").and_then(|nonce| nonce.as_str());
            let known = nonce.and_then(|nonce| stored.insert(nonce.to_owned(), event.seq));
            duplicate += u64::from(known.is_some());
        })
        .await?;
        for sender in senders.iter().filter(|sender| sender.room == room) {
            let is_there = |(seq, own): &&(Seq, u64)| stored.get(&nonce(sender.number, *own)) == Some(seq);
            let acked = sender.acked.borrow();
            lost += (acked.len() - acked.iter().filter(is_there).count()) as u64;
        }
    }
    Ok((lost, duplicate))
}
