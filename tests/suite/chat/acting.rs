//! What is done to messages: edits, deletions, reactions, pins, answers; and to a room: topic, description, archive.

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

/// A garden with its owner ann and the member bob, both listening.
async fn garden() -> (TestServer, Client, Client) {
    let (server, owner) = TestServer::open_to_all("ann").await;
    owner.make_room("garden", "public").await;
    let bob = server.register("bob").await;
    let (mut ann, mut bob) = (owner.socket(&server).await, bob.socket(&server).await);
    ann.join("garden").await;
    bob.join("garden").await;
    (server, ann, bob)
}

/// The messages of the garden as they are now.
async fn messages(client: &mut Client) -> Vec<Value> {
    let page = client.acked(json!({"type": "history", "room": "garden", "only": "messages"})).await;
    page["events"].as_array().expect("events").clone()
}

fn edit(seq: u64, text: &str) -> Value {
    json!({"type": "edit", "room": "garden", "seq": seq, "text": text})
}

fn react(seq: u64, emoji: &str, on: bool) -> Value {
    json!({"type": "react", "room": "garden", "seq": seq, "emoji": emoji, "on": on})
}

#[tokio::test]
async fn an_edit_is_an_event_and_the_author_alone_makes_it() {
    let (_server, mut ann, mut bob) = garden().await;
    let seq = bob.say("garden", "teh first").await;

    let ack = bob.acked(edit(seq, "the first")).await;
    let told = ann.next_of("edited").await;
    ann.refused(edit(seq, "mine now"), "forbidden").await;
    bob.refused(edit(1, "a join is no message"), "not_found").await;
    bob.refused(edit(99, "nothing there"), "not_found").await;

    assert_eq!((&told["seq"], &told["target"], &told["text"]), (&ack["seq"], &json!(seq), &json!("the first")));
    let page = messages(&mut ann).await;
    assert_eq!((&page[0]["text"], &page[0]["edits"]), (&json!("the first"), &json!(1)));
    assert!(page[0]["edited_at"].is_string());
}

#[tokio::test]
async fn what_is_deleted_is_gone_for_everybody_and_from_the_log() {
    let (server, mut ann, mut bob) = garden().await;
    let first = bob.say("garden", "the secret word").await;
    let second = ann.say("garden", "words of the owner").await;
    bob.acked(edit(first, "the other secret word")).await;
    bob.acked(react(first, "👍", true)).await;

    let delete = |seq: u64| json!({"type": "delete", "room": "garden", "seq": seq});
    bob.refused(delete(second), "forbidden").await;
    ann.acked(delete(first)).await;
    let told = bob.next_of("deleted").await;

    assert_eq!((&told["target"], &told["user"]["name"]), (&json!(first), &json!("ann")));
    assert_eq!(ann.acked(delete(first)).await["duplicate"], true, "it is so already");
    bob.refused(edit(first, "back again"), "not_found").await;
    bob.refused(react(first, "👍", true), "not_found").await;
    bob.refused(json!({"type": "send", "room": "garden", "text": "re", "reply_to": first}), "not_found").await;
    let page = bob.acked(json!({"type": "history", "room": "garden"})).await.to_string();
    assert!(!page.contains("secret"), "{page}");
    assert!(messages(&mut bob).await[0]["deleted"]["by"]["name"] == "ann");
    // Not a word of it is left in the tables.
    let mut server = server;
    server.stop().await;
    let file = std::fs::read(server.file("parlor.db")).unwrap();
    let has = |word: &str| file.windows(word.len()).any(|bytes| bytes == word.as_bytes());
    assert!(has("words of the owner") && !has("secret word"));
}

#[tokio::test]
async fn reactions_are_counted_once_for_each_person() {
    let (_server, mut ann, mut bob) = garden().await;
    let seq = ann.say("garden", "cake?").await;

    let first = bob.acked(react(seq, ":tada:", true)).await;
    let again = bob.acked(react(seq, "🎉", true)).await;
    ann.acked(react(seq, "🎉", true)).await;

    assert_eq!((&again["seq"], &again["duplicate"]), (&first["seq"], &json!(true)));
    assert_eq!(bob.next_of("reaction").await["count"], 1);
    assert_eq!(bob.next_of("reaction").await["count"], 2);
    let reactions = messages(&mut ann).await[0]["reactions"].clone();
    assert_eq!((&reactions[0]["count"], &reactions[0]["mine"]), (&json!(2), &json!(true)));
    let names: Vec<_> = reactions[0]["users"].as_array().unwrap().iter().map(|user| user["name"].clone()).collect();
    assert_eq!(names, ["bob", "ann"], "in the order in which they came");

    bob.acked(react(seq, "🎉", false)).await;
    assert_eq!(bob.next_of("reaction").await["count"], 1);
    assert_eq!(bob.acked(react(seq, "🎉", false)).await["duplicate"], true);
    let refused = bob.refused(react(seq, "nice", true), "bad_request").await;
    assert_eq!(refused["field"], "emoji");
}

