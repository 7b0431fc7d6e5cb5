//! `parlor bench`: every kind of run ends by itself, finds nothing wrong with a good server, and says what to do when it
//! cannot measure.

use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::{self, Ended, command};
use crate::support::{Place, Program, until, within};

const READY: [(&str, &str); 3] = [("PARLOR_RATE_LIMITS", "off"), ("PARLOR_GUESTS", "open"), ("PARLOR_LOG", "warn")];

async fn bench(server: &Program, kind: &str, more: &[&str]) -> Ended {
    let folder = TempDir::new().expect("a folder");
    let url = format!("http://{}", server.address());
    let arguments = [&["bench", kind, &url, "--json"], more].concat();
    program::run(folder.path(), &arguments, &[]).await
}

/// The report of a run in which nothing was wrong.
async fn report(server: &Program, kind: &str, more: &[&str]) -> Value {
    let ended = bench(server, kind, more).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{kind}: {ended:?}");
    let report: Value = serde_json::from_str(&ended.stdout).expect("one JSON object");
    assert_eq!(report["bench"], kind);
    for fault in ["lost", "duplicate", "out_of_order", "different", "undelivered", "unanswered", "cut_off"] {
        assert!(matches!(report[fault].as_u64(), None | Some(0)), "{fault}: {report}");
    }
    report
}

#[tokio::test]
async fn every_kind_of_run_ends_by_itself_with_a_report() {
    let folder = TempDir::new().expect("a folder");
    let server = Program::start(folder.path(), &READY).await;
    let pid = server.id().to_string();

    let fanout = report(
        &server,
        "fanout",
        &["--rooms", "2", "--listeners", "5", "--rate", "40", "--seconds", "1", "--verify", "--pid", &pid],
    )
    .await;
    let sent = fanout["sent"].as_u64().expect("a number");
    assert!((1..=80).contains(&sent) && fanout["delivered"] == sent * 5, "{fanout}");
    assert!(fanout["delivery"]["p99_ms"].is_f64() && fanout["server_rss_bytes"].is_u64(), "{fanout}");

    let saturated =
        report(&server, "fanout", &["--rate", "0", "--window", "8", "--listeners", "5", "--seconds", "1", "--verify"])
            .await;
    assert!(saturated["sent"].as_u64() > Some(8), "{saturated}");

    let stored = report(&server, "send", &["--senders", "5", "--rooms", "2", "--seconds", "1", "--verify"]).await;
    assert!(stored["acked"].as_u64() > Some(5) && stored["acked"] == stored["sent"], "{stored}");
    let timed = report(&server, "send", &["--senders", "4", "--rate", "50", "--seconds", "1", "--verify"]).await;
    assert!(timed["acked"].as_u64().is_some_and(|acked| (1..=50).contains(&acked)), "{timed}");

    let idle = report(&server, "idle", &["--connections", "20", "--seconds", "1", "--pid", &pid]).await;
    assert!(idle["server_bytes_per_connection"].is_f64(), "{idle}");

    let churn = report(&server, "churn", &["--clients", "3", "--rooms", "2", "--seconds", "1"]).await;
    assert!(churn["visits"].as_u64() > Some(3), "{churn}");
}

#[tokio::test]
async fn a_soak_finds_nothing_lost_over_storms_and_a_killed_server() {
    let folder = TempDir::new().expect("a folder");
    let server = Program::start(folder.path(), &READY).await;
    let address = server.address().to_string();
    let url = format!("http://{address}");
    let arguments = [
        "bench",
        "soak",
        &url,
        "--json",
        "--connections",
        "30",
        "--rooms",
        "3",
        "--rate",
        "60",
        "--seconds",
        "5",
        "--storm-every",
        "1",
    ];
    let soak = command(folder.path(), &arguments, &[]).spawn().expect("it starts");
    until("messages", || async { stored(&server).await > 20.0 }).await;

    server.kill().await;

    let server = Program::start_at(&address, folder.path(), &READY).await;
    let ended = within("the end of the soak", soak.wait_with_output()).await.expect("a status");
    let text = String::from_utf8_lossy(&ended.stderr);
    assert_eq!((ended.status.code(), text.as_ref()), (Some(0), ""), "{}", String::from_utf8_lossy(&ended.stdout));
    let report: Value = serde_json::from_slice(&ended.stdout).expect("JSON");
    for fault in ["lost", "duplicate", "out_of_order", "different", "acked_but_not_stored", "stored_twice"] {
        assert_eq!(report[fault], 0, "{fault}: {report}");
    }
    assert!(report["reconnects"].as_u64() >= Some(30) && report["storms"].as_u64() >= Some(3), "{report}");
    drop(server);
}

/// How many messages are stored.
async fn stored(server: &Program) -> f64 {
    let metrics = reqwest::get(format!("http://{}/metrics", server.address())).await.expect("an answer");
    let text = metrics.text().await.expect("a text");
    let line = text.lines().find_map(|line| line.strip_prefix("parlor_messages_stored_total "));
    line.map_or(0.0, |number| number.parse().expect("a number"))
}

#[tokio::test]
async fn a_server_that_is_not_ready_is_told_how_to_be() {
    let folder = TempDir::new().expect("a folder");
    let one = [("PARLOR_GUESTS", "open"), ("PARLOR_MESSAGE_RATE", "1"), ("PARLOR_MESSAGE_BURST", "1")];
    let limited = Program::start(folder.path(), &one).await;
    let ended = bench(&limited, "send", &["--seconds", "5"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
    assert!(ended.complaint().contains("PARLOR_RATE_LIMITS=off"), "{ended:?}");

    let folder = TempDir::new().expect("a folder");
    let closed = Program::start(folder.path(), &[]).await;
    let ended = bench(&closed, "fanout", &["--seconds", "5"]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.complaint().contains("PARLOR_GUESTS=open"), "{ended:?}");
}

#[tokio::test]
async fn without_a_kind_it_explains_itself_and_wrong_usage_is_told() {
    let folder = TempDir::new().expect("a folder");
    let explained = program::run(folder.path(), &["bench"], &[]).await;
    assert_eq!((explained.code, explained.stderr.as_str()), (Some(0), ""));
    assert!(explained.stdout.contains("A first run") && explained.stdout.contains("bench fanout"), "{explained:?}");

    for arguments in [
        &["bench", "dance"][..],
        &["bench", "fanout"],
        &["bench", "fanout", "ftp://x"],
        &["bench", "idle", "http://127.0.0.1:1", "--connections", "0"],
        &["bench", "idle", "http://127.0.0.1:1", "--pid", "4294967295"],
    ] {
        assert_eq!(program::run(folder.path(), arguments, &[]).await.code, Some(2), "{arguments:?}");
    }
    let nobody = program::run(folder.path(), &["bench", "idle", "http://127.0.0.1:1"], &[]).await;
    assert!(nobody.code == Some(1) && nobody.complaint().contains("cannot reach"), "{nobody:?}");
}
