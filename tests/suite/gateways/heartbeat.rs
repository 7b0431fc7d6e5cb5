//! Pings, silence and slow readers.

use std::time::Duration;

use crate::support::TestServer;
use crate::support::raw::{FIN, PING, PONG, Raw};

async fn next_ping(raw: &mut Raw) -> bool {
    while let Some((first, _)) = raw.next().await {
        if first == FIN | PING {
            return true;
        }
    }
    false
}

/// A session that the server has greeted: its clock runs.
async fn greeted(server: &TestServer) -> Raw {
    let mut raw = Raw::connect(server, "/ws?name=ann").await;
    assert!(raw.next().await.is_some());
    raw
}

#[tokio::test]
async fn a_session_is_pinged_and_lives_as_long_as_it_answers() {
    let server = TestServer::start().await;
    let mut raw = greeted(&server).await;
    for _ in 0..4 {
        server.pass(Duration::from_secs(15));
        assert!(next_ping(&mut raw).await);
        raw.frame(FIN | PONG, b"").await;
        raw.frame(FIN | PING, b"me").await;
        while raw.next().await != Some((FIN | PONG, b"me".to_vec())) {}
    }
}

#[tokio::test]
async fn a_session_without_a_sign_of_life_is_gone_after_forty_seconds() {
    let server = TestServer::start().await;
    let mut raw = greeted(&server).await;
    server.pass(Duration::from_secs(41));
    assert!(
        !next_ping(&mut raw).await || {
            raw.hung_up().await;
            true
        }
    );
}
