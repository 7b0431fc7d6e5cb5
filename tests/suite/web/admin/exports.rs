//! Rooms that are exported from a page or by a program.

use parlor::storage::archive::Line;
use parlor::storage::sqlite::SqliteStore;
use parlor::storage::{Events, Rooms};
use serde_json::json;

use super::{Staff, newest};

fn lines(body: &str) -> Vec<Line> {
    body.lines().map(|line| serde_json::from_str(line).expect("a line of an export")).collect()
}

#[tokio::test]
async fn a_room_that_was_exported_is_the_same_in_an_empty_server() {
    let staff = Staff::gather().await;
    let bob = staff.server.api(&staff.member).await;
    bob.post("/api/v1/rooms", json!({"name": "tea", "kind": "private"})).await;
    for text in ["green", "black"] {
        bob.post("/api/v1/rooms/tea/messages", json!({"text": text})).await;
    }
    bob.put("/api/v1/rooms/tea/messages/2/reactions/%F0%9F%8D%B5", json!({})).await;
    bob.post("/api/v1/rooms", json!({"name": "elsewhere", "kind": "public"})).await;
    let api = staff.api().await;

    let page = staff.admin.get("/admin/rooms/tea/export").await;

    assert_eq!((page.status, page.header("content-type")), (200, "application/x-ndjson"), "{}", page.body);
    assert_eq!(newest(&api).await, ("adam".into(), "room.export".into(), "room:tea".into()), "it was a look");
    let by_program = api.get("/api/v1/admin/rooms/tea/export").await;
    assert_eq!(lines(&by_program.body)[1..], lines(&page.body)[1..], "but for the moment in the header");
    for word in ["mona", "elsewhere", "argon2"] {
        assert!(!page.body.contains(word), "{word}: {}", page.body);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = SqliteStore::open(None, folder.path()).await.expect("a fresh database");
    let report = store.import(lines(&page.body).into_iter().map(Ok), false, &mut |_| {}).await.expect("taken in");
    assert_eq!((report.left_out.len(), report.users.added), (0, 1));
    let room = store.room_by_name(&parlor::domain::name::NameKey::of("tea")).await.expect("read").expect("there");
    let events = store.events_after(room.info.id, 0, 100).await.expect("read");
    let texts: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.body {
            parlor::domain::event::EventBody::Message(message) => Some(message.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!((texts, events.len()), (vec!["green", "black"], 4));
}

#[tokio::test]
async fn only_admins_export_rooms_and_nobody_a_direct_one() {
    let staff = Staff::gather().await;
    let bob = staff.server.api(&staff.member).await;
    let mona = bob.get("/api/v1/users/mona").await.json();
    let direct = bob.post("/api/v1/direct", json!({"user": mona["id"]})).await.json();
    let name = direct["name"].as_str().or(direct["room"].as_str()).expect("a name").to_owned();

    assert_eq!(bob.get("/api/v1/admin/rooms/lobby/export").await.status, 403);
    assert_eq!(staff.moderator.get("/admin/rooms/lobby/export").await.status, 404);
    let api = staff.api().await;
    assert_eq!(api.get(&format!("/api/v1/admin/rooms/{name}/export")).await.status, 404);
    assert_eq!(staff.owner.get(&format!("/admin/rooms/{name}/export")).await.status, 404);
    assert_eq!(api.get("/api/v1/admin/rooms/nowhere/export").await.status, 404);
}
