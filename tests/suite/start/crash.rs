//! SIGKILL in the middle of the work, again and again: what was acknowledged is there, once, and no number is missing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Client, Program};

const JSON: [(&str, &str); 1] = [("Sec-WebSocket-Protocol", "parlor.v1.json")];
const ROUNDS: usize = 20;
const SENDERS: usize = 4;

/// Sends with nonces until the server is gone; answers with what was acknowledged: nonce and number.
async fn send_until_killed(mut client: Client, round: usize, sender: usize) -> Vec<(String, u64)> {
    let mut acked = Vec::new();
    for number in 0.. {
        let nonce = format!("{round}-{sender}-{number}");
        let send = json!({"type": "send", "id": nonce, "room": "lobby", "text": nonce, "nonce": nonce});
        if !client.try_send(send).await {
            break;
        }
        while let Some(frame) = client.try_next().await {
            if frame["type"] == "ack" && frame["id"] == json!(nonce) {
                acked.push((nonce.clone(), frame["seq"].as_u64().expect("a seq")));
                break;
            }
        }
    }
    acked
}

/// The whole log of the lobby: number and text.
async fn read_log(client: &mut Client, upto: u64) -> BTreeMap<u64, String> {
    let mut log = BTreeMap::new();
    let mut after = 0;
    while after < upto {
        let page = client.acked(json!({"type": "history", "room": "lobby", "after": after, "limit": 200})).await;
        for event in page["events"].as_array().expect("events") {
            after = event["seq"].as_u64().expect("a seq");
            assert!(log.insert(after, event["text"].as_str().expect("a text").to_owned()).is_none(), "{after} twice");
        }
    }
    log
}

#[tokio::test]
async fn twenty_kills_at_full_load_lose_nothing_acknowledged_and_leave_no_gap() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [("PARLOR_RATE_LIMITS", "off"), ("PARLOR_LOG", "warn")];
    let mut acked: BTreeMap<u64, String> = BTreeMap::new();
    for round in 0..ROUNDS {
        let program = Program::start(folder.path(), &settings).await;
        let mut senders = Vec::new();
        for sender in 0..SENDERS {
            let mut client = Client::connect(&program, &format!("/ws?name=sender{sender}"), &JSON).await;
            client.join("lobby").await;
            senders.push(tokio::spawn(send_until_killed(client, round, sender)));
        }
        // The load is on once a watcher has seen thirty messages of this round.
        let mut watcher = Client::connect(&program, "/ws?name=watcher", &JSON).await;
        watcher.join("lobby").await;
        for _ in 0..30 {
            watcher.next_of("message").await;
        }

        program.kill().await;

        for sender in senders {
            for (nonce, seq) in sender.await.expect("the sender ends by itself") {
                assert!(acked.insert(seq, nonce).is_none(), "number {seq} was given twice");
            }
        }
    }

    let program = Program::start(folder.path(), &settings).await;
    let mut reader = Client::connect(&program, "/ws?name=reader", &JSON).await;
    let last = reader.join("lobby").await["last_seq"].as_u64().expect("a number");
    let log = read_log(&mut reader, last).await;
    assert!(acked.len() >= ROUNDS * 20, "the load was real: {} acknowledged", acked.len());
    assert_eq!(log.keys().copied().collect::<Vec<_>>(), (1..=last).collect::<Vec<_>>(), "no number is missing");
    for (seq, nonce) in &acked {
        assert_eq!(log.get(seq), Some(nonce), "what was acknowledged as {seq}");
    }
    let texts: std::collections::HashSet<&String> = log.values().collect();
    assert_eq!(texts.len(), log.len(), "nothing is there twice");
}

#[tokio::test]
async fn a_client_resumes_over_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::start(folder.path(), &[]).await;
    let mut ann = Client::connect(&program, "/ws?name=ann", &JSON).await;
    ann.join("lobby").await;
    ann.say("lobby", "one").await;
    let seen = ann.next_of("message").await["seq"].as_u64().expect("a number");
    ann.say("lobby", "two").await;

    program.kill().await;

    let program = Program::start(folder.path(), &[]).await;
    let mut ann = Client::connect(&program, "/ws?name=ann", &JSON).await;
    let ack: Value = ann.acked(json!({"type": "join", "room": "lobby", "after": seen})).await;
    assert_eq!(ack["last_seq"], 2);
    assert_eq!(ann.next_text().await, "two");
}
