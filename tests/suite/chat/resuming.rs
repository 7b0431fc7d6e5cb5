//! Joining with `after`: nothing is missed and nothing comes twice.

use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn a_join_with_after_brings_what_was_missed_then_live() {
    let server = TestServer::start().await;
    let (mut ann, mut bob) = (server.guest("ann").await, server.guest("bob").await);
    ann.join("lobby").await;
    for text in ["one", "two", "three"] {
        ann.say("lobby", text).await;
    }

    let ack = bob.acked(json!({"type": "join", "room": "lobby", "after": 1})).await;
    ann.say("lobby", "four").await;

    assert_eq!((&ack["last_seq"], &ack["reset"]), (&json!(3), &serde_json::Value::Null));
    for (seq, text) in [(2, "two"), (3, "three"), (4, "four")] {
        let message = bob.next_of("message").await;
        assert_eq!((&message["seq"], &message["text"]), (&json!(seq), &json!(text)));
    }
}

#[tokio::test]
async fn a_join_in_the_middle_of_a_flood_has_no_gap_and_no_repeat() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let mut writer = server.guest("writer").await;
    writer.join("lobby").await;
    for number in 0..50 {
        writer.say("lobby", &format!("early {number}")).await;
    }
    let flood = async {
        for number in 0..300 {
            writer.send(json!({"type": "send", "room": "lobby", "text": format!("late {number}")})).await;
        }
        for _ in 0..300 {
            writer.next_of("ack").await;
        }
    };
    let readers = async {
        let mut readers = Vec::new();
        for number in 0..8 {
            let mut reader = server.guest(&format!("reader{number}")).await;
            reader.send(json!({"type": "join", "room": "lobby", "after": 10})).await;
            readers.push(reader);
        }
        readers
    };

    let ((), readers) = tokio::join!(flood, readers);

    for mut reader in readers {
        for seq in 11..=350_u64 {
            assert_eq!(reader.next_of("message").await["seq"], seq);
        }
    }
}

#[tokio::test]
async fn somebody_too_far_behind_is_told_and_gets_the_newest_page() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    for tens in 0..101 {
        for number in 0..10 {
            ann.send(json!({"type": "send", "room": "lobby", "text": format!("line {tens}{number}")})).await;
        }
        for _ in 0..10 {
            ann.next_of("ack").await;
        }
    }
    let mut bob = server.guest("bob").await;

    let behind = bob.acked(json!({"type": "join", "room": "lobby", "after": 3})).await;
    assert_eq!(behind["reset"], true);
    assert_eq!(bob.next_of("message").await["seq"], 961);

    let ahead = bob.acked(json!({"type": "join", "room": "lobby", "after": 5000})).await;
    assert_eq!(ahead["reset"], true, "the client knows another database");
}

#[tokio::test]
async fn more_than_an_outbox_holds_is_resumed_at_the_readers_own_pace() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    let text = "x".repeat(16_000);
    for _ in 0..200 {
        ann.send(json!({"type": "send", "room": "lobby", "text": text})).await;
        ann.next_of("ack").await;
    }
    let mut bob = server.guest("bob").await;

    bob.send(json!({"type": "join", "room": "lobby", "after": 0})).await;

    for seq in 1..=200_u64 {
        assert_eq!(bob.next_of("message").await["seq"], seq);
    }
    let page = bob.acked(json!({"type": "history", "room": "lobby", "limit": 200})).await;
    assert_eq!(page["more"], true, "an answer has a bound, too");
    assert_eq!(ann.say("lobby", "live again").await, 201);
    assert_eq!(bob.next_text().await, "live again");
}

#[tokio::test]
async fn a_new_member_who_reads_from_the_start_sees_each_event_once_and_in_order() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let mut owner = ann.socket(&server).await;
    owner.acked(json!({"type": "join", "room": "dev", "create": true})).await;
    for text in ["one", "two"] {
        owner.say("dev", text).await;
    }
    let mut bob = ann.invite(&server, "bob").await.socket(&server).await;

    bob.send(json!({"type": "join", "id": "j", "room": "dev", "after": 0})).await;

    let ack = bob.next().await;
    assert_eq!((&ack["type"], &ack["last_seq"]), (&json!("ack"), &json!(4)), "{ack}");
    for (seq, kind) in [(1, "joined"), (2, "message"), (3, "message"), (4, "joined")] {
        let frame = bob.next().await;
        assert_eq!((&frame["seq"], &frame["type"]), (&json!(seq), &json!(kind)));
    }
}
