//! `parlor chat`, `tail`, `login`, `put` and `get` over framed TCP: what people get who have no other door, what they are told
//! where HTTP is needed, and which logins are shown where.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use parlor::auth::totp;
use parlor::config::{Address, DoorAddresses, PublicUrl};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::support::{Tcp, door, open, server};
use crate::support::program::{Ended, command, run};
use crate::support::tmux::Tmux;
use crate::support::{Api, PASSWORD, TestServer, within};

fn url(server: &TestServer) -> String {
    format!("tcp://{}", door(server).address)
}

/// Starts it again where it was; it then says where it speaks HTTP, if it is to.
async fn start_again(server: &mut TestServer, says_http: bool) {
    let (address, http) = (door(server).address.to_string(), server.url(""));
    server.stop().await;
    server
        .start_again_with(|config| {
            open(config);
            config.doors.tcp = DoorAddresses { plain: Address::parse(&address), tls: None };
            config.listen.public_url = PublicUrl::parse(&http).filter(|_| says_http);
        })
        .await;
}

/// Runs the program with something on its standard input.
async fn typing(folder: &Path, arguments: &[&str], typed: &str) -> Ended {
    let mut child = command(folder, arguments, &[]).stdin(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(typed.as_bytes()).await.expect("written");
    let output = within("the end", child.wait_with_output()).await.expect("a status");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn chat(url: &str, rest: &str) -> String {
    format!("{} chat {url} {rest}; echo ended with $?; exec cat", env!("CARGO_BIN_EXE_parlor"))
}

/// What is typed at once behind an Escape is taken for a key with Alt, so the panel has to be gone first.
async fn close_panel(tmux: &Tmux, title: &str) {
    tmux.press("Escape");
    tmux.until("the panel is closed", |screen| !screen.contains(title)).await;
}

#[tokio::test]
async fn chat_talks_over_framed_tcp_survives_a_restart_and_says_what_needs_http() {
    let mut server = server().await;
    let owner = server.browser();
    owner.set_up("ann").await;
    let bob = server.register("bob").await;
    let token = owner.token().await;
    let config = TempDir::new().expect("a folder");
    let mut other = bob.socket(&server).await;
    other.join("lobby").await;

    let tmux = Tmux::start(&chat(&url(&server), &format!("--token {token} --room lobby")), 110, 30, config.path());
    tmux.shows("#lobby").await;
    tmux.enter("hello over framed tcp");
    assert_eq!(other.next_text().await, "hello over framed tcp");
    other.say("lobby", "heard you").await;
    tmux.shows("heard you").await;
    tmux.press("C-t");
    tmux.shows("Members (2)").await;
    close_panel(&tmux, "Members (2)").await;
    for asked in ["/search heard", "/msg bob psst"] {
        // What was said before goes with the next key.
        tmux.press("C-u");
        tmux.until("nothing is said", |screen| !screen.contains("this goes by HTTP")).await;
        tmux.enter(asked);
        tmux.shows("this goes by HTTP: say with --http").await;
    }

    // The same line goes on after a restart, by which the server has learned where it speaks HTTP.
    server.stop().await;
    tmux.shows("Not connected").await;
    tmux.enter("written meanwhile");
    tmux.shows("written meanwhile …").await;
    start_again(&mut server, true).await;
    tmux.until("the message is sent", |screen| {
        screen.contains("written meanwhile") && !screen.contains("written meanwhile …")
    })
    .await;
    tmux.enter("/search heard");
    tmux.shows("bob in #lobby").await;
    close_panel(&tmux, "Search:").await;
    tmux.enter("/msg bob psst");
    tmux.shows("beginning of your conversation with bob").await;
    let mut other = bob.socket(&server).await;
    let rooms = other.ask(json!({"type": "rooms"})).await;
    assert!(rooms["rooms"].as_array().unwrap().iter().any(|room| room["title"] == "ann"), "{rooms}");
    tmux.press("C-q");
    tmux.shows("ended with 0").await;
}

#[tokio::test]
async fn chat_as_a_guest_and_with_http_beside() {
    let server = server().await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    bob.say("lobby", "roses are red").await;
    assert_eq!(bob.next_text().await, "roses are red");
    let config = TempDir::new().expect("a folder");
    let line = chat(&url(&server), &format!("--name eve --http {}", server.url("")));
    let tmux = Tmux::start(&line, 110, 30, config.path());
    tmux.shows("roses are red").await;
    tmux.enter("/search roses");
    tmux.shows("bob in #lobby").await;
    close_panel(&tmux, "Search:").await;
    tmux.enter("hello");
    assert_eq!(bob.next_text().await, "hello");
}

#[tokio::test]
async fn tail_shows_each_message_once_over_a_restart() {
    let mut server = server().await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    bob.say("lobby", "one").await;
    let (folder, address) = (TempDir::new().expect("a folder"), url(&server));
    let arguments = ["tail", &address, "lobby", "--name", "eve", "--after", "0", "--count", "2"];
    let mut tail = command(folder.path(), &arguments, &[]).spawn().expect("it starts");
    let mut lines = tokio::io::BufReader::new(tail.stdout.take().expect("a pipe"));
    let mut line = String::new();
    within("a line", tokio::io::AsyncBufReadExt::read_line(&mut lines, &mut line)).await.expect("UTF-8");
    assert_eq!(line, "[lobby] bob: one\n");

    start_again(&mut server, false).await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    bob.say("lobby", "two").await;

    let mut rest = String::new();
    within("the end", tokio::io::AsyncReadExt::read_to_string(&mut lines, &mut rest)).await.expect("UTF-8");
    assert_eq!(rest, "[lobby] bob: two\n");
    assert_eq!(within("the end", tail.wait()).await.expect("a status").code(), Some(0));
}

#[tokio::test]
async fn a_name_and_a_password_become_a_login_that_can_write_and_not_administer() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("ann").await;
    let (folder, address) = (TempDir::new().expect("a folder"), url(&server));
    let wrong = typing(folder.path(), &["login", &address, "--name", "ann"], "nonsense\n").await;
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    let login = typing(folder.path(), &["login", &address], &format!("ann\n{PASSWORD}\n")).await;
    assert!(login.code == Some(0) && login.stdout.contains("as ann"), "{login:?}");
    assert!(owner.get("/settings").await.body.contains("parlor login"), "it is in the list of logins");

    let file = folder.path().join("config/parlor/client.toml");
    assert_eq!(std::fs::metadata(&file).expect("it is there").mode() & 0o777, 0o600);
    let kept: toml::Table = std::fs::read_to_string(&file).expect("a file").parse().expect("TOML");
    let token = kept["profile"][0]["token"].as_str().expect("a token");
    let program = Api::new(&server, token);
    assert_eq!(program.get("/api/v1/me").await.json()["name"], "ann");
    let more = program.post("/api/v1/tokens", json!({"label": "x"})).await;
    assert_eq!(more.status, 403, "the account is an owner, its login is none: {}", more.body);

    let mistaken = address.replace("tcp://", "http://");
    let wrong = run(folder.path(), &["send", &mistaken, "lobby", "x"], &[]).await;
    assert!(wrong.code == Some(1) && wrong.complaint().contains("has tcp:// before it"), "{wrong:?}");
    let sent = run(folder.path(), &["send", &address, "lobby", "by a kept login"], &[]).await;
    assert_eq!((sent.code, sent.stderr.as_str()), (Some(0), ""));
    let refused = run(folder.path(), &["logout", &address], &[]).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.complaint().contains("--http"), "framed TCP has no word for it: {refused:?}");
    let refused = run(folder.path(), &["logout", &address, "--http", &address], &[]).await;
    assert!(refused.code == Some(2) && refused.complaint().contains("--http: give https://"), "{refused:?}");
    let logout = run(folder.path(), &["logout", &address, "--http", &server.url("")], &[]).await;
    assert_eq!(logout.code, Some(0), "{logout:?}");
    assert_eq!(program.get("/api/v1/me").await.status, 401);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_here_too() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("ann").await;
    let api = server.api(&owner).await;
    let secret = api.post("/api/v1/me/second-factor", json!({})).await.json()["secret"].as_str().unwrap().to_owned();
    let code = || totp::code(&totp::from_base32(&secret).unwrap(), totp::step_at(server.clock.now()));
    let on = json!({"secret": secret, "code": code(), "password": PASSWORD});
    assert_eq!(api.put("/api/v1/me/second-factor", on).await.status, 200);
    server.pass(Duration::from_secs(30));
    let hello = json!({"type": "Hello", "version": 2, "username": "ann", "password": PASSWORD, "label": "x"});
    let mut tcp = Tcp::connect(&server).await;
    tcp.say(hello.clone()).await;
    let asked = tcp.next().await;
    assert_eq!((&asked["code"], &asked["field"]), (&json!(401), &json!("code")), "{asked}");
    let mut wrong = hello;
    wrong["code"] = json!("000000");
    tcp.say(wrong).await;
    let refused = tcp.next().await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!(403), &json!("code")), "{refused}");

    let (folder, address) = (TempDir::new().expect("a folder"), url(&server));
    let without = typing(folder.path(), &["login", &address], &format!("ann\n{PASSWORD}\n123456\n")).await;
    assert_eq!(without.code, Some(1), "{without:?}");
    let login = typing(folder.path(), &["login", &address], &format!("ann\n{PASSWORD}\n{}\n", code())).await;
    assert!(login.code == Some(0) && login.stdout.contains("as ann"), "{login:?}");
}

