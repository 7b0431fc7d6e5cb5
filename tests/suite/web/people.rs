//! Status, preferences and privacy, by REST and by form.

use serde_json::{Value, json};

use crate::support::{TestServer, until};

#[tokio::test]
async fn a_status_is_set_read_and_cleared_by_requests() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let empty = json!({"emoji": null, "text": "", "until": null});
    assert_eq!(api.get("/api/v1/me/status").await.json(), empty);

    let set =
        api.put("/api/v1/me/status", json!({"emoji": ":tea:", "text": "tea", "until": "2026-11-21T12:00:00+01:00"}));
    let set = set.await;

    let said = json!({"emoji": "🍵", "text": "tea", "until": "2026-11-21T11:00:00.000Z"});
    assert_eq!((set.status, set.json()), (200, said.clone()));
    assert_eq!(api.get("/api/v1/me/status").await.json(), said);
    let refused = api.put("/api/v1/me/status", json!({"emoji": "tea"})).await;
    assert_eq!((refused.status, &refused.json()["field"]), (400, &json!("emoji")));
    let late = api.put("/api/v1/me/status", json!({"text": "tea", "until": "2020-01-01T00:00:00Z"})).await;
    assert_eq!((late.status, &late.json()["field"]), (400, &json!("until")));
    assert_eq!(api.get("/api/v1/me/status").await.json(), said, "a refusal changes nothing");

    assert_eq!(api.delete("/api/v1/me/status").await.status, 204);
    assert_eq!(api.get("/api/v1/me/status").await.json(), empty);
}

#[tokio::test]
async fn preferences_are_changed_one_by_one() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let first = api.get("/api/v1/me/preferences").await.json();
    assert_eq!(
        first,
        json!({"theme": "auto", "density": "cosy", "language": "", "sound": false, "notify": "all", "quiet_from": "",
            "quiet_to": "", "time_zone": "", "hide_presence": false, "hide_reads": false})
    );

    let dark = api.patch("/api/v1/me/preferences", json!({"theme": "dark", "hide_reads": true})).await;
    let quiet = api
        .patch("/api/v1/me/preferences", json!({"quiet_from": "22:00", "quiet_to": "06:30", "time_zone": "Asia/Tokyo"}))
        .await;

    assert_eq!((dark.status, quiet.status), (200, 200), "{} {}", dark.body, quiet.body);
    let mut expected = first;
    for (name, value) in [
        ("theme", json!("dark")),
        ("hide_reads", json!(true)),
        ("quiet_from", json!("22:00")),
        ("quiet_to", json!("06:30")),
        ("time_zone", json!("Asia/Tokyo")),
    ] {
        expected[name] = value;
    }
    assert_eq!(quiet.json(), expected);
    assert_eq!(api.get("/api/v1/me/preferences").await.json(), expected);
    for (field, bad) in [
        (Value::Null, json!({"theme": "pink"})),
        (json!("quiet_from"), json!({"quiet_from": "22:00"})),
        (json!("quiet_from"), json!({"quiet_from": "25:00", "quiet_to": "06:00"})),
        (json!("time_zone"), json!({"time_zone": "Mars"})),
        (json!("language"), json!({"language": "tlh"})),
        (json!("colour"), json!({"colour": "red"})),
    ] {
        let refused = api.patch("/api/v1/me/preferences", bad).await;
        assert_eq!((refused.status, &refused.json()["field"]), (400, &field), "{}", refused.body);
    }
    assert_eq!(api.get("/api/v1/me/preferences").await.json(), expected, "a refusal changes nothing");
}

