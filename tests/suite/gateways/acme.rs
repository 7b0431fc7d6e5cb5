//! Certificates from an authority: asked for at the start, shown to clients, and asked for again before they end.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use parlor::config::{AcmeConfig, Config, TlsSource};
use parlor::domain::clock::Clock;
use tempfile::TempDir;

use crate::support::authority::Authority;
use crate::support::server::MORNING;
use crate::support::{TestServer, tls, until};

fn by(authority: &Authority) -> impl Fn(&mut Config) + use<> {
    let directory = authority.directory();
    move |config| {
        config.tls.source = TlsSource::Acme(AcmeConfig {
            // The name that the tests' clients ask for.
            domains: vec!["localhost".to_owned()],
            email: Some("admin@example.org".to_owned()),
            directory: directory.parse().expect("an address"),
        });
    }
}

/// A server whose address is known before it starts: the authority looks there at once.
async fn served(authority: &Authority) -> TestServer {
    let data = Arc::new(TempDir::new().expect("a temporary folder"));
    let mut server = TestServer::open(data, Clock::manual(MORNING), |_| {}).await.expect("it starts");
    authority.lead_to(server.address);
    server.stop().await;
    server.start_again_with(by(authority)).await;
    server
}

#[tokio::test]
async fn a_certificate_is_asked_for_shown_and_renewed_in_time() {
    let authority = Authority::start().await;
    let mut server = served(&authority).await;
    authority.fetched().await;
    assert_eq!(authority.outcome(), Some(Ok(())));

    let file = server.file("tls/acme.crt");
    until("the new certificate", || async { file.exists() && tls::connect_to(&server, &file).await.is_ok() }).await;
    for name in ["acme.crt", "acme.key", "acme-account.json"] {
        let mode = server.file(&format!("tls/{name}")).metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let first = std::fs::read(&file).expect("read");

    server.stop().await;
    server.start_again_with(by(&authority)).await;
    assert!(tls::connect_to(&server, &file).await.is_ok(), "it is there at once");
    server.stop().await;
    // Two thirds of its 90 days are over.
    server.pass(Duration::from_hours(24 * 60));
    server.start_again_with(by(&authority)).await;
    authority.fetched().await;

    until("another certificate", || async { std::fs::read(&file).expect("read") != first }).await;
    assert_eq!(authority.counted(), (1, 2), "one account, and no order without need");
}

#[tokio::test]
async fn without_a_proof_there_is_no_certificate_and_the_server_runs_all_the_same() {
    let authority = Authority::start().await;
    let server = TestServer::start_with(by(&authority)).await;

    until("the refusal", || async { authority.outcome().is_some() }).await;

    assert_eq!(authority.outcome(), Some(Err("nobody answers there".to_owned())));
    assert!(!server.file("tls/acme.crt").exists());
    assert!(tls::connect_to(&server, &tls::certificate(&server)).await.is_ok(), "with one of its own meanwhile");
}
