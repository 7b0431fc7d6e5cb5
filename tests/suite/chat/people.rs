//! What people say of themselves, how present they are, and what they keep to themselves.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

/// The entry of somebody among the members of the lobby.
async fn member(client: &mut Client, name: &str) -> Value {
    let members = client.acked(json!({"type": "members", "room": "lobby"})).await;
    let all = members["members"].as_array().expect("members");
    all.iter().find(|member| member["name"] == name).unwrap_or_else(|| panic!("no {name} in {all:?}")).clone()
}

/// What is told of somebody next.
async fn told_of(client: &mut Client, name: &str) -> Value {
    loop {
        let frame = client.next_of("presence").await;
        let changes = frame["changes"].as_array().expect("changes").clone();
        if let Some(change) = changes.into_iter().find(|change| change["user"]["name"] == name) {
            return change;
        }
    }
}

/// Waits until somebody is told to be so.
async fn told_to_be(client: &mut Client, name: &str, status: &str) -> Value {
    loop {
        let change = told_of(client, name).await;
        if change["status"] == status {
            return change;
        }
    }
}

async fn in_lobby(server: &TestServer, browser: &crate::support::Browser) -> Client {
    let mut client = browser.socket(server).await;
    client.join("lobby").await;
    client
}

#[tokio::test]
async fn a_status_is_told_kept_and_cleared() {
    let (server, ann_browser) = TestServer::open_to_all("ann").await;
    let bob_browser = server.register("bob").await;
    let (mut ann, mut bob) = (in_lobby(&server, &ann_browser).await, in_lobby(&server, &bob_browser).await);

    ann.acked(json!({"type": "status", "emoji": ":palm_tree:", "text": " on  holiday "})).await;

    let said = |entry: &Value| (entry["status_emoji"].clone(), entry["status_text"].clone());
    loop {
        let change = told_of(&mut bob, "ann").await;
        if change["status_text"] == "on holiday" {
            assert_eq!((said(&change), &change["status"]), ((json!("🌴"), json!("on holiday")), &json!("online")));
            break;
        }
    }
    assert_eq!(said(&member(&mut bob, "ann").await), (json!("🌴"), json!("on holiday")));
    drop((ann, bob));

    let server = server.restart().await;
    let mut bob = in_lobby(&server, &bob_browser.elsewhere(&server)).await;
    assert_eq!(said(&member(&mut bob, "ann").await), (json!("🌴"), json!("on holiday")), "also after a restart");
    let mut ann = in_lobby(&server, &ann_browser.elsewhere(&server)).await;
    ann.acked(json!({"type": "status"})).await;
    assert_eq!(said(&member(&mut bob, "ann").await), (Value::Null, Value::Null));
}

#[tokio::test]
async fn a_status_goes_when_its_time_is_over() {
    let (server, ann_browser) = TestServer::open_to_all("ann").await;
    let bob_browser = server.register("bob").await;
    let (mut ann, mut bob) = (in_lobby(&server, &ann_browser).await, in_lobby(&server, &bob_browser).await);

    ann.acked(json!({"type": "status", "text": "lunch", "until": "2026-11-21T09:00:20Z"})).await;
    while told_of(&mut bob, "ann").await["status_text"] != "lunch" {}
    server.pass(Duration::from_secs(21));

    let change = told_of(&mut bob, "ann").await;
    assert_eq!((&change["status_text"], &change["status"]), (&Value::Null, &json!("online")));
    let over =
        ann.refused(json!({"type": "status", "text": "x", "until": "2026-11-21T09:00:20Z"}), "bad_request").await;
    assert_eq!(over["field"], "until");
}

#[tokio::test]
async fn what_is_no_status_is_refused_and_what_steers_is_left_out() {
    let (server, ann_browser) = TestServer::open_to_all("ann").await;
    let mut ann = in_lobby(&server, &ann_browser).await;

    for (field, bad) in [
        ("emoji", json!({"type": "status", "emoji": "🌴🌴"})),
        ("emoji", json!({"type": "status", "emoji": "<b>"})),
        ("text", json!({"type": "status", "text": "x".repeat(101)})),
        ("text", json!({"type": "status", "text": "a\u{1b}[2Jb"})),
        ("until", json!({"type": "status", "text": "x", "until": "soon"})),
    ] {
        assert_eq!(ann.refused(bad, "bad_request").await["field"], field);
    }
    ann.acked(json!({"type": "status", "text": "<script>\u{202e}\u{200b}alert(1)"})).await;
    assert_eq!(member(&mut ann, "ann").await["status_text"], "<script>alert(1)");
    let page = ann_browser.get("/rooms/lobby").await;
    assert!(!page.body.contains("<script>alert"), "escaped on the page");
}

#[tokio::test]
async fn guests_have_no_status() {
    let server = TestServer::start().await;
    let mut eve = server.guest("eve").await;
    eve.refused(json!({"type": "status", "text": "hi"}), "forbidden").await;
}

