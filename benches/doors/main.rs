//! What a message to a full room costs the server at each of its doors, and what a silent connection there takes.
//!
//! `cargo bench --bench doors`. A server of its own for each run, on one core; those who listen are on another. The same
//! person sends the same messages over WebSocket whatever the door of those who listen, so that nothing else differs.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod listener;
mod sender;
mod server;

use std::rc::Rc;
use std::time::Duration;

use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use listener::{Door, Heard};
use sender::Sender;
use server::Server;

/// Files that are open beside the connections.
const SPARE_FILES: u64 = 64;

/// What to measure.
#[derive(Debug, Parser)]
#[command(about = "Measures what a message and a silent connection cost at each door")]
struct Options {
    /// How many listen in one room.
    #[arg(long, default_value_t = 1_000)]
    listeners: usize,
    /// How many messages are sent in one run.
    #[arg(long, default_value_t = 500)]
    messages: usize,
    /// How many each second; 0 for as many as can be, eight on their way at a time.
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// How many connections are silent.
    #[arg(long, default_value_t = 5_000)]
    idle: usize,
    /// How often each door is measured, in turn.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Cargo says so to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    let files = options.listeners.max(options.idle) as u64 + SPARE_FILES;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < files) {
        let raised = Rlimit { current: Some(files), maximum: limit.maximum };
        setrlimit(Resource::Nofile, raised).expect("so many open files are allowed: try `ulimit -n`");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    tokio::task::LocalSet::new().block_on(&runtime, measure(&options));
}

async fn measure(options: &Options) {
    let mut fanout = vec![Vec::new(); Door::ALL.len()];
    let mut idle = vec![Vec::new(); Door::ALL.len()];
    for _ in 0..options.rounds {
        for (place, door) in Door::ALL.into_iter().enumerate() {
            fanout[place].push(deliver(door, options).await);
            idle[place].push(rest(door, options.idle).await);
        }
    }
    println!(
        "{} messages to {} listeners, {}; {} silent connections; medians of {}",
        options.messages,
        options.listeners,
        if options.rate == 0 { "eight at a time".to_owned() } else { format!("{} a second", options.rate) },
        options.idle,
        options.rounds,
    );
    println!("door        deliveries per server CPU s   ratio   bytes of an idle connection");
    let first = median(&mut fanout[0]);
    for (place, door) in Door::ALL.into_iter().enumerate() {
        let (rate, bytes) = (median(&mut fanout[place]), median(&mut idle[place]));
        println!("{:<10} {rate:>28.0} {:>7.2} {bytes:>29.0}", door.name(), rate / first);
    }
}

/// Deliveries for each second of the server's processor time.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
async fn deliver(door: Door, options: &Options) -> f64 {
    let server = Server::start().await;
    let heard = Rc::new(Heard::default());
    for number in 0..options.listeners {
        listener::listen(&server, door, number, &heard).await;
    }
    let mut sender = Sender::connect(&server).await;
    // The first one finds everybody there, and makes what is made once.
    sender.send(1, 0).await;
    heard.until(options.listeners).await;
    let before = server.cpu_seconds();
    sender.send(options.messages, options.rate).await;
    heard.until(options.listeners * (options.messages + 1)).await;
    let spent = server.cpu_seconds() - before;
    (options.listeners * options.messages) as f64 / spent.max(0.01)
}

/// Resident bytes of a connection that says nothing.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
async fn rest(door: Door, connections: usize) -> f64 {
    let server = Server::start().await;
    let heard = Rc::new(Heard::default());
    // What is made once is not counted.
    listener::come(&server, door, 0, &heard).await;
    let before = server.resident_bytes();
    for number in 1..=connections {
        listener::come(&server, door, number, &heard).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.resident_bytes().saturating_sub(before) as f64 / connections as f64
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
