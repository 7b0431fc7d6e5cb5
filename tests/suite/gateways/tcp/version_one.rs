//! Version 1: the chat protocol for scripts.

use std::time::Duration;

use serde_json::json;

use super::support::{Tcp, open, server};
use crate::support::{PASSWORD, TestServer, within};

#[tokio::test]
async fn whoever_logs_in_is_in_the_lobby_and_talks_with_every_other_door() {
    let server = server().await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    let mut ann = Tcp::guest(&server, "ann").await;

    ann.say(json!({"type": "ChatMessage", "content": "hello from ten lines", "id": "7"})).await;
    assert_eq!(bob.next_text().await, "hello from ten lines");
    let ack = ann.see("Ack").await;
    assert_eq!((&ack["id"], &ack["room"]), (&json!("7"), &json!("lobby")));

    let seq = bob.say("lobby", "hello yourself").await;
    loop {
        let message = ann.see("ChatMessage").await;
        if message["from"] == "bob" {
            assert_eq!((&message["content"], &message["seq"]), (&json!("hello yourself"), &json!(seq)), "{message}");
            assert!(message["room"] == "lobby" && message["timestamp"].as_str().unwrap().ends_with('Z'), "{message}");
            break;
        }
    }
    ann.say(json!({"type": "Ping"})).await;
    ann.see("Pong").await;
}

#[tokio::test]
async fn people_come_and_go_once_each_and_are_away_and_busy_in_between() {
    let server = server().await;
    let mut ann = Tcp::guest(&server, "ann").await;
    let mut bob = Tcp::guest(&server, "bob").await;

    let mut came = Vec::new();
    for status in ["busy", "away", "online"] {
        if status != "busy" || came.contains(&json!("bob")) {
            bob.say(json!({"type": "Status", "status": status})).await;
        }
        loop {
            let told = ann.next().await;
            match told["type"].as_str() {
                // Back from away is no arrival.
                Some("Status") => {
                    assert_eq!((&told["username"], &told["status"]), (&json!("bob"), &json!(status)), "{told}");
                    break;
                }
                Some("UserJoined") if told["username"] == "bob" => {
                    came.push(told["username"].clone());
                    bob.say(json!({"type": "Status", "status": status})).await;
                }
                _ => assert_eq!(told, json!({"type": "UserJoined", "username": "ann", "room": "lobby"})),
            }
        }
    }
    assert_eq!(came, ["bob"]);
    ann.say(json!({"type": "UserList"})).await;
    let list = ann.see("UserList").await;
    assert_eq!(
        list["users"],
        json!([{"username": "ann", "status": "online"}, {"username": "bob", "status": "online"}]),
        "{list}"
    );
    drop(bob);
    assert_eq!(ann.see("UserLeft").await["username"], "bob");
}

#[tokio::test]
async fn passwords_and_tokens_come_in_and_wrong_ones_are_throttled() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.limits.rate_limits = true;
    })
    .await;
    let owner = server.browser();
    owner.set_up("ann").await;
    let token = owner.token().await;

    for password in [PASSWORD, &token] {
        let mut ann = Tcp::one(&server, json!({"type": "Login", "username": "ann", "password": password})).await;
        ann.say(json!({"type": "ChatMessage", "content": "in"})).await;
        ann.see("ChatMessage").await;
    }
    let mut eve = Tcp::connect(&server).await;
    for _ in 0..5 {
        eve.say(json!({"type": "Login", "username": "ann", "password": "wrong wrong"})).await;
    }
    let words = eve.ended().await;
    let refused = words.iter().filter(|word| word["type"] == "LoginResponse" && word["success"] == false).count();
    assert_eq!(refused, 5, "{words:?}");
    assert!(words.iter().any(|word| word["type"] == "Error" && word["code"] == 401), "{words:?}");
    let mut again = Tcp::connect(&server).await;
    again.say(json!({"type": "Login", "username": "ann", "password": PASSWORD})).await;
    let answer = again.see("Error").await;
    assert!(answer["code"] == 429 && answer["retry_after_ms"].is_u64(), "{answer}");
}

#[tokio::test]
async fn direct_messages_go_by_name_and_are_answered_where_they_came_from() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("ann").await;
    let bob_browser = server.register("bob").await;
    let mut ann = Tcp::one(&server, json!({"type": "Login", "token": owner.token().await})).await;
    let mut bob = Tcp::one(&server, json!({"type": "Login", "token": bob_browser.token().await})).await;

    ann.say(json!({"type": "ChatMessage", "to": "bob", "content": "psst", "id": "d"})).await;
    let got = bob.see("ChatMessage").await;
    assert_eq!((&got["from"], &got["content"], &got["room"]), (&json!("ann"), &json!("psst"), &json!(null)));
    bob.say(json!({"type": "ChatMessage", "to": got["to"], "content": "what"})).await;
    ann.see("Ack").await;
    loop {
        let answer = ann.see("ChatMessage").await;
        if answer["from"] == "bob" {
            assert_eq!((&answer["content"], &answer["to"]), (&json!("what"), &got["to"]));
            break;
        }
    }
    ann.say(json!({"type": "ChatMessage", "to": "nobody", "content": "psst", "id": "n"})).await;
    let error = ann.see("Error").await;
    assert_eq!((&error["code"], &error["id"]), (&json!(404), &json!("n")), "{error}");
}

