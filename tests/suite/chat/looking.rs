//! Who hears that somebody is typing, and who only hears what goes into the log.

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

/// Everything this session is given up to the answer to a ping, which comes in order after it.
async fn so_far(client: &mut Client) -> Vec<Value> {
    client.send(json!({"type": "ping", "id": "so far"})).await;
    let mut frames = Vec::new();
    loop {
        let frame = client.next().await;
        if frame["id"] == "so far" {
            return frames;
        }
        frames.push(frame);
    }
}

fn count(frames: &[Value], kind: &str) -> usize {
    frames.iter().filter(|frame| frame["type"] == kind).count()
}

async fn listen(client: &mut Client, room: &str) -> Value {
    client.acked(json!({"type": "join", "room": room, "look": false})).await
}

#[tokio::test]
async fn typing_reaches_those_who_look_and_the_log_reaches_everybody() {
    let server = TestServer::start().await;
    let (mut ann, mut bob, mut eve) = (server.guest("ann").await, server.guest("bob").await, server.guest("eve").await);
    ann.join("lobby").await;
    bob.join("lobby").await;
    listen(&mut eve, "lobby").await;

    ann.acked(json!({"type": "typing", "room": "lobby"})).await;
    ann.say("lobby", "hello").await;

    let typing = bob.next_of("typing").await;
    assert_eq!(typing["user"]["name"], "ann");
    assert_eq!(bob.next_text().await, "hello");
    assert_eq!(eve.next_text().await, "hello", "the message comes");
    let (own, others) = (so_far(&mut ann).await, so_far(&mut eve).await);
    assert_eq!((count(&own, "typing"), count(&others, "typing")), (0, 0), "and who typed it does not: {others:?}");
}

#[tokio::test]
async fn presence_is_told_to_those_who_look() {
    let server = TestServer::start().await;
    let (mut ann, mut eve) = (server.guest("ann").await, server.guest("eve").await);
    listen(&mut eve, "lobby").await;
    ann.join("lobby").await;

    let presence = ann.next_of("presence").await;

    assert_eq!(presence["online"], 2, "who only listens is there all the same");
    assert_eq!(count(&so_far(&mut eve).await, "presence"), 0);
}

#[tokio::test]
async fn somebody_who_only_listens_gets_what_they_missed() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let (mut ann, mut eve) = (server.guest("ann").await, server.guest("eve").await);
    ann.join("lobby").await;
    for number in 0..100 {
        ann.say("lobby", &format!("line {number}")).await;
    }

    eve.acked(json!({"type": "join", "room": "lobby", "after": 10, "look": false})).await;

    for seq in 11..=100 {
        assert_eq!(eve.next_of("message").await["seq"], seq);
    }
    assert_eq!(ann.say("lobby", "live").await, 101);
    assert_eq!(eve.next_text().await, "live");
}

#[tokio::test]
async fn turning_to_another_room_loses_no_event_and_repeats_none() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let (mut ann, mut bob) = (server.guest("ann").await, server.guest("bob").await);
    ann.join("lobby").await;
    bob.join("lobby").await;
    let mut last = 0;

    for round in 0..10_u64 {
        for number in 0..5 {
            ann.send(json!({"type": "send", "room": "lobby", "text": format!("{round}/{number}")})).await;
        }
        let look = round % 2 == 1;
        bob.send(json!({"type": "join", "room": "lobby", "after": last, "look": look, "id": "turn"})).await;
        // What came before the answer was given under the old way of listening, and may come again after it.
        while bob.next().await["id"] != "turn" {}
        for seq in last + 1..=(round + 1) * 5 {
            assert_eq!(bob.next_of("message").await["seq"], seq);
        }
        last = (round + 1) * 5;
        ann.acked(json!({"type": "typing", "room": "lobby"})).await;
        assert_eq!(count(&so_far(&mut bob).await, "typing"), usize::from(look), "round {round}");
    }

    bob.acked(json!({"type": "leave", "room": "lobby"})).await;
    ann.say("lobby", "alone").await;
    assert_eq!(count(&so_far(&mut bob).await, "message"), 0, "leaving ends it, however one listened");
}

#[tokio::test]
async fn somebody_written_to_for_the_first_time_hears_it_without_who_is_typing() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let bob = server.register("bob").await;
    let (mut writer, mut reader) = (ann.socket(&server).await, bob.socket(&server).await);
    let api = server.api(&ann).await;
    let room = api.post("/api/v1/direct", json!({"user": "bob"})).await.json()["room"].as_str().unwrap().to_owned();
    writer.join(&room).await;

    writer.acked(json!({"type": "typing", "room": room})).await;
    writer.say(&room, "are you there").await;
    assert_eq!(reader.next_text().await, "are you there");
    assert_eq!(count(&so_far(&mut reader).await, "typing"), 0);

    reader.join(&room).await;
    writer.acked(json!({"type": "typing", "room": room})).await;
    assert_eq!(count(&so_far(&mut reader).await, "typing"), 1, "from now on it looks");
}
