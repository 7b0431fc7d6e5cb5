//! What is not understood is refused with a code and the name of the field, and the connection stays.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, TestServer};

#[tokio::test]
async fn bad_commands_are_refused_by_name_and_the_connection_stays() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    let cases = [
        (json!({"type": "dance"}), "bad_request", "type"),
        (json!({"type": "join"}), "bad_request", "room"),
        (json!({"type": "join", "room": 5}), "bad_request", "room"),
        (json!({"type": "join", "room": "no such room"}), "bad_request", "room"),
        (json!({"type": "join", "room": "nowhere"}), "not_found", "room"),
        (json!({"type": "join", "room": "lobby", "after": -1}), "bad_request", "after"),
        (json!({"type": "send", "room": "lobby"}), "bad_request", "text"),
        (json!({"type": "send", "room": "lobby", "text": ""}), "bad_request", "text"),
        (json!({"type": "send", "room": "lobby", "text": "x".repeat(16_385)}), "too_large", "text"),
        (json!({"type": "send", "room": "lobby", "text": "x", "nonce": 7}), "bad_request", "nonce"),
        (json!({"type": "send", "room": "lobby", "text": "x", "reply_to": 99}), "bad_request", "reply_to"),
        (json!({"type": "send", "room": "nowhere", "text": "x"}), "not_found", "room"),
        (json!({"type": "read", "room": "lobby", "seq": 99}), "bad_request", "seq"),
        (json!({"type": "presence", "status": "asleep"}), "bad_request", "status"),
        (json!({"type": "history", "room": "lobby", "limit": 5000}), "bad_request", "limit"),
        (json!({"type": "members", "room": "nowhere"}), "not_found", "room"),
    ];
    for (command, code, field) in cases {
        let error = ann.refused(command.clone(), code).await;
        assert_eq!(error["field"], field, "{command} gave {error}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    assert_eq!(ann.ask(json!({"type": "ping"})).await["type"], "pong");
}

#[tokio::test]
async fn frames_of_the_wrong_kind_are_refused_and_the_connection_stays() {
    let server = TestServer::start().await;
    let mut ann = server.guest("ann").await;
    for frame in [Message::text("{"), Message::text("[]"), Message::text("\"hi\""), Message::binary(vec![0x81])] {
        ann.send_raw(frame).await;
        let error = ann.next_of("error").await;
        assert_eq!((&error["code"], &error["id"]), (&json!("bad_request"), &serde_json::Value::Null));
    }
    assert_eq!(ann.ask(json!({"type": "ping"})).await["type"], "pong");
}

#[tokio::test]
async fn somebody_who_never_stops_breaking_rules_is_closed_with_1008() {
    let server = TestServer::start().await;
    let mut ann = server.guest("ann").await;
    for _ in 0..110 {
        ann.send_raw(Message::text("{")).await;
    }
    assert_eq!(ann.closed().await, 1008);
}

#[tokio::test]
async fn a_flood_of_messages_is_rate_limited_with_a_time_to_wait() {
    let server = TestServer::start().await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    let send = json!({"type": "send", "room": "lobby", "text": "x"});
    for _ in 0..30 {
        ann.acked(send.clone()).await;
    }
    let error = ann.refused(send.clone(), "rate_limited").await;
    assert_eq!(error["retry_after_ms"], 100);

    server.pass(std::time::Duration::from_millis(100));

    ann.acked(send).await;
}

#[tokio::test]
async fn a_handshake_is_refused_with_a_problem_that_says_why() {
    let server = TestServer::start().await;
    let json = ("Sec-WebSocket-Protocol", "parlor.v1.json");
    let cases: [(&str, &[(&str, &str)], u16, &str); 9] = [
        ("/ws", &[json], 401, "unauthorized"),
        ("/ws?name=ann&colour=red", &[json], 400, "bad_request"),
        ("/ws?name=a%20b", &[json], 400, "bad_request"),
        ("/ws?name=ann&room=a%20b", &[json], 400, "bad_request"),
        ("/ws?token=nonsense", &[json], 401, "unauthorized"),
        ("/ws?name=ann", &[("Sec-WebSocket-Protocol", "chat.v9")], 400, "bad_request"),
        ("/ws?name=ann", &[json, ("Authorization", "Basic x")], 401, "unauthorized"),
        ("/ws?name=ann", &[json, ("Origin", "https://evil.example")], 403, "forbidden"),
        ("/ws/echo", &[("Sec-Fetch-Site", "cross-site")], 403, "forbidden"),
    ];
    for (path, headers, status, code) in cases {
        let refusal =
            Client::try_connect(&server, path, headers).await.err().unwrap_or_else(|| panic!("{path} was let in"));
        assert_eq!(
            (refusal.status, &refusal.problem["code"]),
            (status, &json!(code)),
            "{path} {headers:?}: {refusal:?}"
        );
    }
}

#[tokio::test]
async fn msgpack_says_the_same_as_json() {
    let server = TestServer::start().await;
    let mut ann =
        Client::connect(&server, "/ws?name=ann&room=lobby", &[("Sec-WebSocket-Protocol", "parlor.v1.msgpack")]).await;
    assert_eq!(ann.next_of("ack").await["room"], "lobby");
    let send = json!({"type": "send", "id": "s", "room": "lobby", "text": "packed"});

    ann.send_raw(Message::binary(rmp_serde::to_vec_named(&send).expect("packed"))).await;

    assert_eq!(ann.next_of("ack").await["id"], "s");
    assert_eq!(ann.next_text().await, "packed");
    ann.send_raw(Message::text("{}")).await;
    assert_eq!(ann.next_of("error").await["code"], "bad_request");
}

#[tokio::test]
async fn two_guests_of_one_name_are_told_apart() {
    let server = TestServer::start().await;
    let (first, second) = (server.guest("ann").await, server.guest("Ann").await);
    assert_eq!(first.welcome["user"]["name"], "ann");
    assert_eq!(second.welcome["user"]["name"], "Ann~2");
    first.close().await;
    second.close().await;
}
