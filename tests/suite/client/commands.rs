//! `parlor send` and `parlor tail` as people type them: what they print, and how they end.

use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use crate::support::program::{self, command};
use crate::support::{TestServer, within};

fn folder() -> TempDir {
    TempDir::new().expect("a folder")
}

#[tokio::test]
async fn one_message_is_sent_in_silence_and_shown() {
    let (server, folder) = (TestServer::start().await, folder());
    let url = server.url("");

    let sent = program::run(folder.path(), &["send", &url, "lobby", "hello there", "--name", "ann"], &[]).await;
    assert_eq!((sent.code, sent.stdout.as_str(), sent.stderr.as_str()), (Some(0), "", ""));

    let arguments = ["tail", &url, "#Lobby", "--after", "0", "--count", "1", "--name", "bob"];
    let shown = program::run(folder.path(), &arguments, &[]).await;
    assert_eq!((shown.code, shown.stdout.as_str(), shown.stderr.as_str()), (Some(0), "[lobby] ann: hello there\n", ""));
}

#[tokio::test]
async fn a_token_in_the_variable_writes_as_its_account_and_makes_rooms() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let (folder, url, token) = (folder(), server.url(""), ann.token().await);
    let variables = [("PARLOR_TOKEN", token.as_str())];

    let sent = program::run(folder.path(), &["send", &url, "builds", "green", "--create", "--json"], &variables).await;

    assert_eq!((sent.code, sent.stderr.as_str()), (Some(0), ""));
    let ack: Value = serde_json::from_str(&sent.stdout).expect("JSON");
    // The room's first event is the membership of who made it.
    assert_eq!((&ack["line"], &ack["room"], &ack["seq"]), (&json!(1), &json!("builds"), &json!(2)));
    let arguments = ["tail", &url, "builds", "--after", "0", "--count", "2"];
    let shown = program::run(folder.path(), &arguments, &variables).await;
    assert_eq!(shown.stdout, "* [builds] ann joined\n[builds] ann: green\n");
}

#[tokio::test]
async fn lines_that_cannot_be_sent_are_named_and_the_others_are_sent() {
    let (server, folder) = (TestServer::start().await, folder());
    let arguments = ["send", &server.url(""), "lobby", "-", "--name", "ann"];
    let mut send = command(folder.path(), &arguments, &[]).stdin(Stdio::piped()).spawn().expect("it starts");
    let long = "x".repeat(20_000);
    let mut stdin = send.stdin.take().expect("a pipe");
    stdin.write_all(format!("one\n\n{long}\ntwo\n").as_bytes()).await.expect("written");
    drop(stdin);

    let ended = within("the end", send.wait_with_output()).await.expect("a status");

    let stderr = String::from_utf8(ended.stderr).expect("UTF-8");
    assert_eq!(ended.status.code(), Some(1));
    assert!(stderr.contains("line 3: ") && stderr.contains("1 refused, 2 stored"), "{stderr}");
    let mut reader = server.guest("reader").await;
    assert_eq!(reader.join("lobby").await["last_seq"], 2);
}

#[tokio::test]
async fn what_cannot_be_done_ends_with_one_line_and_a_code() {
    let (server, folder) = (TestServer::start().await, folder());
    server.browser().set_up("ann").await;
    let url = server.url("");
    let nobody = {
        // A port that was free a moment ago.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}", listener.local_addr().expect("an address"))
    };
    let cases: [(&[&str], i32, &str); 7] = [
        (&["send", "ftp://x", "lobby", "hi"], 2, "wss://HOST:PORT/ws"),
        (&["send", "wss://x/ws", "lobby", "hi", "--tls-ca", "missing.crt"], 2, "--tls-ca: missing.crt cannot be read"),
        (&["tail", &url, "a b"], 2, "no name of a room"),
        (&["tail", &url, "lobby", "--name", "a b"], 2, "--name"),
        (&["send", &url, "lobby", "hi", "--name", "bob"], 1, "guests are not welcome"),
        (&["tail", &url, "lobby", "--token", "parlor_x"], 1, "token"),
        (&["send", &nobody, "lobby", "hi", "--patience", "1"], 1, "gave up after 1 s"),
    ];
    for (arguments, code, words) in cases {
        let ended = program::run(folder.path(), arguments, &[]).await;

        assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""), "{ended:?}");
        let last = ended.stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with("parlor: ") && last.contains(words), "{words}: {ended:?}");
    }
}

#[tokio::test]
async fn tail_ends_quietly_when_nobody_reads_it_and_with_130_on_ctrl_c() {
    let (server, folder) = (TestServer::start().await, folder());
    let mut ann = server.guest("ann").await;
    ann.say("lobby", "one").await;
    let arguments = ["tail", &server.url(""), "lobby", "--after", "0", "--name", "bob"];
    for is_closed in [true, false] {
        let mut tail = command(folder.path(), &arguments, &[]).spawn().expect("it starts");
        let mut lines = BufReader::new(tail.stdout.take().expect("a pipe")).lines();
        assert_eq!(within("a line", lines.next_line()).await.expect("UTF-8").as_deref(), Some("[lobby] ann: one"));

        if is_closed {
            drop(lines);
            ann.say("lobby", "two").await;
        } else {
            let id = tail.id().expect("it runs").to_string();
            assert!(Command::new("kill").args(["-s", "INT", &id]).status().await.expect("kill runs").success());
        }

        let ended = within("the end", tail.wait_with_output()).await.expect("a status");
        let expected = if is_closed { 0 } else { 130 };
        assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(expected), &[][..]));
    }
}
