//! `parlor chat` in tmux, read back from its screen.

use serde_json::json;
use tempfile::TempDir;

use crate::support::tmux::Tmux;
use crate::support::{Client, Place, Program, TestServer};

const JSON: (&str, &str) = ("Sec-WebSocket-Protocol", "parlor.v1.json");

/// The command line that people type.
fn chat(arguments: &str) -> String {
    format!("{} chat {arguments}; echo ended with $?; exec cat", env!("CARGO_BIN_EXE_parlor"))
}

#[tokio::test]
async fn talking_scrolling_resizing_and_a_server_that_is_killed_in_the_middle() {
    let (data, config) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let unlimited = [("PARLOR_RATE_LIMITS", "off")];
    let server = Program::start(data.path(), &unlimited).await;
    let mut bob = Client::connect(&server, "/ws?name=bob", &[JSON]).await;
    bob.join("lobby").await;
    for number in 1..=150 {
        bob.say("lobby", &format!("message {number}.")).await;
    }
    let mut eve = Client::connect(&server, "/ws?name=eve", &[JSON]).await;
    eve.join("lobby").await;
    let address = server.address().to_string();

    let tmux = Tmux::start(&chat(&format!("http://{address} --name ann")), 120, 35, config.path());
    tmux.shows("message 150.").await;
    tmux.shows("#lobby").await;

    // Both directions.
    tmux.enter("hello from a terminal");
    let heard = eve.next_of("message").await;
    assert_eq!((&heard["text"], &heard["author"]["name"]), (&json!("hello from a terminal"), &json!("ann")));
    bob.say("lobby", "hello \u{1b}[31mann\u{202e}").await;
    tmux.shows("hello [31mann").await;

    // Back to the first message, and to the end again.
    tmux.press("C-Home");
    tmux.shows("This is the beginning of #lobby.").await;
    let screen = tmux.shows("message 1.").await;
    assert!(!screen.contains("message 150."));
    tmux.press("End");
    tmux.shows("hello [31mann").await;

    tmux.resize(80, 24);
    let screen = tmux
        .until("a smaller picture", |screen| screen.contains("hello [31mann") && screen.lines().count() <= 24)
        .await;
    assert!(screen.lines().all(|line| line.chars().count() <= 80), "{screen}");

    // What is written without a server is shown, waits, and arrives once.
    server.kill().await;
    tmux.shows("Not connected").await;
    tmux.enter("written meanwhile");
    tmux.shows("written meanwhile …").await;
    let server = Program::start_at(&address, data.path(), &unlimited).await;
    tmux.until("the message is sent", |screen| {
        screen.contains("written meanwhile")
            && !screen.contains("written meanwhile …")
            && !screen.contains("Not connected")
    })
    .await;
    let mut carol = Client::connect(&server, "/ws?name=carol", &[JSON]).await;
    let page = carol.ask(json!({"type": "history", "room": "lobby", "limit": 10})).await;
    let texts: Vec<&str> =
        page["events"].as_array().unwrap().iter().filter_map(|event| event["text"].as_str()).collect();
    assert_eq!(texts.iter().filter(|text| **text == "written meanwhile").count(), 1, "{texts:?}");
    carol.join("lobby").await;
    carol.say("lobby", "we are back").await;
    tmux.shows("we are back").await;

    // It leaves the terminal as it was.
    tmux.press("C-q");
    let screen = tmux.shows("ended with 0").await;
    assert!(!screen.contains("we are back"), "{screen}");
}

#[tokio::test]
async fn a_signal_ends_it_in_order_and_a_call_shows_in_the_title() {
    let (server, config) = (TestServer::start_today().await, TempDir::new().expect("a folder"));
    server.browser().set_up("ann").await;
    let ann = server.browser();
    ann.log_in("ann").await;
    ann.make_room("garden", "public").await;
    let bob = ann.invite(&server, "bob").await;
    let token = ann.token().await;
    let line = chat(&format!("{} --token {token} --room lobby", server.url("")));
    let tmux = Tmux::start(&line, 100, 30, config.path());
    tmux.shows("# garden").await;

    let mut other = bob.socket(&server).await;
    other.ask(json!({"type": "join", "room": "garden"})).await;
    other.ask(json!({"type": "send", "room": "garden", "text": "look @ann"})).await;
    tmux.until("the title counts", |_| tmux.title().starts_with("(1) ")).await;

    // The shell waits for the program; the signal is for the program.
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", tmux.program())).unwrap();
    let child = children.split_whitespace().next().expect("the program").to_owned();
    assert!(std::process::Command::new("kill").args(["-s", "TERM", &child]).status().unwrap().success());
    let screen = tmux.shows("ended with 0").await;
    assert!(!screen.contains("garden"), "the terminal is itself again: {screen}");
}

#[tokio::test]
async fn colours_are_those_for_the_ground_that_the_terminal_has() {
    let (server, config) = (TestServer::start().await, TempDir::new().expect("a folder"));
    // The line beside the rooms is light grey on white and dark grey on black.
    for (ground, line, other) in [("#ffffff", "38;5;188m", "38;5;237m"), ("#000000", "38;5;237m", "38;5;188m")] {
        let arguments = format!("{} --name ann", server.url(""));
        let line_typed = format!(
            "tmux set -p window-style bg={ground}; exec env -u COLORTERM -u COLORFGBG TERM=screen-256color {} chat {arguments}",
            env!("CARGO_BIN_EXE_parlor")
        );
        let tmux = Tmux::start(&line_typed, 100, 30, config.path());
        tmux.shows("#lobby").await;

        let colours = tmux.colours();

        assert!(colours.contains(line) && !colours.contains(other), "{ground}: {colours}");
    }
}
