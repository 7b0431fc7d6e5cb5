//! What is sent, and what becomes of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{say, server, subscribe};
use crate::support::push_service::{PushService, seconds};
use crate::support::server::MORNING;
use crate::support::{Api, TestServer, until};

async fn devices(api: &Api) -> Vec<Value> {
    api.get("/api/v1/me/push").await.json()["items"].as_array().expect("a list").clone()
}

async fn metric(server: &TestServer, outcome: &str) -> u64 {
    let page = server.browser().get("/metrics").await;
    let name = format!("parlor_push_notifications_total{{outcome=\"{outcome}\"}} ");
    page.body.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok()).unwrap_or(0)
}

#[tokio::test]
async fn a_message_reaches_a_browser_encrypted_and_signed() {
    let (server, ann) = server().await;
    let ann_api = server.api(&ann).await;
    let bob = server.register("bob").await;
    let bob_api = server.api(&bob).await;
    let mut service = PushService::start().await;
    let subscriber = subscribe(&ann_api, &service, "ann").await;

    let seq = say(&bob_api, "lobby", "hello\n**world** \u{202e}").await;

    let received = service.next().await;
    assert_eq!(received.path, "/push/ann");
    assert_eq!((received.header("content-encoding"), received.header("ttl")), ("aes128gcm", "86400"));
    assert!(received.header("topic").len() == 32 && received.header("host").starts_with("127.0.0.1:"));
    let (claims, key) = received.signed();
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!(service.origin()), &json!("mailto:ann@example.org")));
    let left = claims["exp"].as_i64().expect("a time") - seconds(MORNING);
    assert!((1..=86_400).contains(&left), "good for a day at most: {left}");
    assert_eq!(ann_api.get("/api/v1/push/key").await.json()["key"], key);
    let said = json!({"title": "bob · #lobby", "body": "hello **world**", "url": format!("/rooms/lobby/{seq}"),
        "room": "lobby", "seq": seq, "tag": "lobby"});
    assert_eq!(received.read_by(subscriber), said);
    until("it is counted", async || metric(&server, "delivered").await == 1).await;
}

#[tokio::test]
async fn the_key_of_the_server_stays_over_a_restart() {
    let (server, ann) = server().await;
    let key = server.api(&ann).await.get("/api/v1/push/key").await.json();
    let server = server.restart().await;
    let again = server.api(&ann.elsewhere(&server)).await.get("/api/v1/push/key").await.json();
    assert_eq!(key, again);
}

#[tokio::test]
async fn a_subscription_that_is_gone_is_forgotten() {
    for answer in ["404 Not Found", "410 Gone"] {
        let (server, ann) = server().await;
        let (ann_api, bob_api) = (server.api(&ann).await, server.api(&server.register("bob").await).await);
        let mut service = PushService::answering(answer).await;
        subscribe(&ann_api, &service, "ann").await;
        assert_eq!(devices(&ann_api).await.len(), 1);

        say(&bob_api, "lobby", "hello").await;
        service.next().await;

        until("it is forgotten", async || devices(&ann_api).await.is_empty()).await;
    }
}

#[tokio::test]
async fn a_service_that_fails_rests_and_is_given_up_in_the_end() {
    let (server, ann) = server().await;
    let (ann_api, bob_api) = (server.api(&ann).await, server.api(&server.register("bob").await).await);
    let mut service = PushService::answering("500 Oh no").await;
    subscribe(&ann_api, &service, "ann").await;

    for failures in 1..10 {
        say(&bob_api, "lobby", "hello").await;
        service.next().await;
        let noted = async || devices(&ann_api).await[0]["failures"] == failures;
        until("the failure is noted", noted).await;
        let dropped = metric(&server, "dropped").await;
        say(&bob_api, "lobby", "while it rests").await;
        until("it rests", async || metric(&server, "dropped").await == dropped + 1).await;
        server.pass(Duration::from_hours(7));
    }
    say(&bob_api, "lobby", "the last try").await;
    service.next().await;

    until("it is given up", async || devices(&ann_api).await.is_empty()).await;
    assert!(service.is_empty(), "nothing was sent while it rested");
}

#[tokio::test]
async fn a_success_forgives_what_was_before() {
    let (server, ann) = server().await;
    let (ann_api, bob_api) = (server.api(&ann).await, server.api(&server.register("bob").await).await);
    let failing = PushService::answering("503 Busy").await;
    subscribe(&ann_api, &failing, "ann").await;
    say(&bob_api, "lobby", "hello").await;
    until("the failure is noted", async || devices(&ann_api).await[0]["failures"] == 1).await;

    let answer = ann_api.post("/api/v1/me/push", failing.subscriber("ann").to_json()).await;

    assert_eq!(answer.status, 201, "the same browser, anew");
    assert_eq!(devices(&ann_api).await[0]["failures"], 0);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let (server, ann) = server().await;
    let (ann_api, bob_api) = (server.api(&ann).await, server.api(&server.register("bob").await).await);
    let mut elsewhere = PushService::start().await;
    let there = elsewhere.subscriber("elsewhere").endpoint;
    let answer: &'static str = Box::leak(format!("307 Go there\r\nLocation: {there}").into_boxed_str());
    let mut service = PushService::answering(answer).await;
    subscribe(&ann_api, &service, "ann").await;

    say(&bob_api, "lobby", "hello").await;
    service.next().await;

    until("it counts as a failure", async || devices(&ann_api).await[0]["failures"] == 1).await;
    assert!(elsewhere.is_empty());
}

#[tokio::test]
async fn the_settings_list_devices_send_a_test_and_end_it() {
    let (server, ann) = server().await;
    let mut service = PushService::start().await;
    let subscriber = service.subscriber("ann");
    let origin = server.url("");
    let post = ann.request(reqwest::Method::POST, "/api/v1/me/push").header("Origin", origin);
    let made = ann.send(post.json(&subscriber.to_json())).await;
    assert_eq!(made.status, 201, "{}", made.body);

    let page = ann.get("/settings").await;
    assert!(page.body.contains("data-push-here") && page.body.contains("Send a test notification"));
    assert_eq!(ann.post("/settings/push/test", &[]).await.leads_to(), (303, "/settings?saved=push#push"));
    let said = service.next().await.read_by(subscriber);
    assert_eq!((&said["title"], &said["url"]), (&json!("Parlor"), &json!("/settings#notifications")));

    let id = made.json()["id"].as_str().expect("an id").to_owned();
    let ended = ann.post(&format!("/settings/push/{id}/remove"), &[]).await;
    assert_eq!(ended.leads_to(), (303, "/settings?saved=push#push"));
    assert!(!ann.get("/settings").await.body.contains("data-push-here"));
    assert_eq!(ann.post(&format!("/settings/push/{id}/remove"), &[]).await.status, 404);
}

#[tokio::test]
async fn whoever_logs_out_somewhere_is_no_longer_notified_there() {
    let (server, ann) = server().await;
    let api = server.api(&ann).await;
    let service = PushService::start().await;
    let elsewhere = server.browser();
    elsewhere.log_in("ann").await;
    let post = elsewhere.request(reqwest::Method::POST, "/api/v1/me/push").header("Origin", server.url(""));
    assert_eq!(elsewhere.send(post.json(&service.subscriber("ann").to_json())).await.status, 201);
    assert_eq!(devices(&api).await.len(), 1);

    elsewhere.post("/logout", &[]).await;

    assert_eq!(devices(&api).await.len(), 0);
}
