//! A database that fails: senders are told, nobody sees what is not stored, and service returns by itself.

use parlor::config::store::DatabaseUrl;
use serde_json::json;

use crate::support::{Saboteur, TestServer, until};

#[tokio::test]
async fn a_message_that_cannot_be_stored_is_refused_and_shown_to_nobody() {
    let server = TestServer::start().await;
    let (mut ann, mut bob) = (server.guest("ann").await, server.guest("bob").await);
    ann.join("lobby").await;
    bob.join("lobby").await;
    ann.say("lobby", "one").await;
    let mut saboteur = Saboteur::at(&server).await;

    saboteur.break_writes().await;
    let lost = json!({"type": "send", "room": "lobby", "text": "lost", "nonce": "n"});
    ann.refused(lost.clone(), "unavailable").await;
    assert_eq!(server.browser().get("/readyz").await.status, 503);
    saboteur.mend_writes().await;

    let browser = server.browser();
    until("readiness", || async { browser.get("/readyz").await.status == 200 }).await;
    assert_eq!(ann.acked(lost).await["seq"], 2, "no number was used up");
    for (seq, text) in [(1, "one"), (2, "lost")] {
        let message = bob.next_of("message").await;
        assert_eq!((&message["seq"], &message["text"]), (&json!(seq), &json!(text)));
    }
}

#[tokio::test]
async fn somebody_who_cannot_be_made_a_member_is_told_and_may_try_again() {
    let (server, owner) = TestServer::owned_by("ann").await;
    let mut ann = owner.socket(&server).await;
    ann.acked(json!({"type": "join", "room": "dev", "create": true})).await;
    let bob_browser = owner.invite(&server, "bob").await;
    let mut bob = bob_browser.socket(&server).await;
    let mut saboteur = Saboteur::at(&server).await;

    saboteur.break_writes().await;
    bob.refused(json!({"type": "join", "room": "dev"}), "unavailable").await;
    bob.refused(json!({"type": "send", "room": "dev", "text": "hi"}), "forbidden").await;
    saboteur.mend_writes().await;

    bob.join("dev").await;
    bob.say("dev", "hi").await;
    assert_eq!(ann.next_text().await, "hi");
}

#[tokio::test]
async fn a_database_that_is_really_full_refuses_and_goes_on_when_there_is_room_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("small.db");
    let url = format!("sqlite:{}?max_mib=2", file.display());
    let server = TestServer::start_with(|config| {
        config.limits.rate_limits = false;
        config.store.database = Some(DatabaseUrl::new(url));
    })
    .await;
    let mut saboteur = Saboteur::at_file(&file).await;
    saboteur.take_room(600_000).await;
    let (mut ann, mut bob) = (server.guest("ann").await, server.guest("bob").await);
    ann.join("lobby").await;
    bob.join("lobby").await;
    let browser = server.browser();
    let message = |number: u64| json!({"type": "send", "room": "lobby", "text": "x".repeat(16_000), "nonce": format!("n{number}")});

    let mut stored = 0;
    let refused = loop {
        let answer = ann.ask(message(stored + 1)).await;
        if answer["type"] == "error" {
            break answer;
        }
        stored += 1;
        assert_eq!((&answer["seq"], &bob.next_of("message").await["seq"]), (&json!(stored), &json!(stored)));
        assert!(stored < 500, "two mebibytes are never full");
    };
    assert_eq!(refused["code"], "unavailable", "{refused}");
    assert!(stored > 20, "there was room for {stored}");
    let ready = browser.get("/readyz").await;
    assert_eq!(ready.status, 503, "{}", ready.body);
    ann.refused(message(stored + 1), "unavailable").await;
    assert_eq!(browser.get("/healthz").await.status, 200, "reading goes on");
    let page = bob.acked(json!({"type": "history", "room": "lobby", "limit": 1})).await;
    assert_eq!(page["events"][0]["seq"], stored, "what was refused is not in the log");

    saboteur.give_room().await;

    until("readiness", || async { browser.get("/readyz").await.status == 200 }).await;
    assert_eq!(ann.acked(message(stored + 1)).await["seq"], stored + 1, "no number was used up");
    assert_eq!(bob.next_of("message").await["seq"], stored + 1, "nobody was shown what was refused");
}

#[tokio::test]
async fn a_full_database_is_not_called_ready_while_it_is_full() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("small.db");
    let url = format!("sqlite:{}?max_mib=1", file.display());
    let server = TestServer::start_with(|config| {
        config.limits.rate_limits = false;
        config.store.database = Some(DatabaseUrl::new(url));
    })
    .await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    let send = json!({"type": "send", "room": "lobby", "text": "x".repeat(16_000)});
    while ann.ask(send.clone()).await["type"] == "ack" {}

    // Two and a half seconds of asking: the server tries every second whether it can write again.
    let began = std::time::Instant::now();
    let browser = server.browser();
    while began.elapsed() < std::time::Duration::from_millis(2_500) {
        assert_eq!(browser.get("/readyz").await.status, 503);
    }
}
