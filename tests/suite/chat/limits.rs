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
    ann.acked(json!({"type": "members", "room": "lobby"})).await;
    ann.refused(json!({"type": "history", "room": "lobby"}), "rate_limited").await;
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
    for _ in 0..121 {
        ann.send(json!({"type": "leave", "room": "lobby", "id": "l"})).await;
    }

    let mut refused = 0;
    for _ in 0..121 {
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

#[tokio::test]
async fn an_account_has_one_rate_however_many_connections_it_has() {
    let (server, owner) = TestServer::owned_by("ann").await;
    let api = server.api(&owner).await;
    let mut sessions = Vec::new();
    for _ in 0..10 {
        let mut session = owner.socket(&server).await;
        session.join("lobby").await;
        sessions.push(session);
    }
    let send = json!({"type": "send", "room": "lobby", "text": "x"});

    let (mut stored, mut refused) = (0, 0);
    for round in 0..50 {
        let answer = sessions[round % 10].ask(send.clone()).await;
        if answer["type"] == "ack" {
            stored += 1;
        } else {
            assert_eq!(answer["code"], "rate_limited", "{answer}");
            assert!(answer["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0));
            refused += 1;
        }
    }

    assert!(stored <= 30 && refused >= 20, "{stored} stored, {refused} refused");
    let by_request = api.post("/api/v1/rooms/lobby/messages", json!({"text": "x"})).await;
    assert_eq!(by_request.status, 429, "requests are no way around it: {}", by_request.body);
    assert_eq!(sessions[0].ask(json!({"type": "ping"})).await["type"], "pong", "other commands are not held back");

    server.pass(Duration::from_secs(1));
    let mut again = 0;
    for session in &mut sessions {
        again += usize::from(session.ask(send.clone()).await["type"] == "ack");
        again += usize::from(session.ask(send.clone()).await["type"] == "ack");
    }
    assert_eq!(again, 10, "a second later there are ten more, together");
}

#[tokio::test]
async fn guests_are_counted_by_connection() {
    let server = TestServer::start().await;
    let send = json!({"type": "send", "room": "lobby", "text": "x"});
    for name in ["eve", "tom"] {
        let mut guest = server.guest(name).await;
        guest.join("lobby").await;
        for _ in 0..30 {
            guest.acked(send.clone()).await;
        }
        guest.refused(send.clone(), "rate_limited").await;
    }
}
