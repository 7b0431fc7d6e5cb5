//! REST, endpoint by endpoint, with a bearer token.

use serde_json::{Value, json};

use crate::support::{Api, TestServer};

fn texts(page: &Value) -> Vec<&str> {
    page["events"].as_array().expect("events").iter().filter_map(|event| event["text"].as_str()).collect()
}

fn seqs(page: &Value) -> Vec<u64> {
    page["events"].as_array().expect("events").iter().filter_map(|event| event["seq"].as_u64()).collect()
}

async fn write(api: &Api, room: &str, text: &str) -> u64 {
    let sent = api.post(&format!("/api/v1/rooms/{room}/messages"), json!({"text": text})).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    sent.json()["seq"].as_u64().expect("a seq")
}

#[tokio::test]
async fn who_am_i() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;

    let me = api.get("/api/v1/me").await;

    assert_eq!((me.status, me.header("content-type")), (200, "application/json"));
    assert_eq!(me.header("cache-control"), "no-store");
    let me = me.json();
    assert_eq!((&me["name"], &me["kind"], &me["role"]), (&json!("ann"), &json!("account"), &json!("owner")));
    assert!(me["id"].is_string() && me["device"].is_string());
}

#[tokio::test]
async fn a_room_is_made_and_looked_at() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;

    let made = api.post("/api/v1/rooms", json!({"name": "Garden", "kind": "private", "topic": "What grows"})).await;
    let plain = api.post("/api/v1/rooms", json!({"name": "yard"})).await;
    let taken = api.post("/api/v1/rooms", json!({"name": "GARDEN"})).await;

    assert_eq!((made.status, made.location.as_deref()), (201, Some("/api/v1/rooms/garden")));
    assert_eq!((&made.json()["kind"], &made.json()["topic"]), (&json!("private"), &json!("What grows")));
    assert_eq!(plain.json()["kind"], "public");
    assert_eq!(
        (taken.status, &taken.json()["code"], &taken.json()["field"]),
        (409, &json!("conflict"), &json!("name"))
    );
    let look = api.get("/api/v1/rooms/garden").await.json();
    assert_eq!(look, made.json());
    let refused: Vec<_> = look["may"].as_object().unwrap().iter().filter(|(_, may)| **may == json!(false)).collect();
    assert_eq!(refused, [(&"leave".to_owned(), &json!(false))], "an owner may do everything else");
}

#[tokio::test]
async fn history_is_read_by_cursor_in_both_directions() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    // The owner's membership is the first event.
    for number in 2..=8 {
        assert_eq!(write(&api, "lobby", &format!("line {number}")).await, number);
    }

    let mut back = Vec::new();
    let mut query = "limit=3".to_owned();
    loop {
        let page = api.get(&format!("/api/v1/rooms/lobby/events?{query}")).await.json();
        back.push(seqs(&page));
        let Some(next) = page["next"].as_u64() else { break };
        query = format!("limit=3&before={next}");
    }
    assert_eq!(back, [vec![6, 7, 8], vec![3, 4, 5], vec![1, 2]]);

    let mut forth = Vec::new();
    let mut after = 0;
    loop {
        let page = api.get(&format!("/api/v1/rooms/lobby/messages?limit=3&after={after}")).await.json();
        forth.push(seqs(&page));
        let Some(next) = page["next"].as_u64() else { break };
        after = next;
    }
    assert_eq!(forth, [vec![2, 3, 4], vec![5, 6, 7], vec![8]], "messages alone");

    let first = api.get("/api/v1/rooms/lobby/events?limit=1&after=0").await.json();
    assert_eq!((&first["events"][0]["type"], &first["more"]), (&json!("joined"), &json!(true)));
    assert_eq!(first["events"][0]["user"]["name"], "ann");
    let newest = api.get("/api/v1/rooms/lobby/messages?limit=1").await.json();
    assert_eq!((texts(&newest), &newest["events"][0]["author"]["name"]), (vec!["line 8"], &json!("ann")));
    assert_eq!(newest["events"][0]["at"], "2026-11-21T09:00:00.000Z");
    let one = api.get("/api/v1/rooms/lobby/messages/5").await.json();
    assert_eq!((&one["seq"], &one["text"]), (&json!(5), &json!("line 5")));
    assert_eq!(api.get("/api/v1/rooms/lobby/messages/99").await.status, 404);
}

#[tokio::test]
async fn a_message_with_an_idempotency_key_is_stored_once() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let mut live = ann.socket(&server).await;
    live.join("lobby").await;
    let send = |key: &str, text: &str| {
        let request = api.request(reqwest::Method::POST, "/api/v1/rooms/lobby/messages");
        api.send(request.header("Idempotency-Key", key).json(&json!({"text": text})))
    };

    let (first, second, other) = (send("k1", "once").await, send("k1", "once").await, send("k2", "twice").await);

    assert_eq!((first.status, first.location.as_deref()), (201, Some("/rooms/lobby/2")));
    assert_eq!((second.status, &second.json()["duplicate"]), (200, &json!(true)));
    assert_eq!((&second.json()["seq"], &second.json()["at"]), (&first.json()["seq"], &first.json()["at"]));
    assert_eq!(other.json()["seq"], 3);
    assert_eq!((live.next_text().await, live.next_text().await), ("once".to_owned(), "twice".to_owned()));
    for bad in ["", "with space", &"k".repeat(65)] {
        let refused = send(bad, "never").await;
        assert_eq!((refused.status, &refused.json()["field"]), (400, &json!("Idempotency-Key")), "{bad:?}");
    }
}

