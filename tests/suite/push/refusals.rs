//! What is refused when somebody subscribes, and whom the server does not reach whatever its database says.

use serde_json::json;

use super::{say, server, subscribe};
use crate::support::push_service::PushService;
use crate::support::{TestServer, until};

#[tokio::test]
async fn a_server_reaches_no_private_network_unless_it_is_told_to() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let service = PushService::start().await;

    for endpoint in [
        service.subscriber("ann").endpoint.as_str(),
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]:8443/x",
        "https://[::ffff:192.168.1.1]/x",
        "https://10.1.2.3/x",
        "https://0x7f.1/x",
        "https://169.254.169.254/latest/meta-data",
        "http://push.example.org/x",
        "https://ann:secret@push.example.org/x",
        "ftp://push.example.org/x",
        "push",
    ] {
        let mut body = service.subscriber("ann").to_json();
        body["endpoint"] = json!(endpoint);
        let refused = api.post("/api/v1/me/push", body).await;
        assert_eq!(
            (refused.status, &refused.json()["field"]),
            (400, &json!("endpoint")),
            "{endpoint}: {}",
            refused.body
        );
    }
    let mut body = service.subscriber("ann").to_json();
    body["endpoint"] = json!("https://push.example.org/x");
    assert_eq!(api.post("/api/v1/me/push", body).await.status, 201);
}

#[tokio::test]
async fn keys_that_are_none_are_refused() {
    let (server, ann) = server().await;
    let api = server.api(&ann).await;
    let service = PushService::start().await;
    for (field, name, value) in [
        ("p256dh", "p256dh", json!("AAAA")),
        ("p256dh", "p256dh", json!("not base64url!")),
        ("auth", "auth", json!("AAAA")),
        ("p256dh", "p256dh", json!(vec!["A"; 87].concat())),
    ] {
        let mut body = service.subscriber("ann").to_json();
        body["keys"][name] = value;
        let refused = api.post("/api/v1/me/push", body).await;
        assert_eq!((refused.status, &refused.json()["field"]), (400, &json!(field)), "{}", refused.body);
    }
    let missing = api.post("/api/v1/me/push", json!({"endpoint": "https://push.example.org/x"})).await;
    assert_eq!((missing.status, &missing.json()["field"]), (400, &json!("keys")));
}

#[tokio::test]
async fn guests_and_strangers_are_not_notified() {
    let server = TestServer::start().await;
    let service = PushService::start().await;
    let guest = server.browser();
    guest.post("/guest", &[("name", "eve"), ("next", "")]).await;
    let post = guest.request(reqwest::Method::POST, "/api/v1/me/push").header("Origin", server.url(""));

    assert_eq!(guest.send(post.json(&service.subscriber("eve").to_json())).await.status, 403);
    assert_eq!(server.browser().get("/api/v1/push/key").await.status, 401);
    assert_eq!(guest.get("/api/v1/me/push").await.status, 403);
}

#[tokio::test]
async fn nobody_ends_somebody_elses_subscription() {
    let (server, ann) = server().await;
    let (ann_api, bob_api) = (server.api(&ann).await, server.api(&server.register("bob").await).await);
    let service = PushService::start().await;
    let made = ann_api.post("/api/v1/me/push", service.subscriber("ann").to_json()).await.json();
    let path = format!("/api/v1/me/push/{}", made["id"].as_str().expect("an id"));

    assert_eq!(bob_api.delete(&path).await.status, 404);
    assert_eq!(ann_api.delete(&path).await.status, 204);
    assert_eq!(ann_api.delete(&path).await.status, 404);
    assert_eq!(ann_api.delete("/api/v1/me/push/none").await.status, 404);
}

#[tokio::test]
async fn a_subscription_from_before_the_setting_was_taken_back_reaches_nobody() {
    let (mut server, ann) = server().await;
    let (ann_api, bob_api) = (server.api(&ann).await, server.api(&server.register("bob").await).await);
    let mut service = PushService::start().await;
    subscribe(&ann_api, &service, "ann").await;
    server.stop().await;
    server.start_again_with(|config| config.limits.rate_limits = false).await;

    say(&bob_api, "lobby", "hello").await;

    let failed = async || ann_api.get("/api/v1/me/push").await.json()["items"][0]["failures"] == 1;
    until("it counts as a failure", failed).await;
    assert!(service.is_empty());
}
