//! Guests' tokens for programs: one guest, however often it connects.

use parlor::domain::access::GuestAccess;
use serde_json::json;

use crate::support::{Api, Client, TestServer};

const JSON: (&str, &str) = ("Sec-WebSocket-Protocol", "parlor.v1.json");

#[tokio::test]
async fn a_guest_with_a_token_stays_the_same_author_so_that_a_retry_is_a_duplicate() {
    let server = TestServer::start().await;
    let made = Api::anonymous(&server).post("/api/v1/guests", json!({"name": "gus"})).await;
    assert_eq!((made.status, &made.json()["name"]), (201, &json!("gus")));
    let bearer = format!("Bearer {}", made.json()["token"].as_str().expect("a token"));
    let send = json!({"type": "send", "room": "lobby", "text": "once", "nonce": "n1"});

    let mut first = Client::connect(&server, "/ws", &[JSON, ("Authorization", &bearer)]).await;
    let stored = first.acked(send.clone()).await;
    first.close().await;
    let mut second = Client::connect(&server, "/ws", &[JSON, ("Authorization", &bearer)]).await;
    let again = second.acked(send).await;

    assert_eq!((&second.welcome["user"]["id"], &second.welcome["user"]["kind"]), (&made.json()["id"], &json!("guest")));
    assert_eq!((&again["seq"], &again["duplicate"]), (&stored["seq"], &json!(true)));
}

#[tokio::test]
async fn a_guest_is_refused_where_guests_are_off_and_under_a_taken_or_bad_name() {
    let closed = TestServer::start_with(|config| config.access.guests = Some(GuestAccess::Off)).await;
    let refused = Api::anonymous(&closed).post("/api/v1/guests", json!({"name": "gus"})).await;
    assert_eq!((refused.status, &refused.json()["code"]), (401, &json!("unauthorized")));

    let open = TestServer::start_with(|config| config.access.guests = Some(GuestAccess::Open)).await;
    open.browser().set_up("ann").await;
    for (name, status, code) in [("Ann", 409, "conflict"), ("a b", 400, "bad_request")] {
        let refused = Api::anonymous(&open).post("/api/v1/guests", json!({"name": name})).await;
        assert_eq!((refused.status, &refused.json()["code"]), (status, &json!(code)), "{name}");
    }
}
