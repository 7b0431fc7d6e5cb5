//! Version 2: the frames of the WebSocket behind a header.

use serde_json::{Value, json};

use super::support::{Tcp, open, server};
use crate::support::TestServer;

fn hello(name: &str, encoding: &str, compression: &str) -> Value {
    json!({"username": name, "encoding": encoding, "compression": compression})
}

#[tokio::test]
async fn every_encoding_says_the_same_and_long_frames_are_compressed() {
    let server = server().await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    let long = "a long story, ".repeat(200) + "and its end";
    let mut seen = Vec::new();
    for (at, (encoding, compression)) in
        [("json", "none"), ("json", "zstd"), ("msgpack", "none"), ("msgpack", "zstd")].into_iter().enumerate()
    {
        let mut ann = Tcp::two(&server, hello(&format!("ann{at}"), encoding, compression)).await;
        ann.say(json!({"type": "join", "id": "1", "room": "lobby"})).await;
        ann.see("ack").await;
        ann.say(json!({"type": "send", "id": "2", "room": "lobby", "text": "short"})).await;
        assert_eq!(bob.next_text().await, "short");
        bob.say("lobby", &long).await;
        loop {
            let message = ann.see("message").await;
            if message["text"] == long {
                seen.push(message);
                break;
            }
        }
        assert_eq!(bob.next_text().await, long);
    }
    for message in &mut seen {
        message["seq"] = json!(0);
    }
    assert!(seen.windows(2).all(|two| two[0] == two[1]), "{seen:?}");
}

#[tokio::test]
async fn what_was_missed_over_a_restart_comes_with_after() {
    let mut server = server().await;
    let owner = server.browser();
    owner.set_up("ann").await;
    let token = owner.token().await;
    let login = json!({"token": token, "compression": "zstd"});
    let mut ann = Tcp::two(&server, login.clone()).await;
    ann.say(json!({"type": "join", "id": "1", "room": "lobby"})).await;
    ann.see("ack").await;
    ann.say(json!({"type": "send", "id": "2", "room": "lobby", "text": "before", "nonce": "n"})).await;
    let seq = ann.see("message").await["seq"].as_u64().unwrap();
    server.begin_stop();
    let words = ann.ended().await;
    assert!(words.iter().any(|word| word["type"] == "bye"), "{words:?}");
    assert!(words.iter().any(|word| word["type"] == "close" && word["code"] == 1001), "{words:?}");
    server.stop().await;
    server.start_again_with(open).await;

    let mut ann = Tcp::two(&server, login).await;
    ann.say(json!({"type": "join", "id": "1", "room": "lobby", "after": seq - 1})).await;
    let again = ann.see("message").await;
    assert_eq!((&again["text"], &again["seq"]), (&json!("before"), &json!(seq)));
    ann.say(json!({"type": "send", "id": "2", "room": "lobby", "text": "before", "nonce": "n"})).await;
    assert_eq!(ann.see("ack").await["duplicate"], true);
}

#[tokio::test]
async fn pings_are_answered_in_either_direction() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.heartbeat.interval = std::time::Duration::from_secs(1);
    })
    .await;
    let mut ann = Tcp::two(&server, hello("ann", "json", "none")).await;
    ann.frame(4, b"").await;
    assert_eq!(ann.next_frame().await.unwrap().kind, 5);
    server.clock.advance(std::time::Duration::from_secs(2));
    assert_eq!(ann.next_frame().await.unwrap().kind, 4);
    server.clock.advance(std::time::Duration::from_secs(100));
    assert!(ann.next_frame().await.is_none_or(|frame| frame.kind == 4), "silence has an end");
}