#[tokio::test]
async fn every_other_post_with_a_key_is_done_once_too() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let post = |path: &'static str, key: &'static str, body: Value| {
        api.send(api.request(reqwest::Method::POST, path).header("Idempotency-Key", key).json(&body))
    };

    let room = post("/api/v1/rooms", "room", json!({"name": "garden"})).await;
    let again = post("/api/v1/rooms", "room", json!({"name": "garden"})).await;
    let other = post("/api/v1/rooms", "room", json!({"name": "yard"})).await;
    assert_eq!((room.status, again.status, other.status), (201, 201, 409));
    assert_eq!((room.body, room.location), (again.body.clone(), again.location.clone()));
    assert_eq!(again.header("idempotency-replayed"), "true");

    let invite = post("/api/v1/invites", "invite", json!({})).await;
    assert_eq!(post("/api/v1/invites", "invite", json!({})).await.body, invite.body);
    assert_eq!(api.get("/api/v1/invites").await.json()["items"].as_array().map(Vec::len), Some(1));

    assert_eq!(post("/api/v1/tokens", "token", json!({"label": "bot"})).await.status, 201);
    let secret_again = post("/api/v1/tokens", "token", json!({"label": "bot"})).await;
    assert_eq!(secret_again.status, 409, "a secret is shown once");
    assert!(!secret_again.body.contains("parlor_"));
}

#[tokio::test]
async fn members_come_are_added_and_go() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let bob = ann.invite(&server, "bob").await;
    let (owner, other) = (server.api(&ann).await, server.api(&bob).await);
    owner.post("/api/v1/rooms", json!({"name": "garden"})).await;
    let names = |page: Value| -> Vec<String> {
        let items = page["items"].as_array().expect("items");
        items.iter().map(|member| format!("{} {}", member["name"], member["role"]).replace('"', "")).collect()
    };

    assert_eq!(other.put("/api/v1/rooms/garden/members/me", json!(null)).await.status, 204);
    assert_eq!(other.put("/api/v1/rooms/garden/members/me", json!(null)).await.status, 204, "twice is the same");
    assert_eq!(names(other.get("/api/v1/rooms/garden/members").await.json()), ["ann owner", "bob member"]);
    assert_eq!(other.delete("/api/v1/rooms/garden/members/me").await.status, 204);
    assert_eq!(other.delete("/api/v1/rooms/garden/members/me").await.status, 403);
    assert_eq!(names(other.get("/api/v1/rooms/garden/members").await.json()), ["ann owner"]);

    let added = owner.post("/api/v1/rooms/garden/members", json!({"user": "bob"})).await;
    assert_eq!((added.status, &added.json()["user"]["name"]), (200, &json!("bob")));
    assert_eq!(names(owner.get("/api/v1/rooms/garden/members").await.json()), ["ann owner", "bob member"]);
    let unknown = owner.post("/api/v1/rooms/garden/members", json!({"user": "nobody"})).await;
    assert_eq!((unknown.status, &unknown.json()["field"]), (404, &json!("user")));
}

#[tokio::test]
async fn the_read_cursor_moves_up_and_never_down() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let bob = ann.invite(&server, "bob").await;
    let (writer, reader) = (server.api(&bob).await, server.api(&ann).await);
    for text in ["one", "two", "three"] {
        write(&writer, "lobby", text).await;
    }
    let state = || async {
        let look = reader.get("/api/v1/rooms/lobby").await.json();
        (look["read_seq"].as_u64(), look["unread"].as_u64(), look["last_seq"].as_u64())
    };

    for (seq, status) in [(4, 204), (3, 204), (6, 400)] {
        assert_eq!(reader.put("/api/v1/rooms/lobby/read", json!({"seq": seq})).await.status, status, "{seq}");
    }

    assert_eq!(state().await, (Some(4), Some(1), Some(5)));
    assert_eq!(reader.put("/api/v1/rooms/lobby/read", json!({"seq": 5})).await.status, 204);
    assert_eq!(state().await, (Some(5), Some(0), Some(5)));
}

#[tokio::test]
async fn a_direct_room_is_opened_once() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let bob = ann.invite(&server, "bob").await;
    let (one, other) = (server.api(&ann).await, server.api(&bob).await);

    let made = one.post("/api/v1/direct", json!({"user": "bob"})).await;
    let again = other.post("/api/v1/direct", json!({"user": "ann"})).await;

    assert_eq!((made.status, again.status), (201, 200));
    assert_eq!(made.json(), again.json());
    let room = made.json()["room"].as_str().expect("a name").to_owned();
    assert_eq!(made.location, Some(format!("/api/v1/rooms/{room}")));
    write(&one, &room, "psst").await;
    let seen = other.get(&format!("/api/v1/rooms/{room}/messages")).await.json();
    assert_eq!(texts(&seen), ["psst"]);
    assert_eq!(one.post("/api/v1/direct", json!({"user": "ann"})).await.status, 400);
    assert_eq!(one.post("/api/v1/direct", json!({"user": "nobody"})).await.status, 404);
}
