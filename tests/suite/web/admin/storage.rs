//! What takes the room, how long messages are kept, and backups.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Staff, newest};
use crate::support::Api;

/// What became of the work that was begun.
async fn ended(api: &Api) -> Value {
    loop {
        let storage = api.get("/api/v1/admin/storage").await.json();
        if !storage["job"]["ended_at"].is_null() {
            return storage["job"].clone();
        }
    }
}

#[tokio::test]
async fn what_takes_the_room_is_shown_by_parts_and_rooms() {
    let staff = Staff::gather().await;
    let bob = staff.server.api(&staff.member).await;
    bob.put("/api/v1/rooms/lobby/members/me", json!({})).await;
    bob.post("/api/v1/rooms/lobby/messages", json!({"text": "five!"})).await;
    let ids = bob.get("/api/v1/users/mona").await.json();
    bob.post("/api/v1/direct", json!({"user": ids["id"]})).await;

    let shown = staff.api().await.get("/api/v1/admin/storage").await.json();

    let number = |name: &str| shown[name].as_u64().unwrap_or_else(|| panic!("{name}: {shown}"));
    let parts = ["messages_bytes", "search_bytes", "other_bytes", "free_bytes"].map(number);
    assert_eq!(parts.iter().sum::<u64>(), number("database_bytes"), "{shown}");
    assert_eq!(shown["rooms"], json!([{"name": "lobby", "kind": "public", "messages": 1, "text_bytes": 5}]));
    assert_eq!((&shown["retention_days"], &shown["retention_decided"]), (&json!(0), &json!(false)));
    let page = staff.admin.get("/admin/storage").await;
    assert!(page.status == 200 && page.body.contains("KiB") && page.body.contains(">lobby<"), "{}", page.body);
}

#[tokio::test]
async fn what_would_go_is_asked_about_before_it_goes() {
    let staff = Staff::gather().await;
    let bob = staff.server.api(&staff.member).await;
    bob.put("/api/v1/rooms/lobby/members/me", json!({})).await;
    bob.post("/api/v1/rooms/lobby/messages", json!({"text": "old words"})).await;
    staff.server.clock.advance(Duration::from_hours(24 * 10));
    let bob = staff.server.api(&staff.member.elsewhere(&staff.server)).await;
    let api = staff.api().await;
    let text = async || {
        let messages = bob.get("/api/v1/rooms/lobby/messages").await.json();
        messages["events"][0]["text"].as_str().unwrap_or_default().to_owned()
    };

    let told = api.get("/api/v1/admin/storage/expiry?days=5").await.json();
    assert_eq!(told, json!({"messages": 1, "text_bytes": 9}));
    assert_eq!(api.get("/api/v1/admin/storage/expiry?days=5&room=lobby").await.json(), told);
    for path in ["/admin/storage/retention", "/admin/rooms/lobby/retention"] {
        let asked = staff.owner.post(path, &[("days", "5")]).await;
        assert!(asked.status == 200 && asked.body.contains("name=\"confirmed\""), "{path} {}", asked.body);
        assert!(asked.body.contains("1 message would go for ever, about 9 B"), "{}", asked.body);
    }
    assert_eq!(text().await, "old words", "asking changes nothing");
    let kept = api.get("/api/v1/admin/storage").await.json();
    assert_eq!(kept["retention_decided"], false);

    let saved = staff.owner.post("/admin/storage/retention", &[("days", "5"), ("confirmed", "yes")]).await;
    assert_eq!(saved.leads_to(), (303, "/admin/storage?done=yes"), "{}", saved.body);
    // The server begins at once, by itself.
    while !text().await.is_empty() {}
    let kept = api.get("/api/v1/admin/storage").await.json();
    assert_eq!((&kept["retention_days"], &kept["retention_decided"]), (&json!(5), &json!(true)));
    let back = staff.owner.post("/admin/storage/retention", &[("days", "")]).await;
    assert_eq!(back.status, 303, "{}", back.body);
    let kept = api.get("/api/v1/admin/storage").await.json();
    assert_eq!((&kept["retention_days"], &kept["retention_decided"]), (&json!(0), &json!(false)));
    for bad in ["many", "-1", "99999999"] {
        let refused = staff.owner.post("/admin/storage/retention", &[("days", bad)]).await;
        assert!(refused.status == 422 && refused.body.contains("field__error"), "{bad}: {}", refused.body);
    }
}

