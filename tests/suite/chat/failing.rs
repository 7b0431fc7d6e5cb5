//! A database that fails: senders are told, nobody sees what is not stored, and service returns by itself.

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
