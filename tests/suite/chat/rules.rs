//! The rules of a room at the doors that have no letters for them: keys, invitations and limits keep people out of every
//! one, whoever is in stays in, and only those who keep order set them.

use parlor::domain::access::{GuestAccess, Registration};
use serde_json::{Value, json};

use crate::support::{Api, Browser, Client, Terminal, TestServer};

const TEA: &str = "/api/v1/rooms/tea";
const JSON: (&str, &str) = ("Sec-WebSocket-Protocol", "parlor.v1.json");

/// A server with a room of ann's that has these rules, and bob, who is not in it.
async fn tea(rules: Value) -> (TestServer, Browser, Browser) {
    let server = TestServer::start_with(|config| {
        config.access.registration = Registration::Open;
        config.access.guests = Some(GuestAccess::Open);
        config.limits.rate_limits = false;
    })
    .await;
    let ann = server.browser();
    ann.set_up("ann").await;
    let bob = server.register("bob").await;
    ann.make_room("tea", "public").await;
    rule(&server, &ann, rules).await;
    (server, ann, bob)
}

async fn rule(server: &TestServer, by: &Browser, rules: Value) -> Value {
    let changed = server.api(by).await.patch(TEA, json!({"rules": rules})).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    changed.json()["rules"].clone()
}

fn join(key: Option<&str>) -> Value {
    key.map_or_else(|| json!({"type": "join", "room": "tea"}), |key| json!({"type": "join", "room": "tea", "key": key}))
}

#[tokio::test]
async fn a_websocket_joins_with_the_key_and_not_with_another() {
    let (server, _ann, bob) = tea(json!({"key": "sesame"})).await;
    let mut client = bob.socket(&server).await;

    for wrong in [None, Some("wrong"), Some("Sesame"), Some("sesame ")] {
        let refused = client.refused(join(wrong), "forbidden").await;
        assert!(refused["message"].as_str().is_some_and(|text| text.contains("has a key")), "{refused}");
    }
    let mut listening = join(Some("wrong"));
    listening["look"] = json!(false);
    client.refused(listening, "forbidden").await;
    for bad in [json!("x".repeat(33)), json!(""), json!(7)] {
        let mut command = join(None);
        command["key"] = bad;
        assert_eq!(client.refused(command, "bad_request").await["field"], "key");
    }

    client.acked(join(Some("sesame"))).await;
    client.say("tea", "thirsty").await;
    let mut again = bob.socket(&server).await;
    again.acked(join(None)).await;
}

#[tokio::test]
async fn a_guest_with_the_key_writes_and_one_without_does_not_at_any_door() {
    let (server, _ann, _) = tea(json!({"key": "sesame"})).await;
    let made = Api::anonymous(&server).post("/api/v1/guests", json!({"name": "eve"})).await.json();
    let api = Api::new(&server, made["token"].as_str().expect("a token"));
    let mut socket = server.guest("gus").await;
    let browser = server.browser();
    assert_eq!(browser.post("/guest", &[("name", "zoe")]).await.status, 303);

    socket.refused(json!({"type": "send", "room": "tea", "text": "past the door"}), "forbidden").await;
    socket.refused(json!({"type": "typing", "room": "tea"}), "forbidden").await;
    assert_eq!(api.post(&format!("{TEA}/messages"), json!({"text": "past the door"})).await.status, 403);
    assert_eq!(browser.post("/rooms/tea/messages", &[("text", "past the door")]).await.status, 403);
    for body in [json!({}), json!({"key": "wrong"})] {
        assert_eq!(api.put(&format!("{TEA}/members/me"), body).await.status, 403);
    }

    socket.acked(join(Some("sesame"))).await;
    socket.say("tea", "let in").await;
    assert_eq!(api.put(&format!("{TEA}/members/me"), json!({"key": "sesame"})).await.status, 204);
    assert_eq!(api.post(&format!("{TEA}/messages"), json!({"text": "let in"})).await.status, 201);
    assert_eq!(browser.post("/rooms/tea/join", &[("key", "sesame")]).await.leads_to(), (303, "/rooms/tea"));
    assert_eq!(browser.post("/rooms/tea/messages", &[("text", "let in")]).await.status, 303);
}

