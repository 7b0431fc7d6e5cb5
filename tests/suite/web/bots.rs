//! Bots: made by admins, with tokens and without passwords.

use serde_json::json;

use crate::support::{Api, PASSWORD, TestServer};

#[tokio::test]
async fn admins_make_bots_and_their_tokens_and_revoke_them() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;

    let made = api.post("/api/v1/bots", json!({"name": "helper"})).await;
    assert_eq!((made.status, &made.json()["name"]), (201, &json!("helper")), "{}", made.body);
    assert_eq!(api.post("/api/v1/bots", json!({"name": "Helper"})).await.status, 409);
    let token = api.post("/api/v1/bots/helper/tokens", json!({"label": "build", "scope": "write"})).await;
    assert_eq!(token.status, 201, "{}", token.body);
    let bot = Api::new(&server, token.json()["token"].as_str().expect("a secret"));
    let me = bot.get("/api/v1/me").await.json();
    assert_eq!((&me["name"], &me["role"]), (&json!("helper"), &json!("bot")));
    assert_eq!(bot.put("/api/v1/rooms/lobby/members/me", json!({})).await.status, 204);
    assert_eq!(bot.post("/api/v1/rooms/lobby/messages", json!({"text": "built"})).await.status, 201);
    assert_eq!(api.get("/api/v1/bots").await.json()["items"][0]["name"], "helper");
    assert_eq!(api.get("/api/v1/users/helper").await.json()["role"], "bot");
    let members = api.get("/api/v1/rooms/lobby/members").await.json();
    let marks: Vec<_> = members["items"].as_array().expect("items").iter().map(|m| m["bot"] == true).collect();
    assert_eq!(marks, [false, true], "{members}");
    assert!(ann.get("/people/helper?room=lobby").await.body.contains("badge--bot"));
    assert!(!ann.get("/people/ann?room=lobby").await.body.contains("badge--bot"));

    let listed = api.get("/api/v1/bots/helper/tokens").await.json();
    let id = listed["items"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(api.delete(&format!("/api/v1/bots/helper/tokens/{id}")).await.status, 204);
    assert_eq!(bot.get("/api/v1/me").await.status, 401);
}

#[tokio::test]
async fn nobody_but_an_admin_makes_bots_or_sees_their_tokens() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let bob = ann.invite(&server, "bob").await;
    let (admin, member) = (server.api(&ann).await, server.api(&bob).await);
    admin.post("/api/v1/bots", json!({"name": "helper"})).await;
    let writing = admin.post("/api/v1/tokens", json!({"label": "w", "scope": "write"})).await;
    let writing = Api::new(&server, writing.json()["token"].as_str().expect("a secret"));
    let of_bot = admin.post("/api/v1/bots/helper/tokens", json!({"label": "all"})).await;
    let of_bot = Api::new(&server, of_bot.json()["token"].as_str().expect("a secret"));

    for caller in [&member, &writing, &of_bot] {
        assert_eq!(caller.post("/api/v1/bots", json!({"name": "mine"})).await.status, 403);
        assert_eq!(caller.get("/api/v1/bots").await.status, 403);
        assert_eq!(caller.get("/api/v1/bots/helper/tokens").await.status, 403);
        assert_eq!(caller.post("/api/v1/bots/helper/tokens", json!({"label": "x"})).await.status, 403);
    }
    assert_eq!(admin.post("/api/v1/bots/bob/tokens", json!({"label": "x"})).await.status, 404, "bob is no bot");
    assert_eq!(Api::anonymous(&server).get("/api/v1/bots").await.status, 401);
}

#[tokio::test]
async fn nobody_logs_in_as_a_bot_by_a_password() {
    let (server, ann) = TestServer::owned_by("ann").await;
    server.api(&ann).await.post("/api/v1/bots", json!({"name": "helper"})).await;

    for password in ["", "decoy password", PASSWORD] {
        let page = server.browser().post("/login", &[("name", "helper"), ("password", password)]).await;
        assert_eq!(page.status, 401, "{password:?}");
    }
}

#[tokio::test]
async fn before_set_up_there_are_no_bots() {
    let server = TestServer::start().await;

    assert_eq!(Api::anonymous(&server).post("/api/v1/bots", json!({"name": "helper"})).await.status, 401);
}
