//! Direct rooms over live sessions.

use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn the_first_message_reaches_the_other_one_unasked() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let bob = server.register("bob").await;
    let eve = server.register("eve").await;
    let (mut desk, mut phone) = (bob.socket(&server).await, bob.socket(&server).await);
    let mut writer = ann.socket(&server).await;
    let mut stranger = eve.socket(&server).await;
    let api = server.api(&ann).await;

    let room = api.post("/api/v1/direct", json!({"user": "bob"})).await.json()["room"].clone();
    let room = room.as_str().expect("a name");
    writer.join(room).await;
    writer.say(room, "psst").await;

    for client in [&mut desk, &mut phone] {
        let message = client.next_of("message").await;
        assert_eq!((&message["room"], &message["text"]), (&json!(room), &json!("psst")));
        assert_eq!(message["author"]["name"], "ann");
    }
    desk.say(room, "yes?").await;
    assert_eq!(writer.next_text().await, "psst");
    assert_eq!(writer.next_text().await, "yes?");
    stranger.refused(json!({"type": "join", "room": room}), "not_found").await;
    stranger.join("lobby").await;
    stranger.say("lobby", "mark").await;
    assert_eq!(stranger.next_text().await, "mark", "nothing of it came here");
}

#[tokio::test]
async fn somebody_comes_back_to_what_was_written_while_away() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let bob = server.register("bob").await;
    let api = server.api(&ann).await;
    let room = api.post("/api/v1/direct", json!({"user": "bob"})).await.json()["room"].clone();
    let room = room.as_str().expect("a name");
    let mut writer = ann.socket(&server).await;
    writer.join(room).await;
    writer.say(room, "while you were away").await;

    let mut reader = bob.socket(&server).await;

    let rooms = reader.acked(json!({"type": "rooms"})).await;
    let entries = rooms["rooms"].as_array().expect("rooms");
    let entry = entries.iter().find(|entry| entry["room"] == room).expect("the direct room");
    assert_eq!((&entry["kind"], &entry["title"], &entry["unread"]), (&json!("direct"), &json!("ann"), &json!(1)));
    reader.acked(json!({"type": "join", "room": room, "after": 0})).await;
    assert_eq!(reader.next_text().await, "while you were away");
}

#[tokio::test]
async fn a_terminal_writes_to_one_person() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let bob = server.register("bob").await;
    let mut reader = bob.socket(&server).await;
    let token = ann.token().await;
    let mut typist = server.terminal(&format!("room=lobby&token={token}")).await;

    typist.type_line("/msg bob are you there?").await;

    assert_eq!(reader.next_text().await, "are you there?");
    typist.type_line("/msg nobody hello").await;
    typist.see("! there is nobody called nobody").await;
}
