//! `parlor bench soak`: a crowd that loses its connections again and again, over restarts of the server too, while
//! others write. In the end what each has heard is compared with the log.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::{ArgMatches, Command};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::super::Failure;
use super::Outcome;
use super::listener::Listener;
use super::report::Report;
use super::session::Session;
use super::setup::{Setup, args, bar, explained, number, of, pass};
use super::soak_check::compare;
use super::soak_sender::{Moments, Sender, make_senders, settle, write};
use super::tally::Tally;
use crate::client::ClientError;
use crate::client::backoff::{Backoff, Waits};
use crate::client::random::Random;

/// How long a session tries to come back, and how long the end may take.
pub const PATIENCE: Duration = Duration::from_secs(90);
/// The waits of a session that comes back.
const WAITS: Waits = Waits { first: Duration::from_millis(200), most: Duration::from_secs(5) };
/// How often the end is looked for.
pub const LOOK_EVERY: Duration = Duration::from_millis(50);

pub fn command() -> Command {
    Command::new("soak")
        .about("Many sessions with messages and storms of reconnecting; compares all they heard with the log")
        .after_help(
            "Kill and restart the server meanwhile, if you like: nothing may be lost. Ends with 1 if anything is.",
        )
        .args(args("60"))
        .arg(number("connections", "N", "1000", 1..=1_000_000, "How many listen"))
        .arg(number("rooms", "R", "10", 1..=10_000, "Over how many rooms, each with one sender"))
        .arg(number("rate", "M", "100", 1..=1_000_000, "Messages a second of all senders together"))
        .arg(number("bytes", "B", "64", 16..=16_384, "Length of a text, at least"))
        .arg(number("storm-every", "SECONDS", "10", 1..=86_400, "How often connections are cut"))
        .arg(number("storm-share", "PERCENT", "50", 0..=100, "How many of them"))
}

/// One session over all of its connections.
pub struct Spot {
    number: u64,
    /// Where it listens.
    pub room: String,
    /// What it has heard.
    pub listener: Rc<RefCell<Listener>>,
    gone_since: Cell<Option<Instant>>,
}

/// What everybody shares.
struct Crowd {
    setup: Setup,
    tally: Rc<Tally>,
    share: u64,
    reconnects: Cell<u64>,
    pages: Cell<u64>,
    /// The number of the latest storm.
    storms: watch::Sender<u64>,
}

pub async fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let (connections, rooms) = (of(matches, "connections"), of(matches, "rooms"));
    let crowd = Rc::new(Crowd {
        setup: Setup::new(matches).await?,
        tally: Tally::new(),
        share: of(matches, "storm-share"),
        reconnects: Cell::new(0),
        pages: Cell::new(0),
        storms: watch::channel(0).0,
    });
    crowd.setup.allow(connections + rooms + 1)?;
    let senders = make_senders(&crowd.setup, rooms).await?;
    let spots = gather(&crowd, connections, rooms).await?;

    let (before, start) = (crowd.setup.usage(), Instant::now());
    weather(&crowd, &senders, matches, start).await?;
    let settled = timeout(PATIENCE, settle(&senders)).await;
    let late = || Failure::Failed(format!("not everything was acknowledged within {} s", PATIENCE.as_secs()));
    settled.map_err(|_| late())?.map_err(explained)?;
    let found = compare(&crowd.setup, &senders, &spots).await?;

    let mut report = Report::new("soak");
    report.row("connections", connections);
    report.row("rooms", rooms);
    report.row("seconds", start.elapsed().as_secs());
    report.row("storms", *crowd.storms.borrow());
    report.row("reconnects", crowd.reconnects.get());
    report.row("pages_read", crowd.pages.get());
    report.row("acked", senders.iter().map(|sender| sender.given.get()).sum::<u64>());
    report.row("held_back", senders.iter().map(|sender| sender.held_back.get()).sum::<u64>());
    report.row("delivered", crowd.tally.heard.get());
    report.latency("delivery", &crowd.tally.latencies.borrow());
    report.faults(found.faults);
    report.row("acked_but_not_stored", found.not_stored);
    report.row("stored_twice", found.stored_twice);
    report.server(before, crowd.setup.usage(), None);
    let wrong = (!found.is_nothing()).then(|| "something was lost, repeated or out of order".to_owned());
    Ok(Outcome { report, wrong })
}

