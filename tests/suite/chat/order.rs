//! One log per room: everybody sees the same order, without a gap, each event once; what was acknowledged is in it.

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::{Client, TestServer};

const SENDERS: usize = 8;
const MESSAGES: usize = 50;

/// Sends all, without waiting in between; answers with what was acknowledged and what was seen.
async fn talk(mut client: Client, sender: usize) -> (BTreeMap<u64, String>, Vec<(u64, String)>) {
    for number in 0..MESSAGES {
        let text = format!("{sender}/{number}");
        client.send(json!({"type": "send", "id": text, "room": "lobby", "text": text})).await;
    }
    let (mut acknowledged, mut seen) = (BTreeMap::new(), Vec::new());
    while acknowledged.len() < MESSAGES || seen.len() < SENDERS * MESSAGES {
        let frame = client.next().await;
        let seq = frame["seq"].as_u64();
        let text = |field: &str| frame[field].as_str().expect("a text").to_owned();
        match frame["type"].as_str() {
            Some("ack") => assert_eq!(acknowledged.insert(seq.expect("a seq"), text("id")), None, "{frame}"),
            Some("message") => seen.push((seq.expect("a seq"), text("text"))),
            Some("presence") => {}
            _ => panic!("{frame}"),
        }
    }
    (acknowledged, seen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_senders_at_once_make_one_gapless_log_for_everybody() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let mut clients = Vec::new();
    for sender in 0..SENDERS {
        let mut client = server.guest(&format!("sender{sender}")).await;
        client.join("lobby").await;
        clients.push(client);
    }

    let tasks: Vec<_> =
        clients.into_iter().enumerate().map(|(sender, client)| tokio::spawn(talk(client, sender))).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.expect("no sender fails"));
    }

    let (_, log) = &results[0];
    let expected: Vec<u64> = (1..=(SENDERS * MESSAGES) as u64).collect();
    assert_eq!(log.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), expected, "gapless, in order, each once");
    for (sender, (acknowledged, seen)) in results.iter().enumerate() {
        assert_eq!(seen, log, "everybody sees the same");
        let own: Vec<_> = log.iter().filter(|(_, text)| text.starts_with(&format!("{sender}/"))).cloned().collect();
        assert_eq!(acknowledged.iter().map(|(seq, text)| (*seq, text.clone())).collect::<Vec<_>>(), own);
        let in_order: Vec<_> = (0..MESSAGES).map(|number| format!("{sender}/{number}")).collect();
        assert_eq!(own.into_iter().map(|(_, text)| text).collect::<Vec<_>>(), in_order, "and in the order of sending");
    }

    let server = server.restart().await;
    let mut reader = server.guest("reader").await;
    reader.acked(json!({"type": "join", "room": "lobby", "after": 0})).await;
    for (seq, text) in log {
        let message = reader.next_of("message").await;
        assert_eq!((message["seq"].as_u64(), message["text"].as_str()), (Some(*seq), Some(text.as_str())));
    }
}

#[tokio::test]
async fn the_same_nonce_from_two_sessions_at_once_is_stored_once() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (mut desk, mut phone) = (ann.socket(&server).await, ann.socket(&server).await);
    desk.join("lobby").await;
    phone.join("lobby").await;
    let send = json!({"type": "send", "room": "lobby", "text": "once", "nonce": "n"});

    let (one, other) = tokio::join!(desk.acked(send.clone()), phone.acked(send.clone()));

    assert_eq!(one["seq"], other["seq"]);
    let duplicates = [&one, &other].into_iter().filter(|ack| ack["duplicate"] == true).count();
    assert_eq!(duplicates, 1);
    drop((desk, phone));
    let server = server.restart().await;
    let mut later = ann.elsewhere(&server).socket(&server).await;
    later.join("lobby").await;
    let again = later.acked(send).await;
    assert_eq!((&again["seq"], &again["duplicate"]), (&one["seq"], &json!(true)), "also after a restart");
}
