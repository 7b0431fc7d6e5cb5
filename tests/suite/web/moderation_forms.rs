//! Keeping order by plain forms, and reporting a message.

use serde_json::json;

use crate::support::{Browser, TestServer};

async fn id_of(server: &TestServer, browser: &Browser, name: &str) -> String {
    let found = server.api(browser).await.get(&format!("/api/v1/users/{name}")).await.json();
    found["id"].as_str().unwrap_or_else(|| panic!("{found}")).to_owned()
}

#[tokio::test]
async fn a_member_is_muted_banned_and_let_in_again_by_forms() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("garden", "public").await;
    let bob = server.register("bob").await;
    let api = server.api(&bob).await;
    api.put("/api/v1/rooms/garden/members/me", json!({})).await;
    let say = async || api.post("/api/v1/rooms/garden/messages", json!({"text": "hello"})).await.status;
    let bob_id = id_of(&server, &ann, "bob").await;
    let here = format!("/rooms/garden/members/{bob_id}");

    for (minutes, said) in [("10", 403), ("0", 201)] {
        let muted = ann.post(&format!("{here}/mute"), &[("minutes", minutes)]).await;
        assert_eq!(muted.leads_to(), (303, "/rooms/garden/members"));
        assert_eq!(say().await, said, "{minutes}");
    }
    for nonsense in ["", "-1", "x", "99999999999999999999"] {
        assert_eq!(ann.post(&format!("{here}/mute"), &[("minutes", nonsense)]).await.status, 400, "{nonsense:?}");
    }
    assert_eq!(ann.post(&format!("{here}/ban"), &[]).await.leads_to(), (303, "/rooms/garden/members"));
    assert_eq!(say().await, 403);
    assert_eq!(bob.get("/rooms/garden").await.status, 403);
    let settings = ann.get("/rooms/garden/settings").await;
    assert!(settings.body.contains(&format!("/rooms/garden/bans/{bob_id}/lift")), "{}", settings.body);
    ann.post(&format!("/rooms/garden/bans/{bob_id}/lift"), &[]).await;
    assert_eq!(bob.get("/rooms/garden").await.status, 200);
}

#[tokio::test]
async fn whoever_keeps_no_order_gets_nowhere_with_these_forms() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("garden", "public").await;
    ann.make_room("secret", "private").await;
    let bob = server.register("bob").await;
    let ann_id = id_of(&server, &bob, "ann").await;

    for (path, fields) in [
        (format!("members/{ann_id}/mute"), vec![("minutes", "10")]),
        (format!("members/{ann_id}/ban"), vec![]),
        (format!("bans/{ann_id}/lift"), vec![]),
        ("slow".to_owned(), vec![("seconds", "10")]),
    ] {
        assert_eq!(bob.post(&format!("/rooms/garden/{path}"), &fields).await.status, 403, "{path}");
        assert_eq!(bob.post(&format!("/rooms/secret/{path}"), &fields).await.status, 404, "{path}");
    }
    assert!(!bob.get("/rooms/garden/settings").await.body.contains("/slow"), "no form for it either");
}

#[tokio::test]
async fn slow_mode_is_chosen_in_the_settings_of_the_room() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let bob = server.register("bob").await;
    let api = server.api(&bob).await;
    api.put("/api/v1/rooms/lobby/members/me", json!({})).await;

    let saved = ann.post("/rooms/lobby/slow", &[("seconds", "300")]).await;
    assert_eq!(saved.leads_to(), (303, "/rooms/lobby/settings?saved=order#order"));
    assert!(ann.get("/rooms/lobby/settings").await.body.contains("value=\"300\" selected"));
    let say = async || api.post("/api/v1/rooms/lobby/messages", json!({"text": "hello"})).await;
    assert_eq!(say().await.status, 201);
    let slowed = say().await;
    assert_eq!((slowed.status, &slowed.json()["code"]), (429, &json!("rate_limited")));
    for nonsense in ["", "x", "-5", "999999"] {
        assert_eq!(ann.post("/rooms/lobby/slow", &[("seconds", nonsense)]).await.status, 400, "{nonsense:?}");
    }
}

#[tokio::test]
async fn a_message_is_reported_on_a_page_of_its_own() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    let seq = api.post("/api/v1/rooms/lobby/messages", json!({"text": "buy <b>this</b>"})).await.json()["seq"].clone();
    let bob = server.register("bob").await;
    let here = format!("/rooms/lobby/{seq}/report");

    let form = bob.get(&here).await;
    assert!(form.body.contains("buy &lt;b&gt;this") && form.body.contains("name=\"reason\""), "{}", form.body);
    let long = "x".repeat(301);
    for bad in [" ", long.as_str()] {
        let refused = bob.post(&here, &[("reason", bad)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("at most 300"), "{}", refused.body);
    }
    assert_eq!(bob.post(&here, &[("reason", "spam")]).await.leads_to(), (303, format!("/rooms/lobby/{seq}").as_str()));
    let again = bob.post(&here, &[("reason", "spam \"again\"")]).await;
    assert_eq!(again.status, 409);
    assert!(again.body.contains("reported this message before") && again.body.contains("spam &quot;again&quot;"));
    assert_eq!(bob.get("/rooms/lobby/1/report").await.status, 404, "a join is no message");
    ann.make_room("secret", "private").await;
    api.post("/api/v1/rooms/secret/messages", json!({"text": "hidden"})).await;
    assert_eq!(bob.get("/rooms/secret/2/report").await.status, 404);
    assert_eq!(bob.post("/rooms/secret/2/report", &[("reason", "x")]).await.status, 404);
}
