//! How long a search takes among many messages, while others go on writing.
//!
//! `cargo bench --bench search -- --messages 1000000`. The messages are made first: words as often as people use words
//! (Zipf), some rooms and authors busier than others. Then one person after the other searches, as by the API, while new
//! messages are stored and the index follows the log, as in a server.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod babble;
mod questions;
mod stage;
mod writing;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::Arbiter;
use clap::Parser;
use hdrhistogram::Histogram;
use parlor::storage::search::follow_log;
use parlor::storage::{Search, SharedStore, Store};

use babble::Babble;
use questions::{Kind, Person, ask};
use stage::Stage;

/// What to measure.
#[derive(Debug, Parser)]
#[command(about = "Measures searches among many messages, while others go on writing")]
struct Options {
    /// How many messages are stored before.
    #[arg(long, default_value_t = 1_000_000)]
    messages: usize,
    /// In how many rooms; every fifth one is private.
    #[arg(long, default_value_t = 50)]
    rooms: usize,
    /// By how many people.
    #[arg(long, default_value_t = 1_000)]
    authors: usize,
    /// How many messages are written each second meanwhile; 0 for as many as can be, a hundred at a time.
    #[arg(long, default_value_t = 1_000)]
    rate: u32,
    /// The index does not follow: what writing costs without it.
    #[arg(long)]
    alone: bool,
    /// How many questions of each kind are asked.
    #[arg(long, default_value_t = 300)]
    questions: usize,
    /// Where the database lies; a disk, if syncs are to cost what they cost.
    #[arg(long, default_value = env!("CARGO_TARGET_TMPDIR"))]
    folder: String,
    /// Cargo says so to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    actix::System::new().block_on(measure(&options));
}

async fn measure(options: &Options) {
    let mut babble = Babble::new(7);
    let started = Instant::now();
    let stage = Stage::new(Path::new(&options.folder), options.rooms, options.authors, &mut babble).await;
    stage.fill(options.messages, &mut babble).await;
    let (stored, bytes) = (started.elapsed(), stage.bytes());
    let indexing = Instant::now();
    let longest = stage.index().await;
    println!(
        "{} messages in {} rooms by {} people, {} MiB; stored in {:.0} s, indexed in {:.0} s ({:.0}/s, longest batch {} ms), {} MiB with the index",
        options.messages,
        options.rooms,
        options.authors,
        bytes >> 20,
        stored.as_secs_f64(),
        indexing.elapsed().as_secs_f64(),
        rate(options.messages, indexing.elapsed()),
        longest.as_millis(),
        stage.bytes() >> 20,
    );
    // Others write, and the index follows, on threads of their own, as in a server.
    let store: SharedStore = stage.store.clone();
    let (follower, writers) = (Arbiter::new(), Arbiter::new());
    if !options.alone {
        follower.spawn(follow_log(store));
    }
    let started_writing = Instant::now();
    let writing = writing::start(&writers, &stage, options.rate, Babble::new(11));
    println!(
        "{:<34}  {:>8}  {:>8}  {:>8}  {:>8}  {:>7}",
        "while others write", "p50 ms", "p95 ms", "p99 ms", "max ms", "results"
    );
    let person = Person::new(&stage);
    for kind in Kind::ALL {
        let mut times = histogram();
        let mut results = 0;
        for _ in 0..options.questions {
            let (time, found) = ask(&person, kind, &stage, &mut babble).await;
            record(&mut times, time);
            results += found;
        }
        println!("{:<34}  {}  {:>7.1}", kind.name(), shown(&times), average(results, options.questions));
    }
    if options.questions == 0 {
        // Only the writing is measured.
        tokio::time::sleep(Duration::from_secs(20)).await;
    }
    let acknowledged = writing.stop().await;
    let per_second = rate(usize::try_from(acknowledged.len()).unwrap_or(0), started_writing.elapsed());
    println!("{:<34}  {}  {per_second:>7.0}/s", "a message until it is stored", shown(&acknowledged));
    follower.stop();
    writers.stop();
    let behind = Instant::now();
    let mut events = 0;
    while let taken @ 1.. = stage.store.index_log(256).await.expect("the index can be filled").events {
        events += taken;
    }
    println!("in the end the index was {events} messages behind, {:.2} s of work", behind.elapsed().as_secs_f64());
    stage.store.close().await;
}

/// Microseconds, up to a minute.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_max(60_000_000, 3).expect("good bounds")
}

fn record(times: &mut Histogram<u64>, time: Duration) {
    times.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
}

fn shown(times: &Histogram<u64>) -> String {
    let ms = |quantile| Duration::from_micros(times.value_at_quantile(quantile)).as_secs_f64() * 1000.0;
    format!("{:>8.2}  {:>8.2}  {:>8.2}  {:>8.2}", ms(0.5), ms(0.95), ms(0.99), ms(1.0))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a bench")]
fn average(sum: usize, count: usize) -> f64 {
    sum as f64 / count.max(1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts of a bench")]
fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(1e-3)
}

/// The store as everybody holds it.
type Shared = Arc<parlor::storage::sqlite::SqliteStore>;
