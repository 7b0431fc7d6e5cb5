//! `parlor login` and `logout`: what is kept, what it opens, and what is left when it ends.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use crate::support::program::{self, Ended, command};
use crate::support::tmux::Tmux;
use crate::support::{PASSWORD, TestServer, within};

/// Runs the program with a folder for settings, and something on its standard input.
async fn run(folder: &TempDir, arguments: &[&str], typed: &str) -> Ended {
    let config = folder.path().to_string_lossy().into_owned();
    let mut child = command(folder.path(), arguments, &[("XDG_CONFIG_HOME", &config)])
        .stdin(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("a pipe").write_all(typed.as_bytes()).await.expect("written");
    let output = within("the end", child.wait_with_output()).await.expect("a status");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[tokio::test]
async fn a_login_is_kept_for_its_owner_opens_the_server_and_ends_with_logout() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let (folder, url) = (TempDir::new().expect("a folder"), server.url(""));

    let wrong = run(&folder, &["login", &url, "--name", "ann"], "nonsense\n").await;
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    let login = run(&folder, &["login", &url], &format!("ann\n{PASSWORD}\n")).await;
    assert_eq!(login.code, Some(0), "{login:?}");
    assert!(login.stdout.contains("as ann") && !login.stdout.contains("parlor_"), "{login:?}");
    let file = folder.path().join("parlor/client.toml");
    let mode = |path: &std::path::Path| fs::metadata(path).expect("it is there").mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().expect("a folder"))), (0o600, 0o700));

    let sent = run(&folder, &["send", &url, "lobby", "by a kept login"], "").await;
    assert_eq!((sent.code, sent.stderr.as_str()), (Some(0), ""));
    let shown = run(&folder, &["tail", &url, "lobby", "--after", "0", "--count", "2"], "").await;
    assert!(shown.stdout.contains("[lobby] ann: by a kept login"), "{shown:?}");

    // Others could read it: it is refused until that is mended.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("changed");
    let refused = run(&folder, &["send", &url, "lobby", "x"], "").await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.complaint().contains("chmod 600"), "{refused:?}");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("changed");

    assert!(ann.get("/settings").await.body.contains("parlor login"), "it is in the list of tokens");
    let logout = run(&folder, &["logout", &url], "").await;
    assert_eq!(logout.code, Some(0), "{logout:?}");
    assert!(!ann.get("/settings").await.body.contains("parlor login"), "it has ended on the server, too");
    assert!(!fs::read_to_string(&file).expect("a file").contains("parlor_"));
    assert_eq!(run(&folder, &["logout", &url], "").await.code, Some(1));
}

#[tokio::test]
async fn a_password_is_not_shown_while_it_is_typed() {
    let (server, _ann) = TestServer::owned_by("ann").await;
    let folder = TempDir::new().expect("a folder");
    let line = format!("{} login {} --name ann; exec cat", env!("CARGO_BIN_EXE_parlor"), server.url(""));
    let tmux = Tmux::start(&line, 100, 20, folder.path());
    tmux.shows("Password:").await;

    tmux.enter(PASSWORD);

    let screen = tmux.shows("You are logged in").await;
    assert!(!screen.contains("correct") && !screen.contains("battery"), "{screen}");
}

#[tokio::test]
async fn without_a_terminal_or_a_server_it_says_what_to_do() {
    let folder = TempDir::new().expect("a folder");
    let ended = program::run(folder.path(), &["chat", "http://127.0.0.1:9"], &[]).await;
    assert_eq!(ended.code, Some(2));
    assert!(ended.complaint().contains("needs a terminal"));

    let (server, _ann) = TestServer::owned_by("ann").await;
    let line = format!("{} chat {}; exec cat", env!("CARGO_BIN_EXE_parlor"), server.url(""));
    let refused = Tmux::start(&line, 160, 10, folder.path()).shows("you have no login for this server").await;
    assert!(refused.contains(&format!("parlor login {}", server.url(""))), "{refused}");

    let line = format!("{} chat; exec cat", env!("CARGO_BIN_EXE_parlor"));
    Tmux::start(&line, 100, 10, folder.path()).shows("say which server: parlor chat URL").await;
}
