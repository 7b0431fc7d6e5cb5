//! `parlor admin`, as somebody types it at the machine.

use serde_json::Value;
use tempfile::TempDir;

use crate::support::PASSWORD;
use crate::support::program::{self, Program};

const OWNER: [(&str, &str); 2] = [("PARLOR_ADMIN_NAME", "ann"), ("PARLOR_ADMIN_PASSWORD", PASSWORD)];

/// A folder in which a server has run, whose owner is ann.
async fn lived_in() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let server = Program::start(folder.path(), &OWNER).await;
    let refused = program::run(folder.path(), &["admin", "user", "list"], &[]).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.complaint().contains("/admin") && refused.complaint().contains("a server"), "{}", refused.stderr);
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0));
    folder
}

async fn json(folder: &TempDir, arguments: &[&str]) -> Vec<Value> {
    let arguments: Vec<&str> = ["admin"].iter().chain(arguments).chain(&["--json"]).copied().collect();
    let shown = program::run(folder.path(), &arguments, &[]).await;
    assert_eq!(shown.code, Some(0), "{arguments:?}: {}", shown.stderr);
    shown.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[tokio::test]
async fn the_affairs_of_a_stopped_server_are_run_at_its_machine() {
    let folder = lived_in().await;
    let users = json(&folder, &["user", "list"]).await;
    assert_eq!((users.len(), &users[0]["name"], &users[0]["role"]), (1, &"ann".into(), &"owner".into()));
    let silenced = json(&folder, &["user", "silence", "ann"]).await;
    assert_eq!(silenced[0]["silenced"], true);
    assert_eq!(json(&folder, &["user", "silence", "ann", "off"]).await[0]["silenced"], false);
    let banned = json(&folder, &["ban", "add", "192.0.2.0/24", "--reason", "noise"]).await;
    assert_eq!(banned[0]["network"], "192.0.2.0/24");
    let id = banned[0]["id"].to_string();
    json(&folder, &["ban", "lift", &id]).await;
    assert!(json(&folder, &["ban", "list"]).await.is_empty());
    assert_eq!(json(&folder, &["setting", "set", "server_name", "The Den"]).await[0]["value"], "The Den");
    assert_eq!(json(&folder, &["room", "retention", "lobby", "30"]).await[0]["retention_days"], 30);
    assert_eq!(json(&folder, &["room", "list"]).await[0]["retention_days"], 30);
    assert_eq!(json(&folder, &["audit", "verify"]).await[0]["whole"], true);
    let log = json(&folder, &["audit", "export"]).await;
    let actions: Vec<&str> = log.iter().filter_map(|entry| entry["action"].as_str()).collect();
    let expected = ["room.retention", "setting.change", "ban.lift", "ban.add", "user.unsilence", "user.silence"];
    assert_eq!(actions, expected);
    assert!(log.iter().all(|entry| entry["actor"]["name"] == "console" && entry["origin"] == "console"), "{log:?}");
}

#[tokio::test]
async fn what_cannot_be_done_is_said_in_one_line() {
    let folder = lived_in().await;
    for (arguments, code, words) in [
        (&["user", "show", "nobody"][..], 1, "no account"),
        (&["user", "role", "ann", "member"], 1, "only owner"),
        (&["user", "role", "ann", "emperor"], 2, "emperor"),
        (&["user", "delete", "ann"], 2, "--yes"),
        (&["ban", "add", "10.0.0.0/1"], 1, "too large"),
        (&["ban", "add", "ann", "--until", "soon"], 2, "--until"),
        (&["ban", "lift", "7"], 1, "no ban"),
        (&["room", "retention", "lobby", "many"], 2, "whole number"),
        (&["room", "delete", "lobby"], 2, "--yes"),
        (&["room", "delete", "lobby", "--yes"], 1, "cannot be deleted"),
        (&["room", "delete", "garden", "--yes"], 1, "no room"),
        (&["setting", "set", "secret", "x"], 1, "no setting"),
        (&["setting", "set", "accent", "red"], 1, "#rrggbb"),
    ] {
        let arguments: Vec<&str> = ["admin"].iter().chain(arguments).copied().collect();
        let ended = program::run(folder.path(), &arguments, &[]).await;
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{arguments:?}: {}", ended.stderr);
    }
    assert!(json(&folder, &["audit", "list"]).await.is_empty(), "nothing was done");
}
