//! `parlor backup` and `parlor restore`, as somebody types them.

use tempfile::TempDir;

use crate::support::Client;
use crate::support::program::{self, Program};

const JSON: (&str, &str) = ("Sec-WebSocket-Protocol", "parlor.v1.json");

#[tokio::test]
async fn a_running_server_is_backed_up_and_put_back_once_it_has_stopped() {
    let folder = TempDir::new().expect("a temporary folder");
    let server = Program::start(folder.path(), &[]).await;
    let mut ann = Client::connect(&server, "/ws?name=ann", &[JSON]).await;
    ann.join("lobby").await;
    ann.say("lobby", "before the backup").await;

    let made = program::run(folder.path(), &["backup", "copy.db"], &[]).await;
    let again = program::run(folder.path(), &["backup", "copy.db"], &[]).await;
    let living = program::run(folder.path(), &["restore", "copy.db", "--yes"], &[]).await;

    assert_eq!((made.code, made.stderr.as_str()), (Some(0), ""), "{made:?}");
    assert!(made.stdout.contains("1 rooms") && made.stdout.contains("checked"), "{made:?}");
    assert!(again.code == Some(1) && again.complaint().contains("--force"), "{again:?}");
    ann.say("lobby", "after the backup").await;
    assert!(living.code == Some(1) && living.complaint().contains("in use"), "{living:?}");
    server.signal("TERM").await;
    server.ended().await;
    let unasked = program::run(folder.path(), &["restore", "copy.db"], &[]).await;
    assert!(unasked.code == Some(1) && unasked.complaint().contains("--yes"), "{unasked:?}");
    let restored = program::run(folder.path(), &["restore", "copy.db", "--yes"], &[]).await;
    assert_eq!((restored.code, restored.stderr.as_str()), (Some(0), ""), "{restored:?}");
    assert!(restored.stdout.contains("kept as"), "{restored:?}");
    let server = Program::start(folder.path(), &[]).await;
    let mut ann = Client::connect(&server, "/ws?name=ann", &[JSON]).await;
    assert_eq!(ann.join("lobby").await["last_seq"], 1, "as it was when the backup was made");
}

#[tokio::test]
async fn an_export_goes_from_one_folder_into_another() {
    let [one, other] = [(); 2].map(|()| TempDir::new().expect("a temporary folder"));
    let server = Program::start(one.path(), &[]).await;
    let mut ann = Client::connect(&server, "/ws?name=ann", &[JSON]).await;
    ann.join("lobby").await;
    ann.say("lobby", "to be taken along").await;
    let file = other.path().join("all.ndjson");
    let file = file.to_str().expect("a plain name");

    let written = program::run(one.path(), &["export", file], &[]).await;
    let again = program::run(one.path(), &["export", file], &[]).await;
    let living = program::run(one.path(), &["import", file], &[]).await;
    let dry = program::run(other.path(), &["import", file, "--dry-run"], &[]).await;
    let taken = program::run(other.path(), &["import", file], &[]).await;

    assert_eq!(written.code, Some(0), "{written:?}");
    assert!(again.code == Some(1) && again.complaint().contains("--force"), "{again:?}");
    assert!(living.code == Some(1) && living.complaint().contains("in use"), "{living:?}");
    assert!(dry.code == Some(0) && dry.stdout.contains("would be") && dry.stdout.contains("events: 1 new"), "{dry:?}");
    assert!(taken.code == Some(0) && taken.stdout.contains("events: 1 new"), "{taken:?}");
    let server = Program::start(other.path(), &[]).await;
    let mut ann = Client::connect(&server, "/ws?name=ann", &[JSON]).await;
    assert_eq!(ann.join("lobby").await["last_seq"], 1);
}

#[tokio::test]
async fn logs_of_other_programs_are_taken_in_and_nonsense_is_refused_in_one_line() {
    let folder = TempDir::new().expect("a temporary folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("tea.weechatlog", "2026-11-21 10:05:04\tann\thello\n2026-11-21 10:05:05\tbob\thi\n");
    write("bad.ndjson", "nonsense\n");

    let weechat = ["import", "tea.weechatlog", "--from", "weechat", "--room", "old-tea", "--time-zone", "UTC"];
    let taken = program::run(folder.path(), &weechat, &[]).await;
    let again = program::run(folder.path(), &weechat, &[]).await;

    assert!(taken.code == Some(0) && taken.stdout.contains("events: 2 new"), "{taken:?}");
    assert!(again.code == Some(0) && again.stdout.contains("events: 0 new, 2 there already"), "{again:?}");
    for (arguments, code, word) in [
        (&["import", "missing.ndjson"][..], 1, "missing.ndjson"),
        (&["import", "bad.ndjson", "--from", "slack"], 1, "zip"),
        (&["import", "bad.ndjson", "--from", "irssi", "--room", "x"], 1, "line 1"),
        (&["import", "bad.ndjson", "--from", "irssi"], 2, "--room"),
        (&["import", "bad.ndjson", "--room", "x"], 2, "--room"),
    ] {
        let ended = program::run(folder.path(), arguments, &[]).await;
        assert!(ended.code == Some(code) && ended.complaint().contains(word), "{arguments:?}: {ended:?}");
    }
    write(
        "colour.ndjson",
        "{\"type\":\"header\",\"format\":\"parlor\",\"version\":1,\"made_at\":\"2026-11-21T09:00:00Z\"}\n\
         {\"type\":\"setting\",\"key\":\"accent\",\"value\":\"red;}\"}\n",
    );
    let colour = program::run(folder.path(), &["import", "colour.ndjson"], &[]).await;
    assert!(
        colour.code == Some(1) && colour.stderr.contains("line 2") && colour.stderr.contains("#rrggbb"),
        "{colour:?}"
    );
    let bad = program::run(folder.path(), &["import", "bad.ndjson"], &[]).await;
    assert!(
        bad.code == Some(1) && bad.stderr.contains("line 1") && bad.stderr.contains("nothing was imported"),
        "{bad:?}"
    );
}