#[tokio::test]
async fn a_message_has_room_for_fifty_different_emoji() {
    let (_server, mut ann, mut bob) = garden().await;
    let seq = ann.say("garden", "all of them").await;
    let emoji: Vec<String> = (0..51).map(|at| char::from_u32(0x1F400 + at).unwrap().to_string()).collect();

    for one in &emoji[..50] {
        ann.acked(react(seq, one, true)).await;
    }

    ann.refused(react(seq, &emoji[50], true), "conflict").await;
    bob.acked(react(seq, &emoji[0], true)).await;
    ann.acked(react(seq, &emoji[1], false)).await;
    ann.acked(react(seq, &emoji[50], true)).await;
    assert_eq!(messages(&mut ann).await[0]["reactions"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn an_answer_quotes_and_belongs_to_the_thread() {
    let (_server, mut ann, mut bob) = garden().await;
    let root = ann.say("garden", "who brings cake?").await;
    let answer = |text: &str, seq: u64| json!({"type": "send", "room": "garden", "text": text, "reply_to": seq});

    let first = bob.acked(answer("me", root)).await["seq"].as_u64().unwrap();
    let second = ann.acked(answer("which one?", first)).await["seq"].as_u64().unwrap();

    let thread = bob.acked(json!({"type": "thread", "room": "garden", "seq": second})).await;
    assert_eq!((&thread["root"]["seq"], &thread["root"]["replies"]["count"]), (&json!(root), &json!(2)));
    let seqs: Vec<_> = thread["events"].as_array().unwrap().iter().map(|event| event["seq"].clone()).collect();
    assert_eq!(seqs, [json!(first), json!(second)]);
    assert_eq!(thread["events"][1]["quote"], json!({"author": thread["events"][0]["author"], "text": "me"}));
    assert_eq!(thread["events"][1]["thread"], root);

    bob.acked(json!({"type": "delete", "room": "garden", "seq": first})).await;
    let thread = bob.acked(json!({"type": "thread", "room": "garden", "seq": root})).await;
    assert_eq!(thread["root"]["replies"]["count"], 1);
    assert_eq!(thread["events"][1]["quote"]["text"], "", "nothing of it stays in quotes either");
}

#[tokio::test]
async fn pins_are_for_those_who_keep_order() {
    let (_server, mut ann, mut bob) = garden().await;
    let (one, two) = (bob.say("garden", "the rules").await, bob.say("garden", "the map").await);
    let pin = |seq: u64, on: bool| json!({"type": "pin", "room": "garden", "seq": seq, "on": on});

    bob.refused(pin(one, true), "forbidden").await;
    ann.acked(pin(one, true)).await;
    ann.acked(pin(two, true)).await;

    let pins = bob.acked(json!({"type": "pins", "room": "garden"})).await;
    let texts: Vec<_> = pins["events"].as_array().unwrap().iter().map(|event| event["text"].clone()).collect();
    assert_eq!(texts, ["the map", "the rules"], "the last one first");
    ann.acked(pin(two, false)).await;
    let pins = bob.acked(json!({"type": "pins", "room": "garden"})).await;
    assert_eq!(pins["events"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_room_is_described_by_those_who_keep_order_and_closed_by_its_owner() {
    let (server, mut ann, mut bob) = garden().await;
    let topic = json!({"type": "topic", "room": "garden", "topic": "Roses"});
    let archive = |archived: bool| json!({"type": "change", "room": "garden", "archived": archived});

    bob.refused(topic.clone(), "forbidden").await;
    bob.refused(archive(true), "forbidden").await;
    ann.acked(topic).await;
    assert_eq!(bob.next_of("topic").await["topic"], "Roses");
    ann.acked(json!({"type": "change", "room": "garden", "description": "All about\nroses"})).await;
    ann.acked(archive(true)).await;

    bob.refused(json!({"type": "send", "room": "garden", "text": "too late"}), "forbidden").await;
    ann.refused(json!({"type": "send", "room": "garden", "text": "for me too"}), "forbidden").await;
    let server = server.restart().await;
    let returning = async |name: &str| {
        let browser = server.browser();
        browser.log_in(name).await;
        browser.socket(&server).await
    };
    let mut bob = returning("bob").await;
    assert_eq!(bob.join("garden").await["topic"], "Roses", "all of it is stored");
    bob.refused(json!({"type": "send", "room": "garden", "text": "still"}), "forbidden").await;
    let mut ann = returning("ann").await;
    ann.acked(archive(false)).await;
    bob.say("garden", "open again").await;
    ann.refused(json!({"type": "change", "room": "lobby", "archived": true}), "forbidden").await;
}

#[tokio::test]
async fn whoever_is_called_is_told_and_counted() {
    let (_server, mut ann, mut bob) = garden().await;
    ann.say("garden", "hello @bob, and @nobody").await;
    let called = bob.next_of("message").await;
    assert_eq!(called["mentions"].as_array().unwrap().len(), 1);
    assert_eq!(called["mentions"][0]["name"], "bob");
    ann.say("garden", "@room listen").await;
    assert_eq!(bob.next_of("message").await["everyone"], true);
    let entry = |answer: Value| {
        let rooms = answer["rooms"].as_array().unwrap().clone();
        rooms.into_iter().find(|entry| entry["room"] == "garden").unwrap()
    };
    let before = entry(bob.acked(json!({"type": "rooms"})).await);
    assert_eq!((&before["unread"], &before["mentions"]), (&json!(2), &json!(2)));

    bob.say("garden", "@room so do I").await;

    assert!(ann.next_of("message").await["everyone"].is_null(), "that was ann's own");
    let own = loop {
        let frame = ann.next_of("message").await;
        if frame["author"]["name"] == "bob" {
            break frame;
        }
    };
    assert!(own["everyone"].is_null(), "only those who keep order call everybody");
    let after = entry(bob.acked(json!({"type": "rooms"})).await);
    assert_eq!((&after["unread"], &after["mentions"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn a_message_is_unread_again_on_all_devices_and_reactions_never_are() {
    let (server, owner) = TestServer::open_to_all("ann").await;
    let browser = server.register("bob").await;
    let (mut ann, mut desk, mut phone) =
        (owner.socket(&server).await, browser.socket(&server).await, browser.socket(&server).await);
    ann.join("lobby").await;
    desk.join("lobby").await;
    let first = ann.say("lobby", "one").await;
    let last = ann.say("lobby", "two").await;
    desk.acked(json!({"type": "read", "room": "lobby", "seq": last})).await;
    assert_eq!(phone.next_of("read").await["unread"], 0);

    desk.acked(json!({"type": "unread", "room": "lobby", "seq": first})).await;
    let told = phone.next_of("read").await;
    ann.acked(json!({"type": "react", "room": "lobby", "seq": last, "emoji": "👍"})).await;

    assert_eq!((&told["seq"], &told["unread"]), (&json!(first - 1), &json!(2)));
    let api = server.api(&browser).await;
    let why = api.get("/api/v1/rooms/lobby/unread").await.json();
    assert_eq!((&why["unread"], &why["first_unread"]), (&json!(2), &json!(first)), "{why}");
    assert_eq!(why["messages"].as_u64().unwrap() - why["read_messages"].as_u64().unwrap(), 2);
}

#[tokio::test]
async fn roles_are_given_by_the_owner_and_people_removed_by_those_above_them() {
    let (server, mut ann, mut bob) = garden().await;
    let cid = server.register("cid").await;
    let mut cid = cid.socket(&server).await;
    cid.join("garden").await;
    let id = |client: &Client| client.welcome["user"]["id"].clone();
    let role = |user: &Value, role: &str| json!({"type": "role", "room": "garden", "user": user, "role": role});
    let remove = |user: &Value| json!({"type": "remove", "room": "garden", "user": user});

    bob.refused(role(&id(&cid), "moderator"), "forbidden").await;
    bob.refused(remove(&id(&cid)), "forbidden").await;
    ann.refused(role(&id(&ann), "member"), "forbidden").await;
    ann.acked(role(&id(&bob), "moderator")).await;
    let told = cid.next_of("role").await;
    bob.refused(remove(&id(&ann)), "forbidden").await;
    bob.acked(remove(&id(&cid))).await;

    assert_eq!(
        (&told["user"]["name"], &told["role"], &told["by"]["name"]),
        (&json!("bob"), &json!("moderator"), &json!("ann"))
    );
    assert_eq!(cid.next_of("left").await["by"]["name"], "bob");
    cid.refused(json!({"type": "send", "room": "garden", "text": "but"}), "forbidden").await;
}

#[tokio::test]
async fn strangers_learn_nothing_of_a_private_room_by_any_of_these() {
    let (server, owner) = TestServer::open_to_all("ann").await;
    owner.make_room("secret", "private").await;
    let mut ann = owner.socket(&server).await;
    ann.join("secret").await;
    let seq = ann.say("secret", "hidden").await;
    let mut bob = server.register("bob").await.socket(&server).await;
    let user = ann.welcome["user"]["id"].clone();

    let refusal = bob.refused(json!({"type": "join", "room": "no-such-room"}), "not_found").await;
    for command in [
        json!({"type": "edit", "seq": seq, "text": "x"}),
        json!({"type": "delete", "seq": seq}),
        json!({"type": "react", "seq": seq, "emoji": "👍"}),
        json!({"type": "pin", "seq": seq}),
        json!({"type": "topic", "topic": "x"}),
        json!({"type": "change", "archived": true}),
        json!({"type": "role", "user": user, "role": "member"}),
        json!({"type": "remove", "user": user}),
        json!({"type": "level", "level": "all"}),
        json!({"type": "unread", "seq": seq}),
        json!({"type": "thread", "seq": seq}),
        json!({"type": "pins"}),
    ] {
        let mut command = command;
        command["room"] = json!("secret");
        let refused = bob.refused(command.clone(), "not_found").await;
        assert_eq!(refused["message"], refusal["message"], "{command}");
    }
}

#[tokio::test]
async fn up_to_ten_people_have_one_direct_room() {
    let (server, owner) = TestServer::open_to_all("ann").await;
    let mut browsers = Vec::new();
    for number in 0..10 {
        browsers.push(server.register(&format!("user{number}")).await);
    }
    let api = server.api(&owner).await;
    let names = |count: usize| (0..count).map(|number| format!("user{number}")).collect::<Vec<_>>();

    let made = api.post("/api/v1/direct", json!({"users": names(3)})).await;
    let again =
        server.api(&browsers[0]).await.post("/api/v1/direct", json!({"users": ["ann", "user2", "user1"]})).await;
    let nine = api.post("/api/v1/direct", json!({"users": names(9)})).await;
    let ten = api.post("/api/v1/direct", json!({"users": names(10)})).await;

    assert_eq!((made.status, again.status, nine.status, ten.status), (201, 200, 201, 400));
    assert_eq!(made.json()["room"], again.json()["room"]);
    assert_ne!(made.json()["room"], nine.json()["room"]);
    let rooms = api.get("/api/v1/rooms").await.json();
    let entry = rooms["items"].as_array().unwrap().iter().find(|entry| entry["room"] == made.json()["room"]).unwrap();
    // Names are sorted by what they look like: 0 like o, 1 like l.
    assert_eq!(entry["title"], "user2, user1, user0");
    let stranger = server.api(&browsers[9]).await;
    let path = format!("/api/v1/rooms/{}", made.json()["room"].as_str().unwrap());
    assert_eq!(stranger.get(&path).await.status, 404);
}

#[tokio::test]
async fn who_has_read_a_message_is_told_unless_they_hide_it() {
    let (server, owner) = TestServer::open_to_all("ann").await;
    let (bob, cid) = (server.register("bob").await, server.register("cid").await);
    let (mut ann, mut reader, mut hidden) =
        (owner.socket(&server).await, bob.socket(&server).await, cid.socket(&server).await);
    ann.join("lobby").await;
    let seq = ann.say("lobby", "has anybody seen this?").await;
    server.api(&cid).await.patch("/api/v1/me/preferences", json!({"hide_reads": true})).await;
    for client in [&mut hidden, &mut reader] {
        client.join("lobby").await;
        client.acked(json!({"type": "read", "room": "lobby", "seq": seq})).await;
    }
    let api = server.api(&owner).await;
    let path = format!("/api/v1/rooms/lobby/messages/{seq}/seen");

    // Cursors are written once a second.
    let readers = loop {
        let seen = api.get(&path).await.json()["readers"].clone();
        if !seen.as_array().unwrap().is_empty() {
            break seen;
        }
        tokio::task::yield_now().await;
    };
    let names: Vec<_> = readers.as_array().unwrap().iter().map(|reader| reader["name"].clone()).collect();
    assert_eq!(names, ["bob"]);
}
