//! What a token may be used for: its scope, its rooms and its end, at every door.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, Client, TestServer};

const JSON: (&str, &str) = ("Sec-WebSocket-Protocol", "parlor.v1.json");
const DAY: Duration = Duration::from_hours(24);

/// Makes a token of this account; answers with its secret.
async fn token(owner: &Api, wish: Value) -> String {
    let made = owner.post("/api/v1/tokens", wish).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["token"].as_str().expect("a secret").to_owned()
}

async fn scoped(owner: &Api, scope: &str) -> String {
    token(owner, json!({"label": scope, "scope": scope})).await
}

async fn connect(server: &TestServer, token: &str) -> Client {
    Client::connect(server, &format!("/ws?token={token}"), &[JSON]).await
}

#[tokio::test]
async fn each_command_is_refused_to_every_scope_below_its_own() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let owner = server.api(&ann).await;
    let lobby = |kind: &str, more: Value| {
        let mut command = json!({"type": kind, "room": "lobby"});
        command.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        command
    };
    let commands = [
        ("read", lobby("join", json!({}))),
        ("read", lobby("join", json!({"look": false}))),
        ("read", lobby("join", json!({"key": "sesame"}))),
        ("read", lobby("history", json!({}))),
        ("read", lobby("thread", json!({"seq": 1}))),
        ("read", lobby("pins", json!({}))),
        ("read", lobby("members", json!({}))),
        ("read", json!({"type": "rooms"})),
        ("read", json!({"type": "ping"})),
        ("write", json!({"type": "join", "room": "made-by-joining", "create": true})),
        ("write", lobby("send", json!({"text": "hello"}))),
        ("write", lobby("edit", json!({"seq": 2, "text": "hello again"}))),
        ("write", lobby("react", json!({"seq": 2, "emoji": "🎉"}))),
        ("write", lobby("pin", json!({"seq": 2}))),
        ("write", lobby("delete", json!({"seq": 2}))),
        ("write", lobby("topic", json!({"topic": "new"}))),
        ("write", lobby("change", json!({"description": "new"}))),
        ("write", lobby("role", json!({"user": "01939b1e-7c3a-7d21-9c0e-5b1f6a2d4e10", "role": "moderator"}))),
        ("write", lobby("remove", json!({"user": "01939b1e-7c3a-7d21-9c0e-5b1f6a2d4e10"}))),
        ("write", lobby("typing", json!({}))),
        ("write", lobby("mute", json!({"user": "01939b1e-7c3a-7d21-9c0e-5b1f6a2d4e10", "minutes": 10}))),
        ("write", lobby("ban", json!({"user": "01939b1e-7c3a-7d21-9c0e-5b1f6a2d4e10"}))),
        ("write", lobby("slow", json!({"seconds": 0}))),
        ("write", lobby("report", json!({"seq": 1, "reason": "a test"}))),
        ("write", lobby("read", json!({"seq": 1}))),
        ("write", lobby("unread", json!({"seq": 1}))),
        ("write", lobby("level", json!({"level": "mentions"}))),
        ("write", json!({"type": "presence", "status": "busy"})),
        ("write", json!({"type": "status", "text": "out"})),
        ("read", lobby("leave", json!({}))),
    ];
    let rank = |scope: &str| ["read", "write", "admin"].iter().position(|one| *one == scope);

    for scope in ["read", "write", "admin"] {
        let mut client = connect(&server, &scoped(&owner, scope).await).await;
        for (needed, command) in &commands {
            let answer = client.ask(command.clone()).await;

            let says_so = answer["message"].as_str().unwrap_or_default().contains("takes one with the scope");
            assert_eq!(says_so, rank(scope) < rank(needed), "{scope}: {command} → {answer}");
            assert!(!says_so || answer["code"] == "forbidden", "{answer}");
        }
    }
}

#[tokio::test]
async fn a_token_that_reads_listens_to_a_public_room_and_becomes_no_member_of_it() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let bob = ann.invite(&server, "bob").await;
    ann.make_room("garden", "public").await;
    let mut reader = connect(&server, &scoped(&server.api(&bob).await, "read").await).await;

    reader.join("garden").await;
    server.api(&ann).await.post("/api/v1/rooms/garden/messages", json!({"text": "grass"})).await;

    assert_eq!(reader.next_text().await, "grass");
    let members = server.api(&ann).await.get("/api/v1/rooms/garden/members").await.json();
    assert_eq!(members["items"].as_array().map(Vec::len), Some(1), "{members}");
}

