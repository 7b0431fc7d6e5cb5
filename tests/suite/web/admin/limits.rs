//! Limits that are decided on a page hold at once, and several decisions are made together or not at all.

use serde_json::json;

use super::{Staff, newest};
use crate::support::TestServer;

#[tokio::test]
async fn another_rate_of_messages_holds_for_live_sessions_at_once() {
    let (server, owner) = TestServer::owned_by("olga").await;
    let api = server.api(&owner).await;
    let mut socket = owner.socket(&server).await;
    socket.join("lobby").await;
    socket.say("lobby", "before").await;

    for (key, value) in [("message_burst", "2"), ("message_rate", "1")] {
        let set = api.put(&format!("/api/v1/admin/settings/{key}"), json!({"value": value})).await;
        assert_eq!(set.status, 204, "{}", set.body);
    }

    for _ in 0..2 {
        socket.say("lobby", "in time").await;
    }
    socket.refused(json!({"type": "send", "room": "lobby", "text": "too many"}), "rate_limited").await;
    assert_eq!(api.put("/api/v1/admin/settings/message_burst", json!({"value": ""})).await.status, 204);
    server.clock.advance(std::time::Duration::from_mins(1));
    for _ in 0..20 {
        socket.say("lobby", "as it was started").await;
    }
}

#[tokio::test]
async fn other_limits_of_requests_and_passwords_hold_at_once() {
    let (server, owner) = TestServer::owned_by("olga").await;
    let api = server.api(&owner).await;
    let stranger = server.browser();
    let wrong = [("name", "olga"), ("password", "not at all")];
    for _ in 0..3 {
        assert_ne!(stranger.post("/login", &wrong).await.status, 429);
    }

    let saved = owner
        .post(
            "/admin/settings",
            &[
                ("server_name", "Parlor"),
                ("login_tries_per_minute", "1"),
                ("request_burst", "40"),
                ("requests_per_second", "1"),
            ],
        )
        .await;

    assert_eq!(saved.leads_to(), (303, "/admin/settings?done=yes"), "{}", saved.body);
    // What was left of the tries before fits into the new ones at most once.
    stranger.post("/login", &wrong).await;
    assert_eq!(stranger.post("/login", &wrong).await.status, 429);
    let mut refused = 0;
    for _ in 0..60 {
        refused += u32::from(api.get("/api/v1/me").await.status == 429);
    }
    assert!(refused > 10, "{refused}");
    for bad in ["0", "-1", "many", "9999999"] {
        server.clock.advance(std::time::Duration::from_mins(5));
        let fields = [("server_name", "Parlor"), ("login_tries_per_minute", bad)];
        let page = owner.post("/admin/settings", &fields).await;
        assert!(page.status == 422 && page.body.contains("field__error"), "{bad}: {} {}", page.status, page.body);
    }
}

#[tokio::test]
async fn what_is_refused_of_several_decisions_leaves_everything_as_it_was() {
    let staff = Staff::gather().await;
    let api = staff.server.api(&staff.admin).await;
    let bob = staff.server.api(&staff.member).await;
    assert_eq!(bob.post("/api/v1/rooms", json!({"name": "garden", "kind": "public"})).await.status, 201);
    let before = api.get("/api/v1/admin/users/bob").await.json();
    let last = newest(&staff.api().await).await;

    for change in [
        json!({"silenced": true, "role": "owner"}),
        json!({"suspended": true, "reason": "x".repeat(1000)}),
        json!({"trusted": true, "role": "bot"}),
    ] {
        let refused = api.patch("/api/v1/admin/users/bob", change.clone()).await;
        assert!(refused.status >= 400, "{change}: {}", refused.body);
    }
    let mona = staff.server.api(&staff.moderator).await;
    assert_eq!(mona.patch("/api/v1/admin/users/bob", json!({"silenced": true, "suspended": true})).await.status, 403);
    let room = json!({"retention_days": 5, "archived": true});
    assert_eq!(api.patch("/api/v1/admin/rooms/lobby", room).await.status, 403, "the lobby is not archived");
    let room = json!({"retention_days": 5, "owner": "mona"});
    assert_eq!(api.patch("/api/v1/admin/rooms/garden", room).await.status, 404, "mona is no member");

    assert_eq!(api.get("/api/v1/admin/users/bob").await.json(), before);
    for room in ["lobby", "garden"] {
        let shown = api.get(&format!("/api/v1/admin/rooms/{room}")).await.json();
        assert_eq!(shown["retention_days"], json!(null), "{room}");
    }
    assert_eq!(newest(&staff.api().await).await, last, "and nothing was written down");
}

#[tokio::test]
async fn several_decisions_are_made_together_and_each_is_written_down() {
    let staff = Staff::gather().await;
    let api = staff.api().await;

    let change = json!({"role": "moderator", "silenced": true, "trusted": true, "suspended": true, "reason": "a test"});
    let changed = api.patch("/api/v1/admin/users/bob", change).await.json();

    assert_eq!((&changed["role"], &changed["silenced"]), (&json!("moderator"), &json!(true)), "{changed}");
    let log = api.get("/api/v1/admin/audit").await.json();
    let actions: Vec<_> =
        log["items"].as_array().expect("a list").iter().take(4).map(|one| one["action"].clone()).collect();
    assert_eq!(actions, ["user.trust", "user.silence", "user.suspend", "user.role"]);
    assert_eq!(api.get("/api/v1/admin/audit/verify").await.json()["whole"], true);
    assert_ne!(staff.server.browser().log_in("bob").await.status, 303);
}

#[tokio::test]
async fn a_password_that_somebody_resets_by_a_link_is_written_down() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    let link = api.post("/api/v1/admin/users/bob/reset", json!({})).await.json();

    let path = link["path"].as_str().expect("a path");
    let done = staff.server.browser().post(path, &[("password", "a much longer one")]).await;

    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(newest(&api).await, ("bob".into(), "user.reset".into(), "user:bob".into()));
}