#[tokio::test]
async fn put_and_get_use_the_kept_logins_of_the_same_host_and_no_others() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("ann").await;
    server.register("bob").await;
    let (ann, bob) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    std::fs::write(ann.path().join("note.txt"), "from hand to hand").expect("written");
    let (address, http) = (url(&server), server.url(""));
    let refused = run(ann.path(), &["put", "note.txt", "--to", "bob", "--server", &address], &[]).await;
    assert!(refused.code == Some(2) && refused.complaint().contains(&format!("parlor login {address}")), "{refused:?}");

    // One has logged in over HTTP, the other over framed TCP.
    let login = typing(ann.path(), &["login", &http, "--name", "ann"], &format!("{PASSWORD}\n")).await;
    assert_eq!(login.code, Some(0), "{login:?}");
    let arguments = ["login", &address, "--name", "bob", "--http", &http];
    let login = typing(bob.path(), &arguments, &format!("{PASSWORD}\n")).await;
    assert_eq!(login.code, Some(0), "{login:?}");
    let mut taking = command(bob.path(), &["get", "--from", "ann"], &[]).spawn().expect("it starts");
    let arguments = ["put", "note.txt", "--to", "bob", "--server", &address];
    let sent = run(ann.path(), &arguments, &[]).await;
    assert_eq!(sent.code, Some(0), "{sent:?}");
    assert_eq!(within("the end", taking.wait()).await.expect("a status").code(), Some(0));
    assert_eq!(std::fs::read_to_string(bob.path().join("note.txt")).expect("a file"), "from hand to hand");

    // Where HTTP is was kept with the login.
    let logout = run(bob.path(), &["logout", &address], &[]).await;
    assert_eq!(logout.code, Some(0), "{logout:?}");

    // The login is for 127.0.0.1, whatever else leads there.
    let elsewhere = address.replace("127.0.0.1", "localhost");
    let refused = run(ann.path(), &["put", "note.txt", "--to", "bob", "--server", &elsewhere], &[]).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    // What others could read is no login.
    let file = ann.path().join("config/parlor/client.toml");
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("changed");
    let refused = run(ann.path(), &arguments, &[]).await;
    assert!(refused.code == Some(1) && refused.complaint().contains("chmod 600"), "{refused:?}");
}
