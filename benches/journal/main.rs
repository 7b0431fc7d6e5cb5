//! How fast the journal writes, beside a bare loop over the same tables in the same run.
//!
//! `cargo bench --bench journal -- --senders 100,1000 --messages 50000`. Each sender waits for the acknowledgement of its
//! message before it sends the next one. `bare` is one thread with prepared statements; `parlor` is the journal with
//! the store behind it, as the server runs them. The two take turns, so that a noisy machine is noisy for both.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod bare;
mod crowd;
mod figures;
mod parlor;
mod stage;

use std::path::Path;

use clap::Parser;

use crowd::Crowd;
use figures::{Figures, median};
use stage::Stage;

/// What to measure.
#[derive(Debug, Parser)]
#[command(about = "Measures the journal beside a bare loop over the same tables")]
struct Options {
    /// How many senders wait at a time; each number is measured by itself.
    #[arg(long, value_delimiter = ',', default_value = "100,1000")]
    senders: Vec<usize>,
    /// How many messages each run sends.
    #[arg(long, default_value_t = 50_000)]
    messages: usize,
    /// How many messages are stored before.
    #[arg(long, default_value_t = 0)]
    stored: usize,
    /// In how many rooms.
    #[arg(long, default_value_t = 100)]
    rooms: usize,
    /// Every message carries a nonce, the stored ones too.
    #[arg(long)]
    nonces: bool,
    /// How often each measurement is taken; the table shows medians.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Measure only this side, for a profiler.
    #[arg(long, value_parser = ["bare", "parlor"])]
    only: Option<String>,
    /// Where the databases lie; a disk, if syncs are to cost what they cost.
    #[arg(long, default_value = env!("CARGO_TARGET_TMPDIR"))]
    folder: String,
    /// Cargo says so to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    println!(
        "{} messages a run, {} rooms, {} stored before, nonces {}, medians of {}",
        options.messages,
        options.rooms,
        options.stored,
        if options.nonces { "on every message" } else { "off" },
        options.rounds,
    );
    println!("{}", Figures::HEADER);
    for &senders in &options.senders {
        let (bare, parlor) = take_turns(&options, senders);
        for (side, taken) in [("bare", &bare), ("parlor", &parlor)] {
            if let Some(figures) = median(taken) {
                println!("{senders:>7}  {side:<6}  {figures}");
            }
        }
        if let (Some(bare), Some(parlor)) = (median(&bare), median(&parlor)) {
            println!("{senders:>7}  ratio   {:>9.2}", parlor.rate / bare.rate);
        }
    }
}

fn take_turns(options: &Options, senders: usize) -> (Vec<Figures>, Vec<Figures>) {
    let (mut bare, mut parlor) = (Vec::new(), Vec::new());
    // With messages stored both sides work on one database: filling it takes longer than measuring.
    let shared = (options.stored > 0).then(|| stage(options));
    for round in 0..options.rounds {
        let sides = if round % 2 == 0 { ["bare", "parlor"] } else { ["parlor", "bare"] };
        for side in sides {
            if options.only.as_deref().is_some_and(|only| only != side) {
                continue;
            }
            let fresh = shared.is_none().then(|| stage(options));
            let stage = shared.as_ref().or(fresh.as_ref()).expect("one of the two was made");
            let seed = u64::try_from(round).unwrap_or_default() * 2 + u64::from(side == "bare");
            let crowd = Crowd::new(&stage.rooms, senders, options.messages, options.nonces, seed);
            if side == "bare" {
                bare.push(bare::run(stage, crowd).into_figures());
            } else {
                parlor.push(parlor::run(stage, crowd).into_figures());
            }
        }
    }
    (bare, parlor)
}

fn stage(options: &Options) -> Stage {
    let stage = Stage::new(Path::new(&options.folder), options.rooms);
    stage.fill(options.stored, options.nonces);
    stage
}
