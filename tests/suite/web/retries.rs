//! The same thing sent again: at the same moment, through another door, after a restart. It is done once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Api, Page, TestServer};

async fn post(api: &Api, path: &str, key: &str, body: &Value) -> Page {
    api.send(api.request(reqwest::Method::POST, path).header("Idempotency-Key", key).json(body)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_posted_ten_times_at_once_through_two_doors_is_stored_once() {
    let (server, owner) = TestServer::open_to_all("ann").await;
    let api = server.api(&owner).await;
    let mut sessions = Vec::new();
    for _ in 0..5 {
        let mut session = owner.socket(&server).await;
        session.join("lobby").await;
        sessions.push(session);
    }
    let body = json!({"text": "once"});
    let path = "/api/v1/rooms/lobby/messages";
    let frame = json!({"type": "send", "room": "lobby", "text": "once", "nonce": "same"});

    let by_request = join_all((0..5).map(|_| post(&api, path, "same", &body)));
    let by_session = join_all(sessions.iter_mut().map(|session| session.acked(frame.clone())));
    let (pages, acks) = tokio::join!(by_request, by_session);

    let first = pages.iter().filter(|page| page.status == 201).count()
        + acks.iter().filter(|ack| ack["duplicate"].is_null()).count();
    assert_eq!(first, 1, "one of ten is the first");
    assert!(pages.iter().all(|page| [200, 201].contains(&page.status)));
    let answers: Vec<Value> = pages.iter().map(Page::json).chain(acks).collect();
    assert!(answers.iter().all(|answer| (&answer["seq"], &answer["at"]) == (&json!(2), &answers[0]["at"])));
    for session in &mut sessions {
        assert_eq!(session.next_text().await, "once");
        session.say("lobby", "marker").await;
        assert_eq!(session.next_text().await, "marker", "it came once");
        // The markers of the others.
        session.acked(json!({"type": "leave", "room": "lobby"})).await;
    }

    drop(sessions);
    let server = server.restart().await;
    let api = Api::new(&server, &owner.elsewhere(&server).token().await);
    let again = post(&api, path, "same", &body).await;
    assert_eq!((again.status, &again.json()["seq"]), (200, &json!(2)), "and after a restart");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_made_ten_times_at_once_with_one_key_is_made_once() {
    let (server, owner) = TestServer::open_to_all("ann").await;
    let api = server.api(&owner).await;
    let body = json!({"name": "garden"});

    let pages = join_all((0..10).map(|_| post(&api, "/api/v1/rooms", "k", &body))).await;

    let made: Vec<&Page> = pages.iter().filter(|page| page.status == 201).collect();
    assert!(!made.is_empty() && made.iter().all(|page| page.json() == made[0].json()), "one answer for all");
    let fresh = made.iter().filter(|page| page.headers.get("idempotency-replayed").is_none()).count();
    assert_eq!(fresh, 1, "made once, told again");
    // While the first one is under way the others are told to wait.
    assert!(pages.iter().all(|page| page.status == 201 || page.json()["code"] == "conflict"));
    let server = server.restart().await;
    let api = Api::new(&server, &owner.elsewhere(&server).token().await);
    let again = post(&api, "/api/v1/rooms", "k", &body).await;
    assert_eq!((again.status, again.headers.get("idempotency-replayed").is_some()), (201, true), "{}", again.body);
}
