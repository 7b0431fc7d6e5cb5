//! For a slow reader, what nobody stores is left out first: it cuts nobody off and takes no place from the log.

use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::raw::{CLOSE, FIN, Raw, TEXT};

async fn metric(server: &TestServer, name: &str) -> u64 {
    let page = server.browser().get("/metrics").await;
    let line = page.body.lines().find_map(|line| line.strip_prefix(name)).expect("a line of this name");
    line.trim().parse().expect("a number")
}

#[tokio::test]
async fn typing_is_dropped_for_a_slow_reader_and_messages_are_not() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    let mut slow = Raw::narrow(&server, "/ws?name=slow&room=lobby").await;
    ann.next_of("presence").await;

    while metric(&server, "parlor_dropped_ephemeral_total ").await == 0 {
        for _ in 0..500 {
            ann.send(json!({"type": "typing", "room": "lobby"})).await;
        }
        ann.ask(json!({"type": "ping"})).await;
    }
    for number in 1..=5 {
        assert_eq!(ann.say("lobby", "stored").await, number);
    }

    assert_eq!(metric(&server, "parlor_slow_disconnects_total ").await, 0, "typing cuts nobody off");
    let mut seen = Vec::new();
    while seen.len() < 5 {
        let (first, payload) = slow.next().await.expect("the connection stays");
        assert_ne!(first, FIN | CLOSE);
        if first == FIN | TEXT {
            let frame: Value = serde_json::from_slice(&payload).expect("JSON");
            if frame["type"] == "message" {
                seen.push(frame["seq"].as_u64().expect("a number"));
            }
        }
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}