#[tokio::test]
async fn a_backup_is_made_listed_and_read_through() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    assert_eq!(api.get("/api/v1/admin/backups").await.json()["items"], json!([]));

    assert_eq!(api.post("/api/v1/admin/backups", json!({})).await.status, 202);

    let job = ended(&api).await;
    assert!(job["work"] == "backup" && job["error"].is_null() && job["amount"].is_u64(), "{job}");
    let backups = api.get("/api/v1/admin/backups").await.json();
    let backup = &backups["items"][0];
    let name = backup["name"].as_str().expect("a name");
    assert!(backup["bytes"].as_u64().is_some_and(|bytes| bytes > 4096), "{backup}");
    assert!(backup["checked_at"].is_string() && backup["error"].is_null(), "{backup}");
    let file = staff.server.data().join("backups").join(name);
    assert!(file.exists());

    let mut torn = std::fs::read(&file).expect("read");
    torn.truncate(torn.len() / 2);
    std::fs::write(&file, torn).expect("written");
    let checked = staff.admin.post(&format!("/admin/storage/backups/{name}/check"), &[]).await;
    assert_eq!(checked.leads_to(), (303, "/admin/storage"), "{}", checked.body);
    assert!(ended(&api).await["error"].is_string());
    let page = staff.admin.get("/admin/storage").await.body;
    assert!(page.contains(name) && page.contains("state--bad"), "{page}");
    assert_eq!(newest(&api).await, ("adam".into(), "backup.check".into(), format!("backup:{name}")));
}

#[tokio::test]
async fn only_what_lies_in_the_folder_is_read_and_only_by_admins() {
    let staff = Staff::gather().await;
    let api = staff.api().await;

    for name in ["..%2Fparlor.db", "parlor.db", "%2Fetc%2Fpasswd"] {
        assert_eq!(api.post(&format!("/api/v1/admin/backups/{name}/check"), json!({})).await.status, 404, "{name}");
    }
    let mona = staff.server.api(&staff.moderator).await;
    for path in ["/api/v1/admin/storage", "/api/v1/admin/storage/expiry?days=1", "/api/v1/admin/backups"] {
        assert_eq!(mona.get(path).await.status, 403, "{path}");
    }
    for path in ["/api/v1/admin/backups", "/api/v1/admin/storage/vacuum"] {
        assert_eq!(mona.post(path, json!({})).await.status, 403, "{path}");
    }
    assert_eq!(staff.moderator.get("/admin/storage").await.status, 404);
    for path in ["retention", "vacuum", "backups", "backups/x.db/check"] {
        assert_eq!(staff.moderator.post(&format!("/admin/storage/{path}"), &[]).await.status, 404, "{path}");
    }
    assert!(!staff.server.data().join("backups").exists(), "nothing was made");
}

#[tokio::test]
async fn what_is_free_is_given_back() {
    let staff = Staff::gather().await;
    let bob = staff.server.api(&staff.member).await;
    bob.post("/api/v1/rooms", json!({"name": "garden", "kind": "public"})).await;
    for _ in 0..30 {
        bob.post("/api/v1/rooms/garden/messages", json!({"text": "x".repeat(16_000)})).await;
    }
    bob.put("/api/v1/rooms/lobby/members/me", json!({})).await;
    let api = staff.api().await;
    assert_eq!(api.delete("/api/v1/admin/rooms/garden").await.status, 204);

    let given = api.post("/api/v1/admin/storage/vacuum", json!({})).await;

    assert_eq!(given.status, 202, "{}", given.body);
    let job = ended(&api).await;
    assert!(job["work"] == "vacuum" && job["error"].is_null() && job["amount"].is_u64(), "{job}");
}
