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
