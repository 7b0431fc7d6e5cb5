//! `parlor doctor`: well, with a fault each, and beside a running server.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::support::Place;
use crate::support::program::{self, Ended, Program};

async fn doctor(folder: &TempDir, arguments: &[&str]) -> (Ended, Vec<Value>) {
    let arguments = [&["doctor", "--json"], arguments].concat();
    let ended = program::run(folder.path(), &arguments, &[]).await;
    let said: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"));
    let findings = said["findings"].as_array().expect("a list").clone();
    (ended, findings)
}

fn state<'f>(findings: &'f [Value], check: &str) -> &'f str {
    let found = findings.iter().find(|finding| finding["check"] == check);
    found.and_then(|finding| finding["state"].as_str()).unwrap_or_else(|| panic!("{check} in {findings:?}"))
}

const FREE: &[&str] = &["--listen", "127.0.0.1:0"];

#[tokio::test]
async fn a_folder_without_anything_and_one_with_a_server_are_well() {
    let folder = TempDir::new().expect("a temporary folder");
    let (empty, _) = doctor(&folder, FREE).await;
    assert_eq!((empty.code, empty.stderr.as_str()), (Some(0), ""), "{empty:?}");
    assert!(!folder.path().join("data").exists(), "it only looks");

    let server = Program::start(folder.path(), &[]).await;
    let (running, findings) = doctor(&folder, &["--listen", &server.address().to_string()]).await;

    assert_eq!(running.code, Some(0), "{running:?}");
    for check in ["settings", "data folder", "database", "clock", "port", "public_url"] {
        assert_eq!(state(&findings, check), "ok", "{check}: {running:?}");
    }
    assert_eq!(state(&findings, "backups"), "note", "there are none");
    let plain = program::run(folder.path(), &["doctor", "--listen", "127.0.0.1:0"], &[]).await;
    assert!(plain.code == Some(0) && plain.stdout.contains("ok     database     whole"), "{plain:?}");
}

#[tokio::test]
async fn each_fault_is_named_and_ends_with_one() {
    let folder = TempDir::new().expect("a temporary folder");
    Program::start(folder.path(), &[]).await.kill().await;
    let data = folder.path().join("data");

    let (_, findings) = doctor(&folder, &["--workers", "none"]).await;
    assert_eq!(state(&findings, "settings"), "fault");
    let (ended, findings) = doctor(&folder, &["--listen", "192.0.2.1:80"]).await;
    assert_eq!((ended.code, state(&findings, "port")), (Some(1), "fault"), "an address of another machine");
    let tls = ["--tls-cert", "missing.pem", "--tls-key", "missing.key"];
    let (_, findings) = doctor(&folder, &[FREE, &tls].concat()).await;
    assert_eq!(state(&findings, "certificate"), "fault");
    let (_, findings) = doctor(&folder, &[FREE, &["--max-connections", "9999999"]].concat()).await;
    assert_eq!(state(&findings, "open files"), "fault");
    let old = data.join("backups");
    fs::create_dir_all(&old).expect("made");
    fs::write(old.join("parlor-2026-01-02T03-04-05Z.db"), "").expect("written");
    let (_, findings) = doctor(&folder, &[FREE, &["--backup-every", "1h"]].concat()).await;
    assert_eq!(state(&findings, "backups"), "fault");
    fs::write(data.join("parlor.db"), "no database").expect("written");
    let (ended, findings) = doctor(&folder, FREE).await;
    assert_eq!((ended.code, state(&findings, "database")), (Some(1), "fault"));
    assert!(ended.complaint().contains("a fault to mend"), "{ended:?}");
    let (_, findings) = doctor(&folder, &[FREE, &["--data", "data/parlor.db"]].concat()).await;
    assert_eq!(state(&findings, "data folder"), "fault");
}

#[tokio::test]
async fn another_program_on_the_port_is_a_fault() {
    let folder = TempDir::new().expect("a temporary folder");
    let other = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = other.local_addr().expect("an address").to_string();
    let answering = tokio::spawn(async move {
        // It takes the connection and hangs up, as something that speaks no HTTP does.
        while let Ok((stream, _)) = other.accept().await {
            drop(stream);
        }
    });

    let (ended, findings) = doctor(&folder, &["--listen", &address]).await;

    assert_eq!((ended.code, state(&findings, "port")), (Some(1), "fault"), "{ended:?}");
    answering.abort();
}