/// Messages and storms, until the time is over.
async fn weather(
    crowd: &Rc<Crowd>,
    senders: &[Rc<Sender>],
    matches: &ArgMatches,
    start: Instant,
) -> Result<(), Failure> {
    crowd.tally.is_measuring.set(true);
    let until = start + crowd.setup.seconds;
    let bytes = usize::try_from(of(matches, "bytes")).unwrap_or(64);
    let rooms = of(matches, "rooms");
    let every = rooms.saturating_mul(1_000_000) / of(matches, "rate");
    for (place, sender) in (0..).zip(senders) {
        // Set apart, so that not all of them send in the same moment.
        let moments = Moments { start: start + Duration::from_micros(every / rooms * place), every, until };
        tokio::task::spawn_local(write(Rc::clone(&crowd.tally), Rc::clone(sender), moments, bytes));
    }
    let storms = storm(crowd, Duration::from_secs(of(matches, "storm-every")));
    let trouble = pass("soaking", crowd.setup.seconds, async {
        tokio::select! {
            trouble = crowd.tally.trouble() => trouble,
            never = storms => match never {},
        }
    });
    trouble.await.map_or(Ok(()), |trouble| Err(explained(trouble)))
}

/// Everybody comes in; from then on each comes back by itself.
async fn gather(crowd: &Rc<Crowd>, connections: u64, rooms: u64) -> Result<Vec<Rc<Spot>>, Failure> {
    let progress = bar("connecting", connections);
    let mut spots = Vec::new();
    for number in 0..connections {
        let room = crowd.setup.room(number % rooms);
        let session = Session::open(&crowd.setup, &crowd.tally, number, &room, false).await.map_err(explained)?;
        let spot = Rc::new(Spot { number, room, listener: Rc::clone(&session.listener), gone_since: Cell::new(None) });
        spots.push(Rc::clone(&spot));
        tokio::task::spawn_local(stay(Rc::clone(crowd), spot, session));
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(spots)
}

/// Listens, and comes back whenever the connection is gone.
async fn stay(crowd: Rc<Crowd>, spot: Rc<Spot>, session: Session) {
    let mut random = Random::seeded(spot.number);
    let mut backoff = Backoff::new(WAITS, random.clone());
    let mut storms = crowd.storms.subscribe();
    let mut session = Some(session);
    loop {
        let error = tokio::select! {
            error = listen(&crowd, &spot, session.take()) => error,
            error = next_storm(&mut storms, &mut random, crowd.share) => error,
        };
        let gone_since = spot.gone_since.get().unwrap_or_else(|| {
            // There was a connection until now.
            backoff.reset();
            Instant::now()
        });
        spot.gone_since.set(Some(gone_since));
        if !error.is_passing() || gone_since.elapsed() > PATIENCE {
            return crowd.tally.fail(error);
        }
        sleep(backoff.next(error.retry_after())).await;
    }
}

/// Listens until the connection is gone. Without one it connects first, and asks for what it has missed.
async fn listen(crowd: &Crowd, spot: &Spot, session: Option<Session>) -> ClientError {
    let session = match session {
        Some(session) => session,
        None => match come_back(crowd, spot).await {
            Ok(session) => session,
            Err(error) => return error,
        },
    };
    spot.gone_since.set(None);
    loop {
        if let Err(error) = session.read(&crowd.setup.scratch).await {
            return error;
        }
    }
}

async fn come_back(crowd: &Crowd, spot: &Spot) -> Result<Session, ClientError> {
    let session = Session::connect(&crowd.setup, &crowd.tally, spot.number, Rc::clone(&spot.listener)).await?;
    let pages = session.catch_up(&crowd.setup.scratch, &spot.room).await?;
    crowd.pages.set(crowd.pages.get() + pages);
    crowd.reconnects.set(crowd.reconnects.get() + 1);
    Ok(session)
}

/// Waits for a storm that tears this connection away.
async fn next_storm(storms: &mut watch::Receiver<u64>, random: &mut Random, share: u64) -> ClientError {
    while storms.changed().await.is_ok() {
        if random.below(100) < share {
            break;
        }
    }
    ClientError::Lost { why: "torn away by a storm".to_owned(), retry_after: None }
}

async fn storm(crowd: &Crowd, every: Duration) -> Infallible {
    loop {
        sleep(every).await;
        crowd.storms.send_modify(|number| *number += 1);
    }
}
