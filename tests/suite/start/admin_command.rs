//! `parlor admin`, as somebody types it at the machine.

use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::{self, Program};
use crate::support::{PASSWORD, TestServer};

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

#[tokio::test]
async fn a_running_server_is_asked_with_a_token() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let owner = server.browser();
    owner.set_up("olga").await;
    let token = owner.token().await;
    let _bob = owner.invite(&server, "bob").await;
    owner.make_room("dev", "public").await;
    let folder = TempDir::new().expect("a temporary folder");
    let url = server.url("");
    let ask = async |line: &str| {
        let arguments: Vec<&str> =
            ["admin"].into_iter().chain(line.split(' ')).chain(["--server", &url, "--json"]).collect();
        let shown = program::run(folder.path(), &arguments, &[("PARLOR_TOKEN", &token)]).await;
        assert_eq!(shown.code, Some(0), "{line}: {}", shown.stderr);
        shown.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<Value>>()
    };

    assert_eq!(ask("user list --role owner").await[0]["name"], "olga");
    assert_eq!(ask("user role bob moderator").await[0]["role"], "moderator");
    assert_eq!(ask("user suspend bob --reason rest").await[0]["suspended_reason"], "rest");
    assert!(ask("user unsuspend bob").await[0]["suspended_at"].is_null());
    assert!(ask("user reset bob").await[0]["path"].as_str().is_some_and(|path| path.starts_with("/reset")));
    assert_eq!(ask("bot add robo").await[0]["name"], "robo");
    assert_eq!(ask("bot list").await.len(), 1);
    let made = ask("token add robo --scope read --room dev --days 3").await;
    assert!(made[0]["token"].as_str().is_some_and(|token| token.starts_with("parlor_")), "{made:?}");
    let tokens = ask("token list --owner robo").await;
    assert_eq!((tokens.len(), &tokens[0]["scope"]), (1, &"read".into()));
    ask(&format!("token revoke {}", tokens[0]["id"].as_str().expect("an id"))).await;
    assert!(ask("token list --owner robo").await.is_empty());
    assert_eq!(ask("room retention dev 30").await[0]["retention_days"], 30);
    assert_eq!(ask("room archive dev").await[0]["archived"], true);
    assert_eq!(ask("room owner lobby bob").await[0]["name"], "lobby");
    ask("room delete dev --yes").await;
    assert!(ask("room list --name dev").await.is_empty());
    let invite = ask("invite add --uses 2 --days 30").await;
    assert_eq!(invite[0]["max_uses"], 2);
    let code = invite[0]["code"].as_str().expect("a code").to_owned();
    assert!(ask("invite list").await.iter().any(|invite| invite["code"] == code.as_str()));
    ask(&format!("invite revoke {code}")).await;
    let ban = ask("ban add 192.0.2.0/24 --until 2100-01-01T00:00:00Z").await;
    ask(&format!("ban lift {}", ban[0]["id"])).await;
    assert!(ask("ban list").await.is_empty());
    assert_eq!(ask("setting set server_name Den").await[0]["value"], "Den");
    assert_eq!(ask("audit verify").await[0]["whole"], true);
    assert!(ask("audit export").await.iter().all(|entry| entry["actor"]["name"] == "olga"));
    ask("user delete bob --yes").await;

    let alone = program::run(folder.path(), &["admin", "user", "list", "--server", &url], &[]).await;
    assert_eq!(alone.code, Some(2));
    assert!(alone.complaint().contains("--token"), "{}", alone.stderr);
    let wrong = program::run(folder.path(), &["admin", "user", "list", "--server", &url, "--token", "no"], &[]).await;
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.complaint().contains("token"), "{}", wrong.stderr);
}

#[tokio::test]
async fn bots_tokens_and_invites_are_made_at_the_machine_too() {
    let folder = lived_in().await;
    assert_eq!(json(&folder, &["bot", "add", "robo"]).await[0]["name"], "robo");
    let made = json(&folder, &["token", "add", "robo", "--room", "lobby", "--days", "3"]).await;
    assert!(made[0]["token"].as_str().is_some_and(|token| token.starts_with("parlor_")), "{made:?}");
    let tokens = json(&folder, &["token", "list"]).await;
    assert_eq!((tokens.len(), &tokens[0]["user"]), (1, &"robo".into()));
    json(&folder, &["token", "revoke", tokens[0]["id"].as_str().expect("an id")]).await;
    assert!(json(&folder, &["token", "list"]).await.is_empty());
    let invite = json(&folder, &["invite", "add"]).await;
    assert_eq!(invite[0]["made_by"], "ann");
    json(&folder, &["invite", "revoke", invite[0]["code"].as_str().expect("a code")]).await;
    let people = program::run(folder.path(), &["admin", "token", "add", "ann"], &[]).await;
    assert_eq!(people.code, Some(1), "people make their own tokens");
    let archive = program::run(folder.path(), &["admin", "room", "archive", "lobby"], &[]).await;
    assert!(archive.complaint().contains("--server"), "{}", archive.stderr);
}