#[tokio::test]
async fn another_key_is_asked_of_guests_again() {
    let (server, ann, _) = tea(json!({"key": "sesame"})).await;
    let browser = server.browser();
    assert_eq!(browser.post("/guest", &[("name", "zoe")]).await.status, 303);
    assert_eq!(browser.post("/rooms/tea/join", &[("key", "sesame")]).await.status, 303);

    rule(&server, &ann, json!({"key": "barley"})).await;

    assert_eq!(browser.post("/rooms/tea/messages", &[("text", "still here")]).await.status, 403);
}

#[tokio::test]
async fn typed_lines_take_the_key_behind_the_name() {
    let (server, _ann, bob) = tea(json!({"key": "sesame"})).await;
    let token = bob.token().await;
    let mut terminal = Terminal::connect(&server, &format!("token={token}")).await;

    for line in ["/join tea", "/join tea wrong", "/join tea create"] {
        terminal.type_line(line).await;
        terminal.see("! this room has a key").await;
    }
    terminal.type_line("/join tea a b").await;
    terminal.see("! a key has 1 to 32 bytes").await;
    terminal.type_line("/join tea sesame").await;
    terminal.see("* You are in tea").await;

    let api = server.api(&server.register("cid").await).await;
    let typed = |line: &str| json!({"line": line});
    assert_eq!(api.post("/api/v1/rooms/lobby/typed", typed("/join tea wrong")).await.status, 403);
    let gone = api.post("/api/v1/rooms/lobby/typed", typed("/join tea sesame")).await;
    assert_eq!((gone.status, &gone.json()["go"]), (200, &json!("/rooms/tea")), "{}", gone.body);
}

#[tokio::test]
async fn rest_takes_the_key_and_names_the_field_of_a_bad_one() {
    let (server, _ann, bob) = tea(json!({"key": "sesame"})).await;
    let api = server.api(&bob).await;
    let me = format!("{TEA}/members/me");

    for body in [json!(null), json!({}), json!({"key": "wrong"})] {
        let refused = api.put(&me, body).await;
        assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("forbidden")), "{}", refused.body);
    }
    for (body, field) in [(json!({"key": "a b"}), "key"), (json!({"kye": "sesame"}), "kye")] {
        let refused = api.put(&me, body).await;
        assert_eq!((refused.status, &refused.json()["field"]), (400, &json!(field)), "{}", refused.body);
    }
    assert_eq!(api.put(&me, json!([])).await.status, 400);
    assert_eq!(api.put(&me, json!({"key": "sesame"})).await.status, 204);
    assert_eq!(api.put(&me, json!({})).await.status, 204, "whoever is in needs no key");
}

#[tokio::test]
async fn the_key_is_shown_to_those_who_are_in_the_room_alone() {
    let (server, ann, bob) = tea(json!({"key": "sesame", "most": 9})).await;
    let (owner, stranger) = (server.api(&ann).await, server.api(&bob).await);
    let mut guest = server.guest("gus").await;
    let rules = |page: crate::support::Page| page.json()["rules"].clone();

    let seen = rules(stranger.get(TEA).await);
    assert_eq!((&seen["has_key"], &seen["key"], &seen["most"]), (&json!(true), &json!(null), &json!(9)), "{seen}");
    assert_eq!(rules(owner.get(TEA).await)["key"], "sesame");
    stranger.put(&format!("{TEA}/members/me"), json!({"key": "sesame"})).await;
    assert_eq!(rules(stranger.get(TEA).await)["key"], "sesame");
    assert!(!bob.get("/rooms/tea/settings").await.body.contains("sesame"), "who sets no rules has no field for it");
    assert!(ann.get("/rooms/tea/settings").await.body.contains("sesame"));
    guest.refused(join(None), "forbidden").await;
}