#[tokio::test]
async fn over_rest_a_token_that_reads_changes_nothing_and_none_but_the_widest_touches_the_account() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let owner = server.api(&ann).await;
    let [reader, writer] = [scoped(&owner, "read").await, scoped(&owner, "write").await];
    let (reader, writer) = (Api::new(&server, &reader), Api::new(&server, &writer));

    for path in ["/api/v1/me", "/api/v1/rooms", "/api/v1/rooms/lobby/messages", "/api/v1/users", "/rooms/lobby"] {
        assert_eq!(reader.get(path).await.status, 200, "{path}");
    }
    for (method, path, body) in [
        (Method::POST, "/api/v1/rooms", json!({"name": "mine", "kind": "public"})),
        (Method::POST, "/api/v1/rooms/lobby/messages", json!({"text": "no"})),
        (Method::PUT, "/api/v1/rooms/lobby/read", json!({"seq": 1})),
        (Method::PUT, "/api/v1/rooms/lobby/members/me", json!({"key": "sesame"})),
        (Method::PATCH, "/api/v1/rooms/lobby", json!({"rules": {"moderated": true}})),
        (Method::PATCH, "/api/v1/me/preferences", json!({"theme": "dark"})),
        (Method::DELETE, "/api/v1/me/status", json!({})),
        (Method::POST, "/api/v1/preview", json!({"text": "no"})),
        (Method::POST, "/api/v1/tokens", json!({"label": "no"})),
        (Method::POST, "/api/v1/%74okens", json!({"label": "no"})),
    ] {
        let answer = reader.send(reader.request(method.clone(), path).json(&body)).await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.body);
    }
    for path in ["/rooms/lobby/messages", "/rooms/lobby/rules", "/settings/password", "/settings/tokens"] {
        let form = reader.request(Method::POST, path).form(&[("text", "no"), ("label", "no")]);
        assert_eq!(reader.send(form).await.status, 403, "{path}");
    }

    assert_eq!(writer.post("/api/v1/rooms/lobby/messages", json!({"text": "hi"})).await.status, 201);
    ann.make_room("garden", "public").await;
    assert_eq!(writer.patch("/api/v1/rooms/garden", json!({"rules": {"open_topic": true}})).await.status, 200);
    for path in ["/api/v1/tokens", "/api/v1/%74okens", "/api/v1/invites", "/settings"] {
        assert_eq!(writer.get(path).await.status, 403, "{path}");
    }
    for (path, body) in [("/api/v1/tokens", json!({"label": "more"})), ("/api/v1/invites", json!({}))] {
        assert_eq!(writer.post(path, body).await.status, 403, "{path}");
    }
    let id = owner.get("/api/v1/tokens").await.json()["items"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(writer.delete(&format!("/api/v1/tokens/{id}")).await.status, 403);
    let me = |api: Value| api["role"].as_str().unwrap_or_default().to_owned();
    assert_eq!(me(writer.get("/api/v1/me").await.json()), "member", "less than everything is a member's token");
    assert_eq!(me(owner.get("/api/v1/me").await.json()), "owner");
}

#[tokio::test]
async fn a_token_for_one_room_finds_no_other() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let owner = server.api(&ann).await;
    ann.make_room("garden", "private").await;
    ann.make_room("cellar", "public").await;
    for room in ["garden", "cellar"] {
        owner.post(&format!("/api/v1/rooms/{room}/messages"), json!({"text": "a needle"})).await;
    }
    let secret = token(&owner, json!({"label": "one", "scope": "write", "rooms": ["garden"]})).await;
    let (api, mut client) = (Api::new(&server, &secret), connect(&server, &secret).await);

    client.join("garden").await;
    client.say("garden", "from inside").await;
    assert_eq!(api.post("/api/v1/rooms/garden/messages", json!({"text": "by REST"})).await.status, 201);
    let names = |list: Value| {
        let rooms = list["items"].as_array().or(list["rooms"].as_array()).expect("rooms").clone();
        rooms
            .iter()
            .map(|room| room["name"].as_str().or(room["room"].as_str()).unwrap_or_default().to_owned())
            .collect()
    };
    let listed: Vec<String> = names(api.get("/api/v1/rooms").await.json());
    assert_eq!(listed, ["garden"]);

    for command in [
        json!({"type": "join", "room": "lobby"}),
        json!({"type": "join", "room": "cellar", "create": true}),
        json!({"type": "join", "room": "nowhere", "create": true}),
        json!({"type": "send", "room": "cellar", "text": "no"}),
        json!({"type": "history", "room": "cellar"}),
        json!({"type": "members", "room": "lobby"}),
    ] {
        client.refused(command, "not_found").await;
    }
    for path in ["/api/v1/rooms/cellar", "/api/v1/rooms/cellar/messages", "/rooms/lobby", "/rooms/nowhere"] {
        assert_eq!(api.get(path).await.status, 404, "{path}");
    }
    let found = api.get("/api/v1/search?q=in:cellar%20needle").await;
    assert_eq!(found.status, 400, "{}", found.body);
    for (path, body) in [
        ("/api/v1/rooms", json!({"name": "mine", "kind": "public"})),
        ("/api/v1/direct", json!({"user": "ann"})),
        ("/api/v1/tokens", json!({"label": "wider"})),
    ] {
        assert_eq!(api.post(path, body).await.status, 403, "{path}");
    }
    assert_eq!(api.patch("/api/v1/me/preferences", json!({"theme": "dark"})).await.status, 403);
}

