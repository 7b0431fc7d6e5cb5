//! Notifications: who gets one, what it says, and whom the server never reaches.

mod delivery;
mod refusals;
mod who;

use parlor::domain::access::Registration;
use serde_json::json;

use crate::support::push_service::{PushService, Subscriber};
use crate::support::{Api, Browser, TestServer};

/// A server that may reach this machine, where everybody may register, with its owner.
async fn server() -> (TestServer, Browser) {
    let server = TestServer::start_with(|config| {
        config.push.allow_private = true;
        config.push.contact = Some("mailto:ann@example.org".to_owned());
        config.access.registration = Registration::Open;
        config.limits.rate_limits = false;
    })
    .await;
    let browser = server.browser();
    browser.set_up("ann").await;
    (server, browser)
}

/// Has somebody notified there.
async fn subscribe(api: &Api, service: &PushService, name: &str) -> Subscriber {
    let subscriber = service.subscriber(name);
    let answer = api.post("/api/v1/me/push", subscriber.to_json()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    subscriber
}

/// Writes, and answers with the number of the message.
async fn say(api: &Api, room: &str, text: &str) -> u64 {
    let answer = api.post(&format!("/api/v1/rooms/{room}/messages"), json!({"text": text})).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["seq"].as_u64().expect("a number")
}
