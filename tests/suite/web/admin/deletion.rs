//! Rooms that are deleted: by whom, and what is left of them.

use serde_json::json;

use super::{Staff, newest};

/// A garden of bob's with two messages, in which mona listens.
async fn garden(staff: &Staff) -> crate::support::Api {
    let bob = staff.server.api(&staff.member).await;
    assert_eq!(bob.post("/api/v1/rooms", json!({"name": "garden", "kind": "public"})).await.status, 201);
    for text in ["roses", "tulips"] {
        assert_eq!(bob.post("/api/v1/rooms/garden/messages", json!({"text": text})).await.status, 201);
    }
    bob
}

#[tokio::test]
async fn a_deleted_room_is_gone_for_everybody_at_once_and_its_name_is_free() {
    let staff = Staff::gather().await;
    let bob = garden(&staff).await;
    let mut listening = staff.moderator.socket(&staff.server).await;
    listening.join("garden").await;
    let mut elsewhere = staff.member.socket(&staff.server).await;

    let wrong = staff.admin.post("/admin/rooms/garden/delete", &[("name", "gardens")]).await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert_eq!(bob.get("/api/v1/rooms/garden").await.status, 200, "it was asked by name");
    let deleted = staff.admin.post("/admin/rooms/garden/delete", &[("name", "garden")]).await;

    assert_eq!(deleted.leads_to(), (303, "/admin/rooms?done=yes"), "{}", deleted.body);
    for socket in [&mut listening, &mut elsewhere] {
        let told = socket.next_of("gone").await;
        assert_eq!(told["room"], "garden");
        socket.refused(json!({"type": "join", "room": "garden", "after": 1}), "not_found").await;
        socket.refused(json!({"type": "send", "room": "garden", "text": "hello"}), "not_found").await;
    }
    for path in ["", "/messages", "/events", "/members", "/messages/2"] {
        assert_eq!(bob.get(&format!("/api/v1/rooms/garden{path}")).await.status, 404, "{path}");
    }
    assert_eq!(staff.member.get("/rooms/garden").await.status, 404);
    assert!(!staff.member.get("/rooms").await.body.contains("garden"));
    let found = bob.get("/api/v1/search?q=roses").await.json();
    assert_eq!(found["results"], json!([]), "{found}");
    let api = staff.api().await;
    assert_eq!(newest(&api).await, ("adam".into(), "room.delete".into(), "room:garden".into()));

    assert_eq!(bob.post("/api/v1/rooms", json!({"name": "garden", "kind": "public"})).await.status, 201);
    let messages = bob.get("/api/v1/rooms/garden/messages").await.json();
    assert_eq!(messages["events"], json!([]), "{messages}");
    listening.join("garden").await;
    let said = listening.acked(json!({"type": "send", "room": "garden", "text": "anew"})).await;
    assert!(said["seq"].as_u64().is_some_and(|seq| seq <= 3), "{said}");
}

#[tokio::test]
async fn what_was_said_before_the_end_is_stored_and_what_comes_after_finds_nothing() {
    let staff = Staff::gather().await;
    garden(&staff).await;
    let mut bob = staff.member.socket(&staff.server).await;
    bob.join("garden").await;
    for number in 0..200 {
        bob.send(json!({"type": "send", "id": format!("s{number}"), "room": "garden", "text": "more"})).await;
    }
    let api = staff.api().await;
    assert_eq!(api.delete("/api/v1/admin/rooms/garden").await.status, 204);

    let (mut stored, mut refused) = (0, 0);
    while stored + refused < 200 {
        let frame = bob.next().await;
        match frame["type"].as_str() {
            Some("ack") => stored += 1,
            Some("error") => {
                assert_eq!(frame["code"], "not_found", "{frame}");
                refused += 1;
            }
            _ => {}
        }
    }
    assert_eq!(
        staff.server.api(&staff.member).await.post("/api/v1/rooms/lobby/messages", json!({"text": "on"})).await.status,
        201
    );
}

#[tokio::test]
async fn only_admins_delete_rooms_and_nobody_the_lobby() {
    let staff = Staff::gather().await;
    let bob = garden(&staff).await;
    let mona = staff.server.api(&staff.moderator).await;

    assert_eq!(bob.delete("/api/v1/admin/rooms/garden").await.status, 403);
    assert_eq!(mona.delete("/api/v1/admin/rooms/garden").await.status, 403);
    assert_eq!(staff.moderator.get("/admin/rooms/garden/delete").await.status, 404);
    assert_eq!(staff.moderator.post("/admin/rooms/garden/delete", &[("name", "garden")]).await.status, 404);
    let api = staff.api().await;
    assert_eq!(api.delete("/api/v1/admin/rooms/lobby").await.status, 403);
    assert_eq!(api.delete("/api/v1/admin/rooms/nowhere").await.status, 404);
    let page = staff.owner.post("/admin/rooms/lobby/delete", &[("name", "lobby")]).await;

    assert_eq!(page.status, 422, "{}", page.body);
    assert!(page.body.contains("cannot be deleted"), "{}", page.body);
    assert!(!staff.owner.get("/admin/rooms/lobby").await.body.contains("/admin/rooms/lobby/delete"));
    assert_eq!(bob.get("/api/v1/rooms/garden").await.status, 200);
}
