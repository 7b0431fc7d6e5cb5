//! Certificates from an authority: asked for at the start, shown to clients, and asked for again before they end.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parlor::config::{AcmeConfig, Config, TlsSource};
use parlor::domain::clock::Clock;
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use crate::support::authority::{Authority, shown_by};
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

/// Whether the server shows the certificate of this file.
async fn shows(server: &TestServer, file: &Path) -> bool {
    let Ok(pem) = std::fs::read(file) else { return false };
    let kept = CertificateDer::from_pem_slice(&pem).expect("a certificate");
    shown_by(server.address, "localhost").await.is_ok_and(|shown| shown == *kept)
}

#[tokio::test]
async fn a_certificate_is_asked_for_shown_and_renewed_in_time() {
    let authority = Authority::start().await;
    let mut server = served(&authority).await;
    authority.fetched().await;
    assert_eq!(authority.outcome(), Some(Ok(())));

    let file = server.file("tls/acme.crt");
    until("the new certificate", || shows(&server, &file)).await;
    for name in ["acme.crt", "acme.key", "acme-account.json"] {
        let mode = server.file(&format!("tls/{name}")).metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let first = std::fs::read(&file).expect("read");

    server.stop().await;
    server.start_again_with(by(&authority)).await;
    assert!(shows(&server, &file).await, "it is there at once");
    server.stop().await;
    // Two thirds of its 90 days are over.
    server.pass(Duration::from_hours(24 * 60));
    server.start_again_with(by(&authority)).await;
    authority.fetched().await;

    until("another certificate", || async { std::fs::read(&file).expect("read") != first }).await;
    until("it in use", || shows(&server, &file)).await;
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
