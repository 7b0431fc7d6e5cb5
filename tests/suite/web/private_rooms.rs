//! To a stranger a private room does not exist: every door answers as for a room that nobody has made.

use reqwest::Method;
use serde_json::json;

use crate::support::{Browser, Page, TestServer};

/// A private room with one message, its owner, and somebody who is not in it.
async fn den() -> (TestServer, Browser, Browser) {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("secret", "private").await;
    assert_eq!(ann.post("/rooms/secret/messages", &[("text", "hush")]).await.status, 303);
    let eve = server.register("eve").await;
    (server, ann, eve)
}

/// The answers have the same length, because the two names have.
fn assert_same(secret: &Page, missing: &Page, what: &str) {
    assert_eq!((secret.status, missing.status), (404, 404), "{what}");
    assert_eq!(secret.body_without_id().replace("secret", "nobody"), missing.body_without_id(), "{what}");
    assert_eq!(secret.header("content-type"), missing.header("content-type"), "{what}");
}

#[tokio::test]
async fn pages_do_not_know_it() {
    let (_server, ann, eve) = den().await;

    for path in ["/rooms/ROOM", "/rooms/ROOM?before=2", "/rooms/ROOM/1", "/rooms/ROOM/2", "/rooms/ROOM/99"] {
        let secret = eve.get(&path.replace("ROOM", "secret")).await;
        assert_same(&secret, &eve.get(&path.replace("ROOM", "nobody")).await, path);
    }
    for (path, fields) in [
        ("/rooms/ROOM/messages", &[("text", "hello")][..]),
        ("/rooms/ROOM/join", &[]),
        ("/rooms/ROOM/leave", &[]),
        ("/rooms/ROOM/members", &[("person", "eve")]),
        ("/rooms/ROOM/members", &[("person", "unknown")]),
    ] {
        let secret = eve.post(&path.replace("ROOM", "secret"), fields).await;
        let missing = eve.post(&path.replace("ROOM", "nobody"), fields).await;
        if fields.contains(&("person", "unknown")) {
            // Who the person is, is looked up first; it must not make a difference.
            assert_eq!(secret.status, missing.status);
        }
        assert_same(&secret, &missing, path);
    }
    assert!(ann.get("/rooms/secret/2").await.body.contains("hush"), "members see it");
}

#[tokio::test]
async fn the_api_does_not_know_it() {
    let (server, ann, eve) = den().await;
    let (owner, stranger) = (server.api(&ann).await, server.api(&eve).await);
    let send = json!({"text": "hello"});
    let requests = [
        (Method::GET, "", None),
        (Method::GET, "/events", None),
        (Method::GET, "/messages?limit=1", None),
        (Method::GET, "/messages/2", None),
        (Method::GET, "/members", None),
        (Method::POST, "/messages", Some(send)),
        (Method::POST, "/members", Some(json!({"user": "eve"}))),
        (Method::POST, "/members", Some(json!({"user": "unknown"}))),
        (Method::PUT, "/members/me", None),
        (Method::PUT, "/members/me", Some(json!({"key": "sesame"}))),
        (Method::PATCH, "", Some(json!({"rules": {"moderated": true}}))),
        (Method::DELETE, "/members/me", None),
        (Method::PUT, "/read", Some(json!({"seq": 1}))),
        (Method::PUT, "/read", Some(json!({"seq": 999}))),
    ];
    for (method, path, body) in requests {
        let ask = |room: &str| {
            let request = stranger.request(method.clone(), &format!("/api/v1/rooms/{room}{path}"));
            body.iter().fold(request, reqwest::RequestBuilder::json)
        };
        let (secret, missing) = (stranger.send(ask("secret")).await, stranger.send(ask("nobody")).await);

        assert_same(&secret, &missing, path);
        assert_eq!(secret.json()["code"], "not_found");
    }
    let invite = server.api(&ann).await.post("/api/v1/invites", json!({"room": "secret"})).await;
    assert_eq!(invite.status, 201);
    let names =
        |page: &Page| page.json()["items"].as_array().expect("items").iter().map(|r| r["room"].clone()).collect();
    let seen: Vec<_> = names(&stranger.get("/api/v1/rooms").await);
    assert_eq!(seen, [json!("lobby")]);
    assert_eq!(owner.get("/api/v1/rooms/secret/messages").await.json()["events"][0]["text"], "hush");
}

#[tokio::test]
async fn the_websocket_does_not_know_it() {
    let (server, ann, eve) = den().await;
    let (mut owner, mut stranger) = (ann.socket(&server).await, eve.socket(&server).await);
    let frames = [
        json!({"type": "join"}),
        json!({"type": "join", "after": 0}),
        json!({"type": "join", "key": "sesame"}),
        json!({"type": "leave"}),
        json!({"type": "send", "text": "hello"}),
        json!({"type": "history"}),
        json!({"type": "members"}),
        json!({"type": "typing"}),
        json!({"type": "read", "seq": 1}),
        json!({"type": "read", "seq": 999}),
        json!({"type": "send", "text": "hello", "reply_to": 999}),
    ];
    for mut frame in frames {
        let mut answers = Vec::new();
        for room in ["secret", "nobody"] {
            frame["room"] = json!(room);
            let mut refused = stranger.refused(frame.clone(), "not_found").await;
            refused["id"] = json!(null);
            answers.push(refused.to_string().replace("secret", "nobody"));
        }
        assert_eq!(answers[0], answers[1], "{frame}");
    }
    assert_eq!(owner.join("secret").await["last_seq"], 2);
    owner.say("secret", "still among us").await;
    stranger.join("lobby").await;
    stranger.say("lobby", "here").await;
    assert_eq!(stranger.next_of("message").await["text"], "here", "nothing came of the other room");
}

#[tokio::test]
async fn somebody_without_an_account_is_led_to_the_login_from_both() {
    let (server, _ann, _eve) = den().await;
    let nobody = server.browser();

    for path in ["/rooms/ROOM", "/rooms/ROOM/1"] {
        let secret = nobody.get(&path.replace("ROOM", "secret")).await;
        let missing = nobody.get(&path.replace("ROOM", "nobody")).await;

        assert_eq!((secret.status, missing.status), (303, 303));
        assert_eq!(secret.location.map(|url| url.replace("secret", "nobody")), missing.location);
    }
}