#[tokio::test]
async fn a_refused_join_is_told_once_and_a_missed_message_comes_with_after() {
    let server = server().await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    let seq = bob.say("lobby", "one").await;
    bob.say("lobby", "two").await;
    let mut ann = Tcp::guest(&server, "ann").await;

    // The list that follows a join is refused without a word of its own; one that is asked for is not.
    ann.say(json!({"type": "Join", "room": "nowhere"})).await;
    ann.say(json!({"type": "UserList", "room": "nowhere"})).await;
    ann.say(json!({"type": "Join", "room": "lobby", "after": seq})).await;
    let (mut errors, mut message) = (0, None);
    while errors < 2 || message.is_none() {
        let word = ann.next().await;
        match word["type"].as_str() {
            Some("Error") => errors += 1,
            Some("ChatMessage") => message = Some(word["content"].clone()),
            _ => {}
        }
    }
    assert_eq!(message, Some(json!("two")));
    ann.say(json!({"type": "ChatMessage", "room": "lobby", "content": "three", "id": "3"})).await;
    loop {
        let word = ann.next().await;
        assert_ne!(word["type"], "Error", "{word}");
        if word["type"] == "Ack" {
            break;
        }
    }
}

#[tokio::test]
async fn nobody_says_anything_before_they_have_said_who_they_are() {
    let server = server().await;
    let mut silent = Tcp::connect(&server).await;
    silent.say(json!({"type": "ChatMessage", "content": "hi"})).await;
    let error = silent.next().await;
    assert_eq!((&error["type"], &error["code"]), (&json!("Error"), &json!(401)), "{error}");
    silent.say(json!({"type": "Hello", "version": 3, "token": "x"})).await;
    assert!(silent.next().await["message"].as_str().unwrap().contains("versions 1 and 2"));

    server.clock.advance(Duration::from_secs(61));
    let words = silent.ended().await;
    assert!(words.last().unwrap()["message"].as_str().unwrap().contains("too long"), "{words:?}");
}

#[tokio::test]
async fn a_stop_a_cut_and_the_list_of_sessions() {
    let mut server = server().await;
    let owner = server.browser();
    owner.set_up("owner").await;
    let api = server.api(&owner).await;
    let token = server.register("bob").await.token().await;
    let mut bob = Tcp::one(&server, json!({"type": "Login", "token": token})).await;
    let seen = api.get("/api/v1/admin/sessions").await.json();
    assert_eq!(
        (&seen["items"][0]["user"]["name"], &seen["items"][0]["door"]),
        (&json!("bob"), &json!("tcp")),
        "{seen}"
    );
    let metrics = server.browser().get("/metrics").await.body;
    assert!(metrics.contains("parlor_connections{door=\"tcp\"} 1"), "{metrics}");

    assert_eq!(api.patch("/api/v1/admin/users/bob", json!({"suspended": true})).await.status, 200);
    assert!(bob.ended().await.iter().any(|word| word["code"] == 403));
    let mut eve = Tcp::guest(&server, "eve").await;
    server.begin_stop();
    assert!(eve.ended().await.iter().any(|word| word["code"] == 503));
    within("the stop", server.stop()).await;
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_reads_why_there_is_no_other() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.limits.rate_limits = true;
        config.limits.connections_per_address = 1;
    })
    .await;
    let _ann = Tcp::guest(&server, "ann").await;

    let words = Tcp::connect(&server).await.ended().await;

    assert_eq!(words[0]["code"], 429, "{words:?}");
}

#[tokio::test]
async fn a_join_takes_the_key_of_the_room_in_both_versions() {
    let server = server().await;
    let olga = server.browser();
    olga.set_up("olga").await;
    olga.make_room("tea", "public").await;
    let ruled = server.api(&olga).await.patch("/api/v1/rooms/tea", json!({"rules": {"key": "sesame"}})).await;
    assert_eq!(ruled.status, 200, "{}", ruled.body);
    let (bob, cid) = (server.register("bob").await, server.register("cid").await);
    let mut one = Tcp::one(&server, json!({"type": "Login", "token": bob.token().await})).await;
    let mut two = Tcp::two(&server, json!({"token": cid.token().await})).await;

    for key in [json!(null), json!("wrong")] {
        one.say(json!({"type": "Join", "room": "tea", "key": key})).await;
        let refused = one.see("Error").await;
        assert!(refused["message"].as_str().is_some_and(|text| text.contains("has a key")), "{refused}");
        two.say(json!({"type": "join", "id": "1", "room": "tea", "key": key})).await;
        assert_eq!(two.see("error").await["code"], "forbidden");
    }
    one.say(json!({"type": "Join", "room": "tea", "key": "x".repeat(33)})).await;
    loop {
        // The list that follows a join in vain is none either.
        let refused = one.see("Error").await;
        if refused["message"].as_str().is_some_and(|text| text.contains("`key` must be a string")) {
            break;
        }
    }

    one.say(json!({"type": "Join", "room": "tea", "key": "sesame"})).await;
    assert_eq!(one.see("UserList").await["room"], "tea");
    two.say(json!({"type": "join", "id": "2", "room": "tea", "key": "sesame"})).await;
    assert_eq!(two.see("ack").await["id"], "2");
}
