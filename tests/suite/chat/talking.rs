//! Joining, writing, reading back.

use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn a_message_reaches_everybody_in_the_room_and_its_sender() {
    let server = TestServer::start().await;
    let (mut ann, mut bob) = (server.guest("ann").await, server.guest("bob").await);
    ann.join("lobby").await;
    bob.join("lobby").await;

    let ack = ann.acked(json!({"type": "send", "room": "lobby", "text": "hello", "nonce": "n1"})).await;

    assert_eq!((&ack["seq"], &ack["room"]), (&json!(1), &json!("lobby")));
    for client in [&mut ann, &mut bob] {
        let message = client.next_of("message").await;
        assert_eq!(message["seq"], 1);
        assert_eq!(message["text"], "hello");
        assert_eq!(message["author"]["name"], "ann");
        assert_eq!(message["nonce"], "n1");
        assert_eq!(message["at"], "2026-11-21T09:00:00.000Z");
    }
}

#[tokio::test]
async fn a_repeated_nonce_gets_the_first_answer_and_is_shown_once() {
    let server = TestServer::start().await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    let send = json!({"type": "send", "room": "lobby", "text": "once", "nonce": "n1"});

    let first = ann.acked(send.clone()).await;
    let second = ann.acked(send).await;

    assert_eq!(second["seq"], first["seq"]);
    assert_eq!(second["duplicate"], true);
    ann.say("lobby", "twice").await;
    assert_eq!((ann.next_text().await.as_str(), ann.next_text().await.as_str()), ("once", "twice"));
}

#[tokio::test]
async fn history_is_read_in_pages_from_the_end() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    for number in 1..=7 {
        ann.say("lobby", &format!("line {number}")).await;
    }

    let newest = ann.acked(json!({"type": "history", "room": "lobby", "limit": 3})).await;
    let older = ann.acked(json!({"type": "history", "room": "lobby", "before": 5, "limit": 10})).await;
    let newer = ann.acked(json!({"type": "history", "room": "lobby", "after": 5, "limit": 1})).await;

    let seqs = |page: &serde_json::Value| {
        page["events"].as_array().expect("events").iter().map(|e| e["seq"].as_u64()).collect::<Vec<_>>()
    };
    assert_eq!((seqs(&newest), &newest["more"]), (vec![Some(5), Some(6), Some(7)], &json!(true)));
    assert_eq!((seqs(&older), &older["more"]), (vec![Some(1), Some(2), Some(3), Some(4)], &json!(false)));
    assert_eq!((seqs(&newer), &newer["more"]), (vec![Some(6)], &json!(true)));
}

#[tokio::test]
async fn who_comes_and_goes_is_told() {
    let server = TestServer::start().await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;

    loop {
        let presence = ann.next_of("presence").await;
        if presence["changes"]
            .as_array()
            .is_some_and(|all| all.iter().any(|c| c["user"]["name"] == "bob" && c["status"] == "online"))
        {
            assert_eq!(presence["online"], 2);
            break;
        }
    }
    bob.close().await;

    let presence = ann.next_of("presence").await;
    assert_eq!(presence["online"], 1);
    assert_eq!(
        (&presence["changes"][0]["user"]["name"], &presence["changes"][0]["status"]),
        (&json!("bob"), &json!("offline"))
    );
}

#[tokio::test]
async fn typing_reaches_the_others_only() {
    let server = TestServer::start().await;
    let (mut ann, mut bob) = (server.guest("ann").await, server.guest("bob").await);
    ann.join("lobby").await;
    bob.join("lobby").await;

    ann.send(json!({"type": "typing", "room": "lobby"})).await;
    ann.say("lobby", "done").await;

    assert_eq!(bob.next_of("typing").await["user"]["name"], "ann");
    loop {
        let frame = ann.next().await;
        assert_ne!(frame["type"], "typing");
        if frame["type"] == "message" {
            break;
        }
    }
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let server = TestServer::start().await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    ann.say("lobby", "before").await;
    ann.close().await;

    let server = server.restart().await;

    let mut bob = server.guest("bob").await;
    assert_eq!(bob.join("lobby").await["last_seq"], 1);
    assert_eq!(bob.say("lobby", "after").await, 2);
    let page = bob.acked(json!({"type": "history", "room": "lobby"})).await;
    assert_eq!((&page["events"][0]["text"], &page["events"][1]["text"]), (&json!("before"), &json!("after")));
}