#[tokio::test]
async fn how_pages_look_is_saved_for_an_account_and_in_a_cookie_for_a_guest() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let look = [("theme", "dark"), ("density", "compact"), ("language", "de")];

    let saved = ann.post("/settings/appearance", &look).await;

    assert_eq!(saved.leads_to(), (303, "/settings?saved=appearance#appearance"));
    let page = ann.get("/settings?saved=appearance").await.body;
    for part in ["data-theme=\"dark\"", "data-density=\"compact\"", "lang=\"de\"", "Gespeichert"] {
        assert!(page.contains(part), "{part}");
    }
    let elsewhere = server.browser();
    elsewhere.log_in("ann").await;
    assert!(elsewhere.get("/settings").await.body.contains("data-theme=\"dark\""), "it goes with the account");

    let demo = TestServer::start().await;
    let eve = demo.browser();
    eve.post("/guest", &[("name", "eve"), ("next", "")]).await;
    let saved = eve.post("/settings/appearance", &look).await;
    assert_eq!(saved.status, 303);
    assert!(saved.cookie("look").starts_with("look=dark.compact"), "{}", saved.cookie("look"));
    let page = eve.get("/settings").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("data-theme=\"dark\"") && page.body.contains("id=\"appearance\""));
    assert!(!page.body.contains("id=\"password\""), "a guest has no password here");
    assert_eq!(demo.browser().post("/settings/appearance", &look).await.leads_to(), (303, "/login?next=%2Fsettings"));
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed() {
    let (_server, ann) = TestServer::owned_by("ann").await;

    let page = ann.post("/settings/status", &[("emoji", "nope"), ("text", "a & b"), ("until", "")]).await;
    assert_eq!((page.status, page.field("emoji"), page.field("text")), (422, "nope", "a &amp; b"));
    assert!(page.body.contains("status-emoji-error"));

    let half = [("notify", "mentions"), ("quiet_from", "22:00"), ("quiet_to", ""), ("time_zone", "Nowhere")];
    let page = ann.post("/settings/notifications", &half).await;
    assert_eq!((page.status, page.field("quiet_from"), page.field("time_zone")), (422, "22:00", "Nowhere"));
    assert!(page.body.contains("time-zone-error") && page.body.contains("both, or neither"));
}

#[tokio::test]
async fn a_status_by_form_ends_when_it_was_chosen() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let said = [("emoji", "🌴"), ("text", "out"), ("until", "60")];

    assert_eq!(ann.post("/settings/status", &said).await.leads_to(), (303, "/settings?saved=status#status"));
    let status = api.get("/api/v1/me/status").await.json();
    assert_eq!(status, json!({"emoji": "🌴", "text": "out", "until": "2026-11-21T10:00:00.000Z"}));

    ann.post("/settings/status", &[("emoji", ""), ("text", "still out"), ("until", "keep")]).await;
    let status = api.get("/api/v1/me/status").await.json();
    assert_eq!(status, json!({"emoji": null, "text": "still out", "until": "2026-11-21T10:00:00.000Z"}));

    ann.post("/settings/status", &[("emoji", "🌴"), ("text", "x"), ("clear", "on")]).await;
    assert_eq!(api.get("/api/v1/me/status").await.json()["text"], "");
}

#[tokio::test]
async fn whoever_hides_what_they_read_is_left_out_where_readers_are_told() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (ann_api, bob_api) = (server.api(&ann).await, server.api(&server.register("bob").await).await);
    let seq =
        ann_api.post("/api/v1/rooms/lobby/messages", json!({"text": "who reads this?"})).await.json()["seq"].clone();
    bob_api.put("/api/v1/rooms/lobby/read", json!({"seq": seq})).await;
    let path = format!("/api/v1/rooms/lobby/messages/{seq}/seen");
    let readers = async || ann_api.get(&path).await.json()["readers"].as_array().expect("a list").len();
    until("bob is told", async || readers().await == 1).await;

    bob_api.patch("/api/v1/me/preferences", json!({"hide_reads": true})).await;

    assert_eq!(readers().await, 0);
    bob_api.patch("/api/v1/me/preferences", json!({"hide_reads": false})).await;
    assert_eq!(readers().await, 1);
}
