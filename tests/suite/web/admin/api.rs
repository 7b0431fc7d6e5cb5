//! The same acts for programs.

use serde_json::{Value, json};

use super::{Staff, newest};
use crate::support::Api;

#[tokio::test]
async fn the_endpoints_are_for_those_with_the_office() {
    let staff = Staff::gather().await;
    let (mona, bob) = (staff.server.api(&staff.moderator).await, staff.server.api(&staff.member).await);
    for (path, moderators) in [
        ("users", true),
        ("users/bob", true),
        ("sessions", true),
        ("bans", true),
        ("reports", true),
        ("rooms", false),
        ("rooms/lobby", false),
        ("invites", false),
        ("settings", false),
        ("audit", false),
        ("audit/verify", false),
        ("figures", false),
    ] {
        let path = format!("/api/v1/admin/{path}");
        assert_eq!(staff.api().await.get(&path).await.status, 200, "{path}");
        assert_eq!(mona.get(&path).await.status, if moderators { 200 } else { 403 }, "{path}");
        let refused = bob.get(&path).await;
        assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("forbidden")), "{path}");
        assert_eq!(Api::anonymous(&staff.server).get(&path).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn accounts_are_listed_and_changed() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    let names = |list: &Value| -> Vec<String> {
        let items = list["items"].as_array().expect("a list");
        let mut names: Vec<String> = items.iter().filter_map(|item| item["name"].as_str().map(str::to_owned)).collect();
        // The order is that of names which look alike, and no matter here.
        names.sort();
        names
    };
    assert_eq!(names(&api.get("/api/v1/admin/users").await.json()), ["adam", "bob", "mona", "olga"]);
    assert_eq!(names(&api.get("/api/v1/admin/users?role=moderator").await.json()), ["mona"]);
    assert_eq!(names(&api.get("/api/v1/admin/users?name=B").await.json()), ["bob"]);

    let change = json!({"role": "moderator", "suspended": true, "reason": "rest", "silenced": true, "trusted": true});
    let bob = api.patch("/api/v1/admin/users/bob", change).await;

    assert_eq!(bob.status, 200, "{}", bob.body);
    let bob = bob.json();
    assert_eq!(
        (&bob["role"], &bob["suspended_reason"], &bob["silenced"]),
        (&json!("moderator"), &json!("rest"), &json!(true))
    );
    assert_eq!(names(&api.get("/api/v1/admin/users?in_trouble=true").await.json()), ["bob"]);
    assert_eq!(newest(&api).await.1, "user.trust");
    let back = api.patch("/api/v1/admin/users/bob", json!({"suspended": false, "silenced": false})).await.json();
    assert_eq!((&back["suspended_at"], &back["silenced"]), (&json!(null), &json!(false)));
    assert_eq!(api.delete("/api/v1/admin/users/bob/logins").await.status, 204);
    assert_eq!(api.delete("/api/v1/admin/users/bob?messages=true").await.status, 204);
    assert_eq!(api.get("/api/v1/admin/users/bob").await.status, 404);
    let oneself = api.patch("/api/v1/admin/users/olga", json!({"suspended": true})).await;
    assert_eq!((oneself.status, &oneself.json()["code"]), (409, &json!("conflict")));
}

#[tokio::test]
async fn rooms_are_changed() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    staff.member.make_room("garden", "public").await;
    let path = "/api/v1/admin/rooms/garden";

    let changed = api.patch(path, json!({"retention_days": 7, "archived": true})).await;

    assert_eq!(changed.status, 200, "{}", changed.body);
    let room = changed.json();
    assert_eq!((&room["retention_days"], &room["archived"], &room["members"]), (&json!(7), &json!(true), &json!(1)));
    let kept = api.patch(path, json!({"archived": false})).await.json();
    assert_eq!((&kept["retention_days"], &kept["archived"]), (&json!(7), &json!(false)), "what is not given stays");
    let none = api.patch(path, json!({"retention_days": null})).await.json();
    assert_eq!(none["retention_days"], json!(null));
    let refused = api.patch(path, json!({"retention_days": 999_999})).await;
    assert_eq!((refused.status, &refused.json()["field"]), (400, &json!("days")));
    let listed = api.get("/api/v1/admin/rooms?name=gard").await.json();
    assert_eq!(listed["items"][0]["owners"], json!(["bob"]));
    assert_eq!(api.patch(path, json!({"owner": "mona"})).await.status, 404, "she is no member");
}

