//! How much one session may do.

use std::time::Duration;

use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn a_session_listens_to_a_hundred_rooms_and_not_to_more() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let mut live = ann.socket(&server).await;
    assert_eq!(live.welcome["limits"]["rooms_per_session"], 100);
    for number in 0..100 {
        live.send(json!({"type": "join", "room": format!("room{number}"), "create": true, "id": "j"})).await;
    }
    for _ in 0..100 {
        assert_eq!(live.next_of("ack").await["id"], "j");
    }

    let refused = live.refused(json!({"type": "join", "room": "lobby"}), "too_large").await;

    assert!(refused["message"].as_str().is_some_and(|message| message.contains("100 rooms")), "{refused}");
    live.join("room7").await;
    live.acked(json!({"type": "leave", "room": "room7"})).await;
    live.join("lobby").await;
    live.say("lobby", "still here").await;
    let mut other = ann.socket(&server).await;
    other.join("room1").await;
}

#[tokio::test]
async fn a_text_of_sixteen_kibibytes_is_the_longest() {
    let server = TestServer::start().await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    assert_eq!(ann.welcome["limits"]["text_bytes"], 16_384);
    // Two bytes each: the limit counts bytes, not characters.
    let longest = "é".repeat(8192);

    ann.say("lobby", &longest).await;
    let refused =
        ann.refused(json!({"type": "send", "room": "lobby", "text": format!("{longest}x")}), "too_large").await;

    assert_eq!(refused["field"], "text");
    assert_eq!(ann.next_text().await, longest);
}

#[tokio::test]
async fn messages_and_other_commands_have_rates_of_their_own() {
    let server = TestServer::start().await;
    let (mut ann, mut bob) = (server.guest("ann").await, server.guest("bob").await);
    ann.join("lobby").await;
    bob.join("lobby").await;
    let send = json!({"type": "send", "room": "lobby", "text": "x"});
    for _ in 0..30 {
        ann.acked(send.clone()).await;
    }
    ann.refused(send.clone(), "rate_limited").await;

    bob.acked(send.clone()).await;
    assert_eq!(ann.ask(json!({"type": "ping"})).await["type"], "pong", "who writes too much may still ask");
    ann.acked(json!({"type": "history", "room": "lobby", "limit": 1})).await;
    server.pass(Duration::from_secs(1));
    for _ in 0..10 {
        ann.acked(send.clone()).await;
    }
    ann.refused(send, "rate_limited").await;
}

#[tokio::test]
async fn a_flood_of_other_commands_is_held_back_too() {
    let server = TestServer::start().await;
    let mut ann = server.guest("ann").await;
    for _ in 0..301 {
        ann.send(json!({"type": "leave", "room": "lobby", "id": "l"})).await;
    }

    let mut refused = 0;
    for _ in 0..301 {
        let frame = ann.next().await;
        assert_eq!(frame["id"], "l", "{frame}");
        if frame["type"] == "error" {
            assert_eq!(frame["code"], "rate_limited");
            assert!(frame["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0));
            refused += 1;
        }
    }

    assert_eq!(refused, 1);
}