#[tokio::test]
async fn rules_are_changed_by_those_who_keep_order_and_only_as_far_as_they_say() {
    let (server, ann, bob) = tea(json!({"moderated": true, "key": "sesame", "most": 3})).await;
    let api = server.api(&bob).await;

    for rules in [json!({"moderated": false}), json!({"key": null})] {
        assert_eq!(api.patch(TEA, json!({"rules": rules})).await.status, 403);
    }
    assert_eq!(bob.post("/rooms/tea/rules", &[]).await.status, 403);
    assert_eq!(bob.post("/rooms/tea/masks/lift", &[("mask", "bob")]).await.status, 403);
    let (mut member, mut owner) = (bob.socket(&server).await, ann.socket(&server).await);
    member.acked(join(Some("sesame"))).await;
    member.refused(json!({"type": "send", "room": "tea", "text": "may I"}), "forbidden").await;
    assert_eq!(bob.post("/rooms/tea/rules", &[]).await.status, 403, "a member is not enough");
    owner.join("tea").await;
    owner.say("tea", "of course").await;

    let kept = rule(&server, &ann, json!({"most": null, "open_topic": true})).await;

    let wanted = json!({
        "moderated": true, "open_topic": true, "invite_only": false, "hidden": false, "has_key": true,
        "key": "sesame", "most": null,
    });
    assert_eq!(kept, wanted);
    let owner = server.api(&ann).await;
    for (rules, field) in [
        (json!({"key": "a,b"}), "key"),
        (json!({"key": ""}), "key"),
        (json!({"most": 0}), "most"),
        (json!({"most": 100_001}), "most"),
        (json!({"secret": true}), "secret"),
    ] {
        let refused = owner.patch(TEA, json!({"rules": rules})).await;
        assert_eq!((refused.status, &refused.json()["field"]), (400, &json!(field)), "{}", refused.body);
    }
    assert_eq!(owner.get(TEA).await.json()["rules"], wanted, "what was refused has changed nothing");
}

#[tokio::test]
async fn changes_that_come_together_are_all_kept() {
    let (server, ann, _) = tea(json!({})).await;
    let api = server.api(&ann).await;
    let changes = [json!({"moderated": true}), json!({"key": "sesame"}), json!({"most": 7}), json!({"hidden": true})];

    let all = changes.map(|rules| api.patch(TEA, json!({"rules": rules})));
    for changed in futures_util::future::join_all(all).await {
        assert_eq!(changed.status, 200, "{}", changed.body);
    }

    let rules = api.get(TEA).await.json()["rules"].clone();
    let seen = (&rules["moderated"], &rules["key"], &rules["most"], &rules["hidden"]);
    assert_eq!(seen, (&json!(true), &json!("sesame"), &json!(7), &json!(true)));
}

#[tokio::test]
async fn rules_outlive_the_server() {
    let (server, ann, bob) = tea(json!({"key": "sesame", "invite_only": false})).await;
    rule(&server, &ann, json!({"hidden": true})).await;
    let token = bob.token().await;

    let server = server.restart().await;

    let mut client = Client::connect(&server, &format!("/ws?token={token}"), &[JSON]).await;
    client.refused(join(Some("wrong")), "forbidden").await;
    client.acked(join(Some("sesame"))).await;
}

#[tokio::test]
async fn an_invitation_and_a_limit_keep_out_who_has_the_key() {
    let (server, ann, bob) = tea(json!({"key": "sesame", "invite_only": true})).await;
    let mut client = bob.socket(&server).await;
    client.refused(join(Some("sesame")), "forbidden").await;
    let page = bob.get("/rooms/tea").await;
    assert!(page.body.contains("for those who were invited") && !page.body.contains("name=\"key\""));
    assert!(!page.body.contains("action=\"/rooms/tea/join\""), "there is no button that cannot work");
    assert_eq!(server.api(&bob).await.get(TEA).await.json()["may"]["join"], false);

    rule(&server, &ann, json!({"invite_only": false, "key": null, "most": 1})).await;
    let mut owner = ann.socket(&server).await;
    owner.join("tea").await;
    client.refused(join(None), "forbidden").await;
    assert!(bob.get("/rooms/tea").await.body.contains("This room is full"));

    let added = server.api(&ann).await.post(&format!("{TEA}/members"), json!({"user": "bob"})).await;
    assert_eq!(added.status, 200, "{}", added.body);
    client.acked(join(None)).await;
}

#[tokio::test]
async fn an_invite_leads_into_a_room_past_its_rules() {
    let (server, ann, _) = tea(json!({"key": "sesame", "invite_only": true})).await;
    let made = server.api(&ann).await.post("/api/v1/invites", json!({"room": "tea"})).await.json();
    let code = made["code"].as_str().expect("a code");
    let eve = server.register("eve").await;

    let entered = eve.post(&format!("/invite/{code}"), &[]).await;

    assert_eq!(entered.leads_to(), (303, "/rooms/tea"));
    eve.socket(&server).await.acked(join(None)).await;
}
