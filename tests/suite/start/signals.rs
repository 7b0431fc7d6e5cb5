//! How the program ends: in order when it is asked to, and without a loss when it is killed.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use crate::support::{Client, Place, Program, socket, until, within};

const JSON: (&str, &str) = ("Sec-WebSocket-Protocol", "parlor.v1.json");

async fn guest(program: &Program, name: &str) -> Client {
    Client::connect(program, &format!("/ws?name={name}"), &[JSON]).await
}

#[tokio::test]
async fn a_signal_ends_it_in_order_and_everything_is_there_again() {
    let folder = TempDir::new().expect("a temporary folder");
    for (round, signal) in ["TERM", "INT"].into_iter().enumerate() {
        let program = Program::start(folder.path(), &[]).await;
        let mut ann = guest(&program, "ann").await;
        assert_eq!(ann.join("lobby").await["last_seq"], round, "what was said before {signal}");
        ann.say("lobby", &format!("before {signal}")).await;
        let ready = format!("http://{}/readyz", program.address());
        let start = Instant::now();

        program.signal(signal).await;

        until("readyz says 503", || async {
            let answer = reqwest::get(&ready).await.expect("it answers while it drains");
            answer.status().as_u16() == 503
        })
        .await;
        assert_eq!(ann.shown_out().await, ("the server is going away".to_owned(), 1001));
        assert_eq!(program.ended().await, Some(0), "{signal}");
        assert!(start.elapsed() < Duration::from_secs(10), "{signal} took {:?}", start.elapsed());
    }
}

#[tokio::test]
async fn who_comes_while_it_stops_is_told_to_come_back() {
    let folder = TempDir::new().expect("a temporary folder");
    let program = Program::start(folder.path(), &[]).await;
    let ready = format!("http://{}/readyz", program.address());
    program.signal("TERM").await;
    until("readyz says 503", || async {
        reqwest::get(&ready).await.expect("it answers while it drains").status().as_u16() == 503
    })
    .await;

    let mut late = socket::open(&program, "/ws?name=late", &[JSON]).await.expect("let in");

    let first = within("a frame", late.next()).await.expect("a frame").expect("a whole one");
    let bye: serde_json::Value = serde_json::from_str(first.to_text().expect("text")).expect("JSON");
    assert_eq!(bye["type"], "bye", "{bye}");
    assert!(bye["reconnect_after_ms"].as_u64().is_some_and(|ms| ms >= 500), "{bye}");
}

#[tokio::test]
async fn a_client_that_never_answers_does_not_hold_it_up() {
    let folder = TempDir::new().expect("a temporary folder");
    let program = Program::start(folder.path(), &[]).await;
    // It opens a connection and says nothing, ever; it does not even take the goodbye.
    let silent = tokio::net::TcpStream::connect(program.address()).await.expect("connected");
    let deaf = guest(&program, "deaf").await;
    let start = Instant::now();

    program.signal("TERM").await;

    assert_eq!(program.ended().await, Some(0));
    assert!(start.elapsed() < Duration::from_secs(10), "it took {:?}", start.elapsed());
    drop((silent, deaf));
}

#[tokio::test]
async fn a_request_that_never_arrives_whole_does_not_hold_it_up() {
    let folder = TempDir::new().expect("a temporary folder");
    let program = Program::start(folder.path(), &[]).await;
    let mut stuck = tokio::net::TcpStream::connect(program.address()).await.expect("connected");
    let head = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nname=";
    stuck.write_all(head).await.expect("written");
    assert_eq!(guest(&program, "ann").await.ask(json!({"type": "ping"})).await["type"], "pong");
    let start = Instant::now();

    program.signal("TERM").await;

    assert_eq!(program.ended().await, Some(0));
    assert!(start.elapsed() < Duration::from_secs(10), "it took {:?}", start.elapsed());
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let folder = TempDir::new().expect("a temporary folder");
    let program = Program::start(folder.path(), &[]).await;
    let mut ann = guest(&program, "ann").await;

    program.signal("TERM").await;
    ann.next_of("bye").await;
    program.signal("TERM").await;

    assert_eq!(program.ended().await, Some(1));
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_it_is_killed() {
    let folder = TempDir::new().expect("a temporary folder");
    let program = Program::start(folder.path(), &[("PARLOR_RATE_LIMITS", "off")]).await;
    let mut ann = guest(&program, "ann").await;
    ann.join("lobby").await;
    for number in 1..=500 {
        ann.send(json!({"type": "send", "id": format!("{number}"), "room": "lobby", "text": format!("{number}")}))
            .await;
    }
    // In the middle of it, with messages on their way.
    let mut acknowledged = Vec::new();
    while acknowledged.len() < 100 {
        let ack = ann.next_of("ack").await;
        acknowledged.push((ack["seq"].as_u64().expect("a seq"), ack["id"].as_str().expect("an id").to_owned()));
    }

    program.kill().await;

    let program = Program::start(folder.path(), &[]).await;
    let mut reader = guest(&program, "reader").await;
    reader.acked(json!({"type": "join", "room": "lobby", "after": 0})).await;
    for (seq, text) in acknowledged {
        let message = reader.next_of("message").await;
        assert_eq!((message["seq"].as_u64(), message["text"].as_str()), (Some(seq), Some(text.as_str())));
    }
}
