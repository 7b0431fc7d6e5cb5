//! The commands under TLS: they trust what they are told to trust, and nobody else.

use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::{self, Program};
use crate::support::{Place, tls};

#[tokio::test]
async fn messages_travel_under_tls_and_only_to_a_server_that_is_trusted() {
    let (server, folder) = (tls::server().await, TempDir::new().expect("a folder"));
    let port = server.address.port();
    let certificate = tls::certificate(&server).to_string_lossy().into_owned();
    let other = tls::make(folder.path(), "other").cert.to_string_lossy().into_owned();
    // By number and by name: the certificate is for both.
    let (by_number, by_name) = (format!("https://127.0.0.1:{port}"), format!("wss://localhost:{port}/ws"));
    let run = async |arguments: &[&str]| program::run(folder.path(), arguments, &[]).await;

    let sent = run(&["send", &by_number, "lobby", "a secret", "--name", "ann", "--tls-ca", &certificate]).await;
    let shown =
        run(&["tail", &by_name, "lobby", "--after", "0", "--count", "1", "--name", "bob", "--tls-ca", &certificate])
            .await;

    assert_eq!((sent.code, sent.stderr.as_str()), (Some(0), ""));
    assert_eq!((shown.code, shown.stdout.as_str()), (Some(0), "[lobby] ann: a secret\n"), "{shown:?}");
    for trusting in [&[][..], &["--tls-ca", &other]] {
        let refused = run(&[&["send", &by_name, "lobby", "hi", "--name", "ann"], trusting].concat()).await;
        assert_eq!(refused.code, Some(1));
        assert!(
            refused.complaint().contains("cannot be trusted") && refused.complaint().contains("--tls-ca"),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn the_load_tester_finds_nothing_wrong_under_tls() {
    let folder = TempDir::new().expect("a folder");
    let variables = [
        ("PARLOR_RATE_LIMITS", "off"),
        ("PARLOR_GUESTS", "open"),
        ("PARLOR_TLS", "self-signed"),
        ("PARLOR_DATA", "here"),
    ];
    let server = Program::start(folder.path(), &variables).await;
    let (url, pid) = (format!("https://{}", server.address()), server.id().to_string());
    for (kind, more) in [
        ("idle", &["--connections", "20", "--seconds", "1", "--pid", &pid][..]),
        ("fanout", &["--rate", "0", "--window", "8", "--listeners", "5", "--seconds", "1", "--verify"]),
        ("send", &["--senders", "5", "--rooms", "2", "--seconds", "1", "--verify"]),
    ] {
        let arguments = [&["bench", kind, &url, "--json", "--tls-ca", "here/tls/self-signed.crt"], more].concat();
        let ended = program::run(folder.path(), &arguments, &[]).await;
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{kind}: {ended:?}");
        let report: Value = serde_json::from_str(&ended.stdout).expect("one JSON object");
        for fault in ["lost", "duplicate", "out_of_order", "undelivered", "unanswered", "cut_off"] {
            assert!(matches!(report[fault].as_u64(), None | Some(0)), "{fault}: {report}");
        }
    }
}
