//! Two hundred clients that never read, in a room that is flooded: they are cut off, the others notice nothing, and the
//! program's memory stays small.

use serde_json::json;
use tokio::sync::watch;

use crate::support::raw::Raw;
use crate::support::{Client, Place, Program, until, within};

const JSON: [(&str, &str); 1] = [("Sec-WebSocket-Protocol", "parlor.v1.json")];
const STALLED: usize = 200;
/// Messages of 16,000 bytes: far more than the system and an outbox hold for one connection.
const FLOOD: u64 = 400;
const MIB: usize = 1024 * 1024;

/// A number of `/metrics`.
async fn metric(program: &Program, name: &str) -> usize {
    let page = reqwest::get(format!("http://{}/metrics", program.address())).await.expect("an answer");
    let text = page.text().await.expect("a text");
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name}"));
    line.trim().parse().expect("a number")
}

async fn readiness(program: &Program) -> u16 {
    reqwest::get(format!("http://{}/readyz", program.address())).await.expect("an answer").status().as_u16()
}

/// Somebody who reads as quickly as it can; the messages have to come in order, each once.
async fn read(mut client: Client, seen: watch::Sender<u64>) {
    while let Some(frame) = client.try_next().await {
        if frame["type"] == "message" {
            let expected = *seen.borrow() + 1;
            assert_eq!(frame["seq"], expected, "in order, each once");
            seen.send_replace(expected);
        }
    }
}

async fn everybody_has(readers: &mut [watch::Receiver<u64>], seq: u64) {
    for reader in readers {
        let seen = within("a message", reader.wait_for(|seen| *seen >= seq)).await;
        assert!(seen.is_ok(), "a reader that reads was cut off");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_clients_that_never_read_are_cut_and_hurt_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [("PARLOR_RATE_LIMITS", "off"), ("PARLOR_LOG", "warn")];
    let program = Program::start(folder.path(), &settings).await;
    let mut writer = Client::connect(&program, "/ws?name=writer", &JSON).await;
    let mut readers = Vec::new();
    for number in 0..3 {
        let mut reader = Client::connect(&program, &format!("/ws?name=reader{number}"), &JSON).await;
        reader.join("lobby").await;
        let (sender, seen) = watch::channel(0);
        tokio::spawn(read(reader, sender));
        readers.push(seen);
    }
    let text = "x".repeat(16_000);
    let connected = "parlor_connections{door=\"websocket\"} ";
    let cut = "parlor_slow_disconnects_total ";
    let (mut before, mut was_cut) = (None, 0);
    // What the first ones took is there for the second: an allocator may keep it, but nothing is lost.
    for (round, growth) in [("early", 64 * MIB), ("late", 80 * MIB)] {
        let mut stalled = Vec::new();
        for number in 0..STALLED {
            stalled.push(Raw::narrow(&program, &format!("/ws?name={round}{number}&room=lobby")).await);
        }
        until("everybody to be there", || async { metric(&program, connected).await == STALLED + 4 }).await;
        let mut sent = writer.say("lobby", "it begins").await;
        everybody_has(&mut readers, sent).await;
        let before = *before.get_or_insert_with(|| program.memory().0);

        let end = sent + FLOOD;
        while sent < end {
            for _ in 0..8 {
                writer.send(json!({"type": "send", "room": "lobby", "text": text})).await;
            }
            for _ in 0..8 {
                sent = writer.next_of("ack").await["seq"].as_u64().expect("a number");
            }
            everybody_has(&mut readers, sent).await;
        }
        was_cut += STALLED;
        until("whoever never reads to be cut", || async { metric(&program, cut).await == was_cut }).await;
        let (_, most) = program.memory();
        println!("{round}: {sent} messages; before {} MiB, at most {} MiB", before / MIB, most / MIB);
        assert!(most < before + growth, "from {} to {} MiB", before / MIB, most / MIB);
        for mut raw in stalled {
            let code = raw.close_code().await;
            assert!([1013, 1006].contains(&code), "told to come back later, or cut: {code}");
        }
        until("the connections to be gone", || async { metric(&program, connected).await == 4 }).await;
        println!("after {} MiB", program.memory().0 / MIB);
        // What an allocator holds on to goes back to the system with what is freed later.
        until("memory to come back", || async {
            metric(&program, connected).await == 4 && program.memory().0 < before + 32 * MIB
        })
        .await;
        println!("then {} MiB", program.memory().0 / MIB);
    }
    assert_eq!(readiness(&program).await, 200);
    let last = writer.say("lobby", "still here").await;
    everybody_has(&mut readers, last).await;
    let mut again = Client::connect(&program, "/ws?name=early0", &JSON).await;
    again.acked(json!({"type": "join", "room": "lobby", "after": last - 5})).await;
    for seq in last - 4..=last {
        assert_eq!(again.next_of("message").await["seq"], seq, "and resumes");
    }
}

/// The largest messages, as many at once as one person may send: nobody who reads is taken for slow.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_the_largest_messages_cuts_nobody_who_reads() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::start(folder.path(), &[("PARLOR_LOG", "warn")]).await;
    let mut writer = Client::connect(&program, "/ws?name=writer", &JSON).await;
    let mut readers = Vec::new();
    for number in 0..8 {
        let mut reader = Client::connect(&program, &format!("/ws?name=reader{number}"), &JSON).await;
        reader.join("lobby").await;
        let (sender, seen) = watch::channel(0);
        tokio::spawn(read(reader, sender));
        readers.push(seen);
    }

    let text = "x".repeat(16_384);
    for _ in 0..30 {
        writer.send(json!({"type": "send", "room": "lobby", "text": text})).await;
    }

    everybody_has(&mut readers, 30).await;
}
