//! Becoming a member and ceasing to be one, and how far a member has read.

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

/// The entry of a room in the list of rooms.
async fn entry(client: &mut Client, room: &str) -> Value {
    let answer = client.acked(json!({"type": "rooms"})).await;
    let rooms = answer["rooms"].as_array().expect("rooms");
    rooms.iter().find(|entry| entry["room"] == room).cloned().unwrap_or(Value::Null)
}

fn state(entry: &Value) -> (Option<u64>, Option<u64>, Option<u64>) {
    (entry["last_seq"].as_u64(), entry["read_seq"].as_u64(), entry["unread"].as_u64())
}

#[tokio::test]
async fn joining_a_public_room_makes_an_account_a_member() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("garden", "public").await;
    let bob = server.register("bob").await;
    let (mut watching, mut joining) = (ann.socket(&server).await, bob.socket(&server).await);
    assert_eq!(watching.join("garden").await["last_seq"], 1, "making it was the first event");

    let ack = joining.join("garden").await;

    assert_eq!((&ack["last_seq"], &ack["read_seq"], &ack["kind"]), (&json!(2), &json!(2), &json!("public")));
    let joined = watching.next_of("joined").await;
    assert_eq!(
        (&joined["seq"], &joined["user"]["name"], &joined["role"]),
        (&json!(2), &json!("bob"), &json!("member"))
    );
    assert_eq!(joining.join("garden").await["last_seq"], 2, "once a member, always a member");
}

#[tokio::test]
async fn a_join_and_a_send_need_no_pause_between_them() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("garden", "public").await;
    let mut bob = server.register("bob").await.socket(&server).await;

    bob.send(json!({"type": "join", "id": "j", "room": "garden"})).await;
    for number in 1..=3 {
        bob.send(json!({"type": "send", "id": format!("s{number}"), "room": "garden", "text": format!("{number}")}))
            .await;
    }

    let mut answers = Vec::new();
    while answers.len() < 4 {
        let frame = bob.next().await;
        assert_ne!(frame["type"], "error", "{frame}");
        if frame["type"] == "ack" {
            answers.push((frame["id"].clone(), frame["seq"].as_u64()));
        }
    }
    let expected = [("j", None), ("s1", Some(3)), ("s2", Some(4)), ("s3", Some(5))];
    assert_eq!(answers, expected.map(|(id, seq)| (json!(id), seq)));
}

#[tokio::test]
async fn unread_is_the_end_of_the_log_minus_the_cursor() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let bob = server.register("bob").await;
    let (mut writer, mut reader) = (ann.socket(&server).await, bob.socket(&server).await);
    writer.join("lobby").await;
    assert_eq!(state(&entry(&mut reader, "lobby").await), (Some(2), Some(2), Some(0)));

    for text in ["one", "two", "three"] {
        writer.say("lobby", text).await;
    }

    assert_eq!(state(&entry(&mut reader, "lobby").await), (Some(5), Some(2), Some(3)));
    assert_eq!(state(&entry(&mut writer, "lobby").await), (Some(5), Some(5), Some(0)), "whoever writes has read");
    reader.acked(json!({"type": "read", "room": "lobby", "seq": 4})).await;
    assert_eq!(state(&entry(&mut reader, "lobby").await), (Some(5), Some(4), Some(1)));
    reader.acked(json!({"type": "read", "room": "lobby", "seq": 3})).await;
    assert_eq!(state(&entry(&mut reader, "lobby").await), (Some(5), Some(4), Some(1)), "never down");

    let server = server.restart().await;
    let mut reader = bob.elsewhere(&server).socket(&server).await;
    assert_eq!(state(&entry(&mut reader, "lobby").await), (Some(5), Some(4), Some(1)), "and it is kept");
}

#[tokio::test]
async fn reading_is_told_to_the_other_sessions_of_the_account_only() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let bob = server.register("bob").await;
    let (mut desk, mut phone, mut other) =
        (ann.socket(&server).await, ann.socket(&server).await, bob.socket(&server).await);
    other.join("lobby").await;
    let last = other.say("lobby", "news").await;

    desk.acked(json!({"type": "read", "room": "lobby", "seq": last})).await;

    assert_eq!(phone.next_of("read").await, json!({"type": "read", "room": "lobby", "seq": last, "unread": 0}));
    for client in [&mut desk, &mut other] {
        client.join("lobby").await;
        let mark = client.say("lobby", "mark").await;
        loop {
            let frame = client.next().await;
            assert!(frame["type"] != "read" || frame["seq"] != last, "{frame}");
            if frame["seq"] == mark {
                break;
            }
        }
    }
    for seq in [json!(99), json!(-1), json!(1.5), json!("2"), json!(9_007_199_254_740_992_u64)] {
        assert_eq!(
            desk.refused(json!({"type": "read", "room": "lobby", "seq": seq}), "bad_request").await["field"],
            "seq"
        );
    }
}

