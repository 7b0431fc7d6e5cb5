//! Tokens: what opens with them, and what closes when they are revoked.

use serde_json::json;

use crate::support::{Api, Client, TestServer};

const JSON: (&str, &str) = ("Sec-WebSocket-Protocol", "parlor.v1.json");

#[tokio::test]
async fn tokens_are_made_listed_and_revoked() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    server.pass(std::time::Duration::from_secs(1));

    let made = api.post("/api/v1/tokens", json!({"label": " bot "})).await;
    assert_eq!((made.status, &made.json()["label"]), (201, &json!("bot")));
    let secret = made.json()["token"].as_str().expect("a secret").to_owned();
    let bot = Api::new(&server, &secret);
    assert_eq!(bot.get("/api/v1/me").await.json()["name"], "ann");

    let list = api.get("/api/v1/tokens").await;
    let labels: Vec<_> = list.json()["items"].as_array().expect("items").iter().map(|t| t["label"].clone()).collect();
    assert_eq!(labels, ["bot", "test"]);
    assert_eq!(
        (&list.json()["items"][0]["current"], &list.json()["items"][1]["current"]),
        (&json!(false), &json!(true))
    );
    assert!(!list.body.contains(&secret) && !ann.get("/settings").await.body.contains(&secret), "shown once");

    let path = format!("/api/v1/tokens/{}", made.json()["id"].as_str().expect("an id"));
    let bob = ann.invite(&server, "bob").await;
    assert_eq!(server.api(&bob).await.delete(&path).await.status, 404, "it is not theirs");
    assert_eq!((api.delete(&path).await.status, api.delete(&path).await.status), (204, 404));
    let refused = bot.get("/api/v1/me").await;
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, "Bearer"));
    assert_eq!(refused.json()["code"], "unauthorized");
}

#[tokio::test]
async fn a_token_opens_the_websocket_and_revoking_it_closes_it() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let (bot, api) = (ann.token().await, server.api(&ann).await);
    let bearer = format!("Bearer {bot}");
    let query = format!("/ws?token={bot}&room=lobby");
    let mut by_header = Client::connect(&server, "/ws", &[JSON, ("Authorization", &bearer)]).await;
    let mut by_query = Client::connect(&server, &query, &[JSON]).await;
    let mut other = ann.socket(&server).await;
    for client in [&by_header, &by_query] {
        assert_eq!(
            (&client.welcome["user"]["name"], &client.welcome["user"]["kind"]),
            (&json!("ann"), &json!("account"))
        );
    }
    assert_eq!(by_query.next_of("ack").await["room"], "lobby");
    by_query.say("lobby", "from a bot").await;

    // Both tokens carry the same label; the one that is not in use for this is the bot's.
    let list = api.get("/api/v1/tokens").await.json();
    let items = list["items"].as_array().expect("items");
    let id = items.iter().find(|token| token["current"] == false).expect("the bot's")["id"].as_str().expect("an id");
    assert_eq!(api.delete(&format!("/api/v1/tokens/{id}")).await.status, 204);

    assert_eq!(by_header.shown_out().await.1, 1008);
    assert_eq!(by_query.shown_out().await.1, 1008);
    assert_eq!(other.ask(json!({"type": "ping"})).await["type"], "pong");
    for (path, headers) in [("/ws", &[JSON, ("Authorization", bearer.as_str())][..]), (query.as_str(), &[JSON])] {
        let refusal = Client::try_connect(&server, path, headers).await.err().expect("refused");
        assert_eq!((refusal.status, &refusal.problem["code"]), (401, &json!("unauthorized")));
    }
}

#[tokio::test]
async fn a_label_is_needed_for_a_token() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;

    for label in ["", "  ", "two\nlines", &"l".repeat(101)] {
        let by_api = api.post("/api/v1/tokens", json!({"label": label})).await;
        assert_eq!((by_api.status, &by_api.json()["field"]), (400, &json!("label")), "{label:?}");
        let by_form = ann.post("/settings/tokens", &[("label", label)]).await;
        assert!(by_form.status == 422 && by_form.body.contains("A label has 1 to 100 bytes"), "{label:?}");
    }
}

#[tokio::test]
async fn a_wrong_token_counts_more_than_a_good_cookie() {
    let (_server, ann) = TestServer::owned_by("ann").await;
    for authorization in ["Bearer", "Bearer ", "Bearer nonsense", "Basic YW5uOnB3", "bearer parlor_x", "parlor_x", ""] {
        let request = ann.request(reqwest::Method::GET, "/api/v1/me").header("Authorization", authorization);

        let refused = ann.send(request).await;

        assert_eq!((refused.status, refused.header("www-authenticate")), (401, "Bearer"), "{authorization:?}");
        assert_eq!(refused.header("content-type"), "application/problem+json");
        assert_eq!(refused.json()["code"], "unauthorized");
    }
    let cookie = ann.get("/api/v1/me").await;
    assert_eq!(cookie.json()["name"], "ann", "a page of ours may use the API with its cookie");
}
