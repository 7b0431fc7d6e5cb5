//! What stands in the way of a start: one clear line, exit code 1, and nothing overwritten.

use std::collections::BTreeMap;
use std::path::Path;

use tempfile::TempDir;

use crate::support::program::{self, Program};
use crate::support::{Place, TestServer};

/// Every file of a folder with its bytes; the lock, which holds the number of the process, is left out.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let files = entries.filter(|entry| entry.file_name() != "parlor.lock" && entry.path().is_file());
    files
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("read")))
        .collect()
}

/// Starts the program on this folder and expects one line with these words.
async fn refused(data: &Path, listen: &str, words: &str) {
    let folder = TempDir::new().expect("a temporary folder");
    let before = data.is_dir().then(|| files(data));

    let ended = program::run(folder.path(), &["--listen", listen, "--data", &data.to_string_lossy()], &[]).await;

    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
    assert!(ended.complaint().starts_with("parlor: ") && ended.complaint().contains(words), "{ended:?}");
    assert_eq!(data.is_dir().then(|| files(data)), before, "nothing is made or overwritten");
}

/// A data folder of a server that has run and has stopped.
async fn used() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let data = folder.path().to_string_lossy().into_owned();
    let program = Program::start(folder.path(), &[("PARLOR_DATA", &data)]).await;
    program.signal("TERM").await;
    assert_eq!(program.ended().await, Some(0));
    folder
}

#[tokio::test]
async fn a_port_in_use() {
    let other = TestServer::start().await;
    let data = used().await;

    refused(data.path(), &other.address().to_string(), &format!("cannot listen on {}", other.address())).await;
}

#[tokio::test]
async fn a_data_folder_that_cannot_be() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "mine").expect("written");

    refused(&file.join("below"), "127.0.0.1:0", "cannot write to").await;
    refused(&file, "127.0.0.1:0", "cannot write to").await;

    assert_eq!(std::fs::read_to_string(file).expect("it is there"), "mine");
}

#[tokio::test]
async fn a_data_folder_in_use() {
    let server = TestServer::start().await;

    refused(server.data(), "127.0.0.1:0", "is in use by another Parlor").await;
}

#[tokio::test]
async fn a_database_of_a_newer_version() {
    let data = used().await;
    let url = format!("sqlite:{}", data.path().join("parlor.db").display());
    let pool = sqlx::sqlite::SqlitePool::connect(&url).await.expect("connected");
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (99991231, 'of the future', 1, x'00', 0)",
    )
    .execute(&pool)
    .await
    .expect("inserted");
    pool.close().await;

    refused(data.path(), "127.0.0.1:0", "was made by a newer Parlor").await;
}

#[tokio::test]
async fn a_database_that_is_none() {
    let folder = TempDir::new().expect("a temporary folder");
    std::fs::write(folder.path().join("parlor.db"), "these are my notes, not a database at all").expect("written");

    refused(folder.path(), "127.0.0.1:0", "is damaged or no SQLite database").await;
}

#[tokio::test]
async fn a_database_that_is_damaged() {
    let data = used().await;
    let path = data.path().join("parlor.db");
    let mut bytes = std::fs::read(&path).expect("read");
    let middle = bytes.len() / 2;
    bytes[4096..middle].fill(0xa5);
    std::fs::write(&path, &bytes).expect("written");

    refused(data.path(), "127.0.0.1:0", "is damaged or no SQLite database").await;
}

#[tokio::test]
async fn a_database_that_was_cut_off() {
    let data = used().await;
    let path = data.path().join("parlor.db");
    let bytes = std::fs::read(&path).expect("read");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");

    refused(data.path(), "127.0.0.1:0", "is damaged or no SQLite database").await;
}

/// What the program says when this is set.
#[cfg(not(any(feature = "oidc", feature = "acme")))]
async fn told(flags: &[&str]) -> String {
    let folder = TempDir::new().expect("a temporary folder");
    let data = folder.path().join("data");
    let data = data.to_string_lossy();
    let all = [&["--listen", "127.0.0.1:0", "--data", &data], flags].concat();
    let ended = program::run(folder.path(), &all, &[]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
    assert!(!folder.path().join("data").exists(), "nothing is made");
    ended.complaint().to_owned()
}

#[cfg(not(any(feature = "oidc", feature = "acme")))]
#[tokio::test]
async fn a_setting_about_what_was_not_built_in() {
    let oidc = told(&["--oidc-issuer", "https://id.example", "--oidc-client-id", "parlor"]).await;
    let acme = told(&["--acme-domains", "chat.example"]).await;

    let line = "oidc_issuer is set, but this parlor was built without OIDC: build with --features oidc";
    assert!(oidc.contains(line), "{oidc}");
    let line = "acme_domains is set, but this parlor was built without ACME: build with --features acme";
    assert!(acme.contains(line), "{acme}");
}