#[tokio::test]
async fn somebody_who_is_added_is_told_in_every_session() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("den", "private").await;
    let bob = server.register("bob").await;
    let (mut desk, mut phone) = (bob.socket(&server).await, bob.socket(&server).await);
    desk.refused(json!({"type": "join", "room": "den"}), "not_found").await;

    assert_eq!(ann.post("/rooms/den/members", &[("person", "bob")]).await.status, 303);

    for client in [&mut desk, &mut phone] {
        let joined = client.next_of("joined").await;
        assert_eq!((&joined["room"], &joined["user"]["name"]), (&json!("den"), &json!("bob")));
        assert_eq!(joined["by"]["name"], "ann");
    }
    assert_eq!(desk.join("den").await["kind"], "private");
    assert_eq!(entry(&mut phone, "den").await["member"], true);
}

#[tokio::test]
async fn whoever_gives_up_a_membership_hears_no_more() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("den", "private").await;
    let bob = server.register("bob").await;
    ann.post("/rooms/den/members", &[("person", "bob")]).await;
    let (mut staying, mut leaving) = (ann.socket(&server).await, bob.socket(&server).await);
    staying.join("den").await;
    leaving.join("den").await;

    assert_eq!(bob.post("/rooms/den/leave", &[]).await.status, 303);

    assert_eq!(staying.next_of("left").await["user"]["name"], "bob");
    assert_eq!(leaving.next_of("left").await["room"], "den");
    staying.say("den", "just among us").await;
    leaving.refused(json!({"type": "send", "room": "den", "text": "still here?"}), "not_found").await;
    leaving.refused(json!({"type": "history", "room": "den"}), "not_found").await;
    leaving.join("lobby").await;
    leaving.say("lobby", "mark").await;
    assert_eq!(leaving.next_of("message").await["text"], "mark", "nothing of the den came before");
}

#[tokio::test]
async fn a_session_that_leaves_keeps_the_membership() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (mut desk, mut phone) = (ann.socket(&server).await, ann.socket(&server).await);
    desk.join("lobby").await;
    phone.join("lobby").await;

    desk.acked(json!({"type": "leave", "room": "lobby"})).await;

    phone.say("lobby", "on the phone").await;
    assert_eq!(phone.next_text().await, "on the phone");
    assert_eq!(entry(&mut desk, "lobby").await["member"], true);
    desk.join("lobby").await;
    phone.say("lobby", "again").await;
    assert_eq!(desk.next_text().await, "again");
}

#[tokio::test]
async fn guests_never_become_members() {
    let server = TestServer::start().await;
    let mut gus = server.guest("gus").await;

    let ack = gus.join("lobby").await;
    gus.say("lobby", "hello").await;

    assert_eq!((&ack["last_seq"], &ack["read_seq"]), (&json!(0), &Value::Null), "no event, no cursor");
    let members = gus.acked(json!({"type": "members", "room": "lobby"})).await;
    assert_eq!(members["members"][0]["name"], "gus");
    assert_eq!(members["members"][0]["role"], Value::Null);
    let listed = entry(&mut gus, "lobby").await;
    assert_eq!((&listed["member"], &listed["members"], &listed["unread"]), (&json!(false), &json!(0), &json!(0)));
    gus.refused(json!({"type": "join", "room": "mine", "create": true}), "forbidden").await;
}

#[tokio::test]
async fn a_join_may_make_the_room() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let bob = server.register("bob").await;
    let (mut first, mut second) = (ann.socket(&server).await, bob.socket(&server).await);
    first.refused(json!({"type": "join", "room": "new"}), "not_found").await;
    let join = json!({"type": "join", "room": "New", "create": true});

    let (one, other) = tokio::join!(first.acked(join.clone()), second.acked(join.clone()));

    assert_eq!((&one["room"], &other["room"]), (&json!("new"), &json!("new")));
    first.say("new", "ours").await;
    assert_eq!(second.next_text().await, "ours");
    let look_alike = json!({"type": "join", "room": "n\u{435}w", "create": true});
    assert_eq!(first.ask(look_alike).await["code"], "conflict", "its second letter is Cyrillic");
}
