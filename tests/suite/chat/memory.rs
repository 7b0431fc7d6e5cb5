//! Rooms come into memory when somebody asks for them, and leave it when nobody has for a while.

use std::time::Duration;

use crate::support::{TestServer, until};

async fn rooms_loaded(server: &TestServer) -> Option<u64> {
    let metrics = server.browser().get("/metrics").await.body;
    let line = metrics.lines().find(|line| line.starts_with("parlor_rooms_loaded "))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[tokio::test]
async fn an_idle_room_is_forgotten_and_comes_back_with_its_log() {
    let server = TestServer::start().await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    ann.say("lobby", "before").await;
    assert_eq!(rooms_loaded(&server).await, Some(1));
    ann.close().await;

    server.pass(Duration::from_mins(11));
    until("the room to be forgotten", || async {
        server.pass(Duration::from_mins(1));
        rooms_loaded(&server).await == Some(0)
    })
    .await;

    let mut bob = server.guest("bob").await;
    assert_eq!(bob.join("lobby").await["last_seq"], 1);
    assert_eq!(bob.say("lobby", "after").await, 2);
}
