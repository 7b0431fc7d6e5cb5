//! How long the server takes to write a page of messages.
//!
//! `cargo bench --bench render`. Fifty messages as people write them: most are plain words, some have marks, a link, a
//! mention, a list, one is code. `markdown` is their HTML alone, `live` is each as a frame brings it, `page` is the
//! timeline of a room as its page holds it, and `hostile` is fifty times the dearest text that was found.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod messages;

use std::hint::black_box;
use std::time::{Duration, Instant};

use clap::Parser;
use jiff::tz::TimeZone;
use parlor::domain::clock::Timestamp;
use parlor::domain::event::{EventBody, SharedEvent};
use parlor::domain::mention::Mentions;
use parlor::protocol::encode::EventHtml;
use parlor::web::views::event::{EventView, timeline};
use parlor::web::views::render::Renderer;
use parlor::web::words::language::Language;
use serde_json::json;

const NOW: Timestamp = Timestamp(1_795_251_600_000);

/// What to measure.
#[derive(Debug, Parser)]
#[command(about = "Measures how long a page of messages takes")]
struct Options {
    /// How often each measurement is taken.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// Cargo says so to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    let renderer = Renderer::new(TimeZone::UTC).expect("good templates");
    let typical = messages::typical();
    let hostile = messages::hostile();

    println!("50 messages, {} rounds; milliseconds for all fifty", options.rounds);
    println!("{:<12} {:>8} {:>8} {:>8} {:>9}", "what", "median", "p95", "worst", "KiB");
    measure("markdown", &options, || markdown(&renderer, &typical));
    measure("live", &options, || typical.iter().map(|event| renderer.render(event).len()).sum());
    measure("page", &options, || page(&renderer, &typical));
    let few = Options { rounds: options.rounds.div_ceil(20), ..options };
    measure("hostile", &few, || markdown(&renderer, &hostile));
}

/// The text of each message as HTML; answers with the bytes of all.
fn markdown(renderer: &Renderer, events: &[SharedEvent]) -> usize {
    let html = |event: &SharedEvent| match &event.body {
        EventBody::Message(message) => {
            let nobody = Mentions::NONE;
            let mentions = message.mentions.as_deref().unwrap_or(&nobody);
            renderer.markdown().to_html(&message.text, mentions).len()
        }
        _ => 0,
    };
    events.iter().map(html).sum()
}

/// The timeline of a room, as its page includes it.
fn page(renderer: &Renderer, events: &[SharedEvent]) -> usize {
    let words = renderer.words(Language::English);
    let writing = renderer.writing(&words, None);
    let context = json!({
        "timeline": timeline(events, Some(0), NOW, writing),
        "pending_event": EventView::pending("lobby", None, NOW, writing.zone),
        "room": {
            "name": "lobby", "title": "lobby", "kind": "public", "url": "/rooms/lobby", "base_url": "/rooms/lobby",
            "last_seq": 50, "read_seq": 0, "unread": 0, "focus_seq": 0, "older_url": "", "newer_url": "", "archived": false,
            "can_join": false, "can_post": true, "can_pin": true, "can_moderate": false,
        },
    });
    renderer.page(Language::English, "partials/timeline.html", &context).expect("the timeline renders").len()
}

fn measure(name: &str, options: &Options, run: impl Fn() -> usize) {
    let bytes = black_box(run());
    let mut times: Vec<Duration> = (0..options.rounds.max(1))
        .map(|_| {
            let begun = Instant::now();
            black_box(run());
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |part: usize| times[(times.len() - 1) * part / 100].as_secs_f64() * 1000.0;
    println!("{name:<12} {:>8.3} {:>8.3} {:>8.3} {:>9}", at(50), at(95), at(100), bytes / 1024);
}