#[tokio::test]
async fn somebody_with_two_sessions_is_away_when_both_are() {
    let (server, ann_browser) = TestServer::open_to_all("ann").await;
    let bob_browser = server.register("bob").await;
    let (mut one, mut two) = (in_lobby(&server, &ann_browser).await, in_lobby(&server, &ann_browser).await);
    let mut bob = in_lobby(&server, &bob_browser).await;
    let presence = |status: &str, auto: bool| json!({"type": "presence", "status": status, "auto": auto});

    one.acked(presence("away", true)).await;
    assert_eq!(member(&mut bob, "ann").await["status"], "online");
    two.acked(presence("away", true)).await;
    assert_eq!(member(&mut bob, "ann").await["status"], "away");
    told_to_be(&mut bob, "ann", "away").await;

    one.acked(presence("busy", false)).await;
    two.acked(presence("online", true)).await;
    assert_eq!(member(&mut bob, "ann").await["status"], "busy", "what a program notices ends nothing that was said");
    two.close().await;
    one.acked(presence("online", false)).await;
    assert_eq!(member(&mut bob, "ann").await["status"], "online");
}

#[tokio::test]
async fn busy_outlives_the_page_and_the_server() {
    let (server, ann_browser) = TestServer::open_to_all("ann").await;
    let bob_browser = server.register("bob").await;
    let mut ann = in_lobby(&server, &ann_browser).await;
    ann.acked(json!({"type": "presence", "status": "busy"})).await;
    ann.close().await;

    let again = in_lobby(&server, &ann_browser).await;
    let mut bob = in_lobby(&server, &bob_browser).await;
    assert_eq!(member(&mut bob, "ann").await["status"], "busy");
    drop((again, bob));

    let server = server.restart().await;
    let mut ann = in_lobby(&server, &ann_browser.elsewhere(&server)).await;
    assert_eq!(member(&mut ann, "ann").await["status"], "busy");
}

#[tokio::test]
async fn when_somebody_was_last_here_is_told_of_those_who_are_not() {
    let (server, ann_browser) = TestServer::open_to_all("ann").await;
    let bob_browser = server.register("bob").await;
    let (ann, mut bob) = (in_lobby(&server, &ann_browser).await, in_lobby(&server, &bob_browser).await);
    assert_eq!(member(&mut bob, "ann").await["last_seen"], Value::Null);

    ann.close().await;
    told_to_be(&mut bob, "ann", "offline").await;

    assert_eq!(member(&mut bob, "ann").await["last_seen"], "2026-11-21T09:00:00.000Z");
    drop(bob);
    let server = server.restart().await;
    let mut bob = in_lobby(&server, &bob_browser.elsewhere(&server)).await;
    assert_eq!(member(&mut bob, "ann").await["last_seen"], "2026-11-21T09:00:00.000Z", "also after a restart");
}

#[tokio::test]
async fn whoever_hides_looks_offline_and_their_messages_come() {
    let (server, ann_browser) = TestServer::open_to_all("ann").await;
    let bob_browser = server.register("bob").await;
    let (mut ann, mut bob) = (in_lobby(&server, &ann_browser).await, in_lobby(&server, &bob_browser).await);
    told_to_be(&mut bob, "ann", "online").await;

    let saved = ann_browser.post("/settings/privacy", &[("hide_presence", "on")]).await;
    assert_eq!(saved.leads_to(), (303, "/settings?saved=privacy#privacy"));

    told_to_be(&mut bob, "ann", "offline").await;
    let entry = member(&mut bob, "ann").await;
    assert_eq!((&entry["status"], &entry["last_seen"]), (&json!("offline"), &Value::Null));
    let joined = bob.join("lobby").await;
    assert_eq!(joined["online"], 1, "only bob counts");
    ann.acked(json!({"type": "typing", "room": "lobby"})).await;
    ann.say("lobby", "boo").await;
    loop {
        let frame = bob.next().await;
        assert_ne!(frame["type"], "typing");
        if frame["type"] == "message" {
            break;
        }
    }
    ann.close().await;
    assert_eq!(member(&mut bob, "ann").await["last_seen"], Value::Null);

    ann_browser.post("/settings/privacy", &[]).await;
    let ann = in_lobby(&server, &ann_browser).await;
    told_to_be(&mut bob, "ann", "online").await;
    drop(ann);
}

#[tokio::test]
async fn who_types_lines_says_it_too() {
    let server = TestServer::start().await;
    let (mut ann, mut bob) = (server.terminal("name=ann&room=lobby").await, server.guest("bob").await);
    bob.join("lobby").await;

    ann.type_line("/away").await;

    told_to_be(&mut bob, "ann", "away").await;
    ann.type_line("/busy").await;
    told_to_be(&mut bob, "ann", "busy").await;
    ann.type_line("/back").await;
    told_to_be(&mut bob, "ann", "online").await;
    ann.type_line("/status :tea: tea").await;
    ann.see("! guests have no status").await;
}