#[tokio::test]
async fn sessions_of_a_token_for_one_room_are_told_of_no_other() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let bob = ann.invite(&server, "bob").await;
    let secret = token(&server.api(&bob).await, json!({"label": "one", "scope": "read", "rooms": ["lobby"]})).await;
    let mut narrow = connect(&server, &secret).await;
    narrow.join("lobby").await;

    let api = server.api(&ann).await;
    let direct = api.post("/api/v1/direct", json!({"user": "bob"})).await.json();
    let direct = format!("/api/v1/rooms/{}/messages", direct["room"].as_str().expect("a name"));
    assert_eq!(api.post(&direct, json!({"text": "psst"})).await.status, 201);
    api.post("/api/v1/rooms/lobby/messages", json!({"text": "for all"})).await;

    loop {
        let frame = narrow.next().await;
        assert!(frame["room"] == "lobby" || frame["room"].is_null(), "{frame}");
        if frame["type"] == "message" {
            break assert_eq!(frame["text"], "for all");
        }
    }
}

#[tokio::test]
async fn a_token_ends_at_its_time_and_so_do_its_sessions() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let owner = server.api(&ann).await;
    let made = owner.post("/api/v1/tokens", json!({"label": "short", "expires_in_days": 1})).await.json();
    assert_eq!(made["expires_at"], "2026-11-22T09:00:00.000Z");
    let secret = made["token"].as_str().expect("a secret").to_owned();
    let api = Api::new(&server, &secret);
    server.pass(DAY.checked_sub(Duration::from_secs(1)).unwrap());
    // Only now: a connection that is silent for a day ends for another reason.
    let mut client = connect(&server, &secret).await;
    assert_eq!(api.get("/api/v1/me").await.status, 200, "it was used, which does not lengthen its life");

    server.pass(Duration::from_secs(1));

    assert_eq!(api.get("/api/v1/me").await.status, 401);
    assert_eq!(client.shown_out().await, ("this login has ended".to_owned(), 1008));
}

#[tokio::test]
async fn a_wish_that_makes_no_sense_is_refused_with_its_field() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let owner = server.api(&ann).await;
    let hidden = ann.invite(&server, "bob").await;
    hidden.make_room("secret", "private").await;

    for (wish, status, field) in [
        (json!({"label": "x", "rooms": ["lobby"]}), 400, "rooms"),
        (json!({"label": "x", "scope": "read", "rooms": []}), 400, "rooms"),
        (json!({"label": "x", "scope": "read", "rooms": ["secret"]}), 404, "rooms"),
        (json!({"label": "x", "scope": "read", "rooms": ["nowhere"]}), 404, "rooms"),
        (json!({"label": "x", "expires_in_days": 0}), 400, "expires_in_days"),
        (json!({"label": "x", "expires_in_days": 4000}), 400, "expires_in_days"),
        (json!({"label": "x", "scope": "all"}), 400, ""),
    ] {
        let answer = owner.post("/api/v1/tokens", wish.clone()).await;
        assert_eq!((answer.status, answer.json()["field"].as_str().unwrap_or_default()), (status, field), "{wish}");
    }
}

#[tokio::test]
async fn the_page_makes_tokens_with_scope_rooms_and_end() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let fields = [("label", "reader"), ("scope", "read"), ("rooms", "#lobby"), ("days", "30")];

    let page = ann.post("/settings/tokens", &fields).await;

    assert_eq!(page.status, 200);
    let at = page.body.find("parlor_").expect("the secret");
    let secret: String =
        page.body[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
    let listed = server.api(&ann).await.get("/api/v1/tokens").await.json();
    let one = listed["items"].as_array().expect("items").iter().find(|t| t["label"] == "reader").expect("it").clone();
    assert_eq!((&one["scope"], &one["rooms"]), (&json!("read"), &json!(["lobby"])));
    assert_eq!(one["expires_at"], "2026-12-21T09:00:00.000Z");
    let reader = Api::new(&server, &secret);
    assert_eq!(reader.get("/api/v1/rooms/lobby/messages").await.status, 200);
    assert_eq!(reader.post("/api/v1/rooms/lobby/messages", json!({"text": "no"})).await.status, 403);

    for wrong in [("rooms", "nowhere"), ("rooms", "lobby")] {
        let page = ann.post("/settings/tokens", &[("label", "x"), ("scope", "admin"), wrong, ("days", "")]).await;
        assert_eq!(page.status, 422, "{wrong:?}");
        assert!(page.body.contains("token-rooms-error"));
    }
    assert_eq!(ann.post("/settings/tokens", &[("label", "x"), ("scope", "all")]).await.status, 400);
}

#[tokio::test]
async fn a_promotion_gives_a_narrow_token_nothing_while_it_is_connected() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let bob = server.register("bob").await;
    let narrow = scoped(&server.api(&bob).await, "write").await;
    let mut narrow = connect(&server, &narrow).await;
    let mut whole = bob.socket(&server).await;
    narrow.join("lobby").await;
    whole.join("lobby").await;

    let promoted = server.api(&ann).await.patch("/api/v1/admin/users/bob", json!({"role": "admin"})).await;
    assert!(promoted.status < 300, "{}", promoted.body);

    narrow.refused(json!({"type": "topic", "room": "lobby", "topic": "mine"}), "forbidden").await;
    whole.acked(json!({"type": "topic", "room": "lobby", "topic": "ours"})).await;
}
