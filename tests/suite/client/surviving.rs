//! `parlor send` and `parlor tail` while the server is killed: each line is in the log once, and is shown once.

use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Child;

use crate::support::program::command;
use crate::support::{Client, Place, Program, within};

const JSON: [(&str, &str); 1] = [("Sec-WebSocket-Protocol", "parlor.v1.json")];
const QUICK: [(&str, &str); 2] = [("PARLOR_RATE_LIMITS", "off"), ("PARLOR_LOG", "warn")];
const LINES: usize = 600;
const KILLS: usize = 3;

fn spawn(folder: &TempDir, arguments: &[&str]) -> Child {
    command(folder.path(), arguments, &[]).stdin(Stdio::piped()).spawn().expect("the program starts")
}

/// Waits until so many messages are in the lobby.
async fn wait_for(program: &Program, messages: usize) {
    let mut watcher = Client::connect(program, "/ws?name=watcher", &JSON).await;
    watcher.acked(json!({"type": "join", "room": "lobby", "after": 0})).await;
    while watcher.next_of("message").await["seq"].as_u64().expect("a number") < messages as u64 {}
}

#[tokio::test]
async fn each_line_is_stored_once_and_shown_once_while_the_server_is_killed_three_times() {
    let folder = TempDir::new().expect("a folder");
    let mut program = Program::start(folder.path(), &QUICK).await;
    let address = program.address().to_string();
    let url = format!("http://{address}");
    let count = LINES.to_string();
    let tail =
        spawn(&folder, &["tail", &url, "lobby", "--after", "0", "--json", "--count", &count, "--name", "reader"]);
    let mut send = spawn(&folder, &["send", &url, "lobby", "-", "--json", "--name", "writer"]);
    let lines: Vec<String> = (1..=LINES).map(|number| format!("line {number}")).collect();
    let mut stdin = send.stdin.take().expect("a pipe");
    let text = lines.join("\n");
    let feeding = tokio::spawn(async move { stdin.write_all(text.as_bytes()).await });

    for kill in 1..=KILLS {
        wait_for(&program, kill * 100).await;
        program.kill().await;
        program = Program::start_at(&address, folder.path(), &QUICK).await;
    }

    feeding.await.expect("joined").expect("written");
    let outcome = within("the end of send", send.wait_with_output()).await.expect("a status");
    assert_eq!(outcome.status.code(), Some(0), "{}", String::from_utf8_lossy(&outcome.stderr));
    let acks: Vec<Value> = String::from_utf8(outcome.stdout).expect("UTF-8").lines().map(json_of).collect();
    assert_eq!(acks.len(), LINES, "each is acknowledged once");
    let shown = within("the end of tail", tail.wait_with_output()).await.expect("a status");
    assert_eq!(shown.status.code(), Some(0), "{}", String::from_utf8_lossy(&shown.stderr));
    let events: Vec<Value> = String::from_utf8(shown.stdout).expect("UTF-8").lines().map(json_of).collect();
    let seqs: Vec<u64> = events.iter().filter_map(|event| event["seq"].as_u64()).collect();
    assert_eq!(seqs, (1..=LINES as u64).collect::<Vec<_>>(), "each number is shown once, in order");
    let texts: Vec<&str> = events.iter().filter_map(|event| event["text"].as_str()).collect();
    assert_eq!(texts, lines, "each line once, in order");
    let authors: std::collections::HashSet<&Value> = events.iter().map(|event| &event["author"]["id"]).collect();
    assert_eq!(authors.len(), 1, "the same guest over all connections");
    for ack in acks {
        let number = ack["line"].as_u64().expect("a number");
        assert_eq!(ack["seq"].as_u64(), Some(number), "{ack}");
    }
}

fn json_of(line: &str) -> Value {
    serde_json::from_str(line).expect("JSON")
}