#[tokio::test]
async fn bans_reports_settings_and_sessions_have_their_acts() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    let ban = api.post("/api/v1/admin/bans", json!({"whom": "192.0.2.0/24", "reason": "noise"})).await;
    assert_eq!(ban.status, 201, "{}", ban.body);
    assert_eq!(ban.json()["network"], "192.0.2.0/24");
    let path = format!("/api/v1/admin/bans/{}", ban.json()["id"]);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.delete(&path).await.status, 404);
    for (field, bad) in [
        ("whom", json!({"whom": "10.0.0.0/1"})),
        ("reason", json!({"whom": "bob", "reason": "a\nb"})),
        ("ends_at", json!({"whom": "bob", "ends_at": "soon"})),
        ("ends_at", json!({"whom": "bob", "ends_at": "2020-01-01T00:00:00Z"})),
        ("whose", json!({"whom": "bob", "whose": "mine"})),
    ] {
        let refused = api.post("/api/v1/admin/bans", bad).await;
        assert_eq!((refused.status, &refused.json()["field"]), (400, &json!(field)), "{}", refused.body);
    }

    staff.report().await;
    let reports = api.get("/api/v1/admin/reports").await.json();
    assert_eq!(reports["items"][0]["reporter"], "mona");
    let path = format!("/api/v1/admin/reports/{}/close", reports["items"][0]["id"]);
    assert_eq!(api.post(&path, json!({"delete": false})).await.status, 204);
    assert_eq!(api.post(&path, json!({"delete": false})).await.status, 404);
    let closed = api.get("/api/v1/admin/reports?closed=true").await.json();
    assert_eq!(closed["items"][0]["closed"]["outcome"], "dismissed");

    assert_eq!(api.put("/api/v1/admin/settings/server_name", json!({"value": "Den"})).await.status, 204);
    assert!(staff.member.get("/rooms").await.body.contains("Den"));
    let refused = api.put("/api/v1/admin/settings/accent", json!({"value": "red"})).await;
    assert_eq!((refused.status, &refused.json()["field"]), (400, &json!("accent")));
    assert_eq!(api.put("/api/v1/admin/settings/secret", json!({"value": "x"})).await.status, 404);

    let mut socket = staff.member.socket(&staff.server).await;
    let sessions = api.get("/api/v1/admin/sessions").await.json();
    assert_eq!(
        (&sessions["items"][0]["user"]["name"], &sessions["items"][0]["door"]),
        (&json!("bob"), &json!("websocket"))
    );
    let path = format!("/api/v1/admin/sessions/{}", sessions["items"][0]["id"]);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(socket.shown_out().await.1, 1008);

    let code = api.post("/api/v1/invites", json!({})).await.json()["code"].as_str().expect("a code").to_owned();
    assert_eq!(api.get("/api/v1/admin/invites").await.json()["items"][0]["made_by"], "olga");
    assert_eq!(api.delete(&format!("/api/v1/admin/invites/{code}")).await.status, 204);
    assert_eq!(api.delete(&format!("/api/v1/admin/invites/{code}")).await.status, 404);
    let verified = api.get("/api/v1/admin/audit/verify").await.json();
    assert_eq!((&verified["whole"], &verified["broken_at"]), (&json!(true), &json!(null)));
}

#[tokio::test]
async fn a_token_for_less_runs_nothing() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    for scope in ["read", "write"] {
        let made = api.post("/api/v1/tokens", json!({"label": scope, "scope": scope})).await.json();
        let token = made["secret"].as_str().or(made["token"].as_str()).expect("a secret").to_owned();
        let small = Api::new(&staff.server, &token);

        let refused = small.get("/api/v1/admin/users").await;
        assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("forbidden")), "{scope}");
        assert_eq!(small.patch("/api/v1/admin/users/bob", json!({"silenced": true})).await.status, 403, "{scope}");
        assert_eq!(small.get("/admin/people").await.status, 404, "{scope}");
    }
    assert_eq!(api.get("/api/v1/admin/users/bob").await.json()["silenced"], false);
}

#[tokio::test]
async fn a_link_for_a_new_password_is_handed_over_once() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    assert_eq!(staff.moderator.post("/admin/people/bob/reset", &[]).await.status, 404);
    let page = staff.admin.post("/admin/people/bob/reset", &[]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let at = page.body.find("/reset/").expect("the link is shown");
    let path: String = page.body[at..].chars().take_while(|sign| *sign != '<').collect();
    assert_eq!(newest(&api).await, ("adam".into(), "user.reset_link".into(), "user:bob".into()));
    assert!(!staff.admin.get("/admin/people/bob").await.body.contains("/reset/"), "only this once");
    assert!(!api.get("/api/v1/admin/audit").await.body.contains(&path), "the log does not have it");
    assert_eq!(staff.server.browser().get(&path).await.status, 200);

    let made = api.post("/api/v1/admin/users/bob/reset", json!({})).await;

    assert_eq!(made.status, 201, "{}", made.body);
    let second = made.json()["path"].as_str().expect("a path").to_owned();
    assert_eq!(staff.server.browser().get(&second).await.status, 200);
    assert_ne!(staff.server.browser().get(&path).await.status, 200, "the first one is good no more");
}
