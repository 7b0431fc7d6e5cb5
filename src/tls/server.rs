//! The certificate of the server in force, and how the next one takes its place: connections that are open keep the one they
//! began with, new handshakes take the new one, and a new one that is broken changes nothing.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::certificate::Certificate;
use super::error::TlsError;
use super::self_signed;
use crate::config::{CertificateFiles, TlsConfig, TlsSource};
use crate::domain::clock::Timestamp;

/// How often it is looked whether the files have changed.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// TLS of one server.
#[derive(Debug)]
pub struct ServerTls {
    files: CertificateFiles,
    is_self_signed: bool,
    current: Arc<Current>,
    config: Arc<ServerConfig>,
    seen: Mutex<Option<Seen>>,
}

/// What is given to clients. rustls asks for it at each handshake.
#[derive(Debug)]
struct Current(RwLock<Certificate>);

/// What tells that a file is another one than before, for both files.
type Seen = [(SystemTime, u64, u64); 2];

impl Current {
    fn get(&self) -> Certificate {
        // A panic between lock and unlock leaves a whole certificate behind.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.get().key)
    }
}

impl ServerTls {
    /// As the settings say; `None` without TLS. `host` is the name under which people reach the server, for a certificate
    /// of our own, which lies in `folder`.
    ///
    /// # Errors
    /// When the certificate cannot be used.
    pub fn open(
        config: &TlsConfig,
        folder: &Path,
        host: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Self>, TlsError> {
        let files = match &config.source {
            TlsSource::Off => return Ok(None),
            TlsSource::Files(files) => files.clone(),
            TlsSource::SelfSigned => self_signed::provide(folder, &own_names(host), now)?,
        };
        let is_self_signed = matches!(config.source, TlsSource::SelfSigned);
        let seen = seen(&files);
        let certificate = Certificate::read(&files)?;
        tell(&certificate, now);
        let current = Arc::new(Current(RwLock::new(certificate)));
        let config = Arc::new(server_config(Arc::clone(&current)));
        Ok(Some(Self { files, is_self_signed, current, config, seen: Mutex::new(seen) }))
    }

    /// What a handshake needs.
    #[must_use]
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    /// Until when the certificate in force is good.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.current.get().expires_at
    }

    /// The fingerprint of a certificate of our own: what people compare, since nobody vouches for it.
    #[must_use]
    pub fn own_fingerprint(&self) -> Option<String> {
        self.is_self_signed.then(|| self.current.get().fingerprint)
    }

    /// Takes what the files hold now.
    ///
    /// # Errors
    /// When it cannot be used; the certificate in force stays.
    pub fn reload(&self, now: Timestamp) -> Result<(), TlsError> {
        // Before reading: what changes while it is read is looked at again.
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen(&self.files);
        let certificate = Certificate::read(&self.files)?;
        tell(&certificate, now);
        *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = certificate;
        Ok(())
    }

    /// Takes what the files hold now, and says in the log how that went.
    pub fn reload_or_complain(&self, now: Timestamp) {
        if let Err(error) = self.reload(now) {
            log::error!("the certificate stays as it was, because the new one cannot be used: {error}");
        }
    }

    /// Does so if the files are others than at the last look.
    pub fn reload_if_changed(&self, now: Timestamp) {
        let before = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen(&self.files) != before {
            self.reload_or_complain(now);
        }
    }
}

/// Follows the files for as long as it runs.
pub async fn follow_files(tls: Arc<ServerTls>, clock: crate::domain::clock::Clock) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let (tls, now) = (Arc::clone(&tls), clock.now());
        // A panic there is one look that was missed.
        let _ = tokio::task::spawn_blocking(move || tls.reload_if_changed(now)).await;
    }
}

fn own_names(host: Option<&str>) -> Vec<String> {
    let mut names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let host = host.map(|host| host.trim_matches(['[', ']']).to_owned());
    names.extend(host.filter(|host| !names.contains(host)));
    names
}

fn server_config(current: Arc<Current>) -> ServerConfig {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the suites of every version that rustls takes for safe")
        .with_no_client_auth()
        .with_cert_resolver(current);
    // WebSockets begin in HTTP/1.1, and nothing else is spoken here.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

fn seen(files: &CertificateFiles) -> Option<Seen> {
    let look = |path: &Path| {
        let file = std::fs::metadata(path).ok()?;
        Some((file.modified().ok()?, file.len(), file.ino()))
    };
    Some([look(&files.cert)?, look(&files.key)?])
}

fn tell(certificate: &Certificate, now: Timestamp) {
    let (end, fingerprint) = (certificate.expires_at, &certificate.fingerprint);
    if end <= now {
        log::error!("the certificate has expired on {end}; browsers refuse it. Its SHA-256 is {fingerprint}");
    } else {
        let days = end.since(now).as_secs() / 86_400;
        log::info!("the certificate is good for {days} days, until {end}. Its SHA-256 is {fingerprint}");
    }
}

#[cfg(test)]
mod tests {
    use super::super::certificate::tests::{files, pair};
    use super::*;

    fn open(files: &CertificateFiles) -> ServerTls {
        let config = TlsConfig { source: TlsSource::Files(files.clone()), http_redirect: None };
        ServerTls::open(&config, Path::new("."), None, Timestamp(0)).unwrap().unwrap()
    }

    #[test]
    fn a_new_certificate_takes_the_place_of_the_old_one_and_a_broken_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (pair("a.example"), pair("b.example"));
        let tls = open(&files(folder.path(), &first.0, &first.1));
        let before = tls.current.get().fingerprint;

        files(folder.path(), &second.0, "no key at all");
        tls.reload_if_changed(Timestamp(0));
        assert_eq!(tls.current.get().fingerprint, before);
        assert!(tls.reload(Timestamp(0)).is_err());

        files(folder.path(), &second.0, &second.1);
        tls.reload_if_changed(Timestamp(0));
        assert_ne!(tls.current.get().fingerprint, before);
    }

    #[test]
    fn our_own_certificate_has_the_names_of_this_machine_and_the_public_one() {
        assert_eq!(own_names(None), ["localhost", "127.0.0.1", "::1"]);
        assert_eq!(own_names(Some("chat.example"))[3], "chat.example");
        assert_eq!(own_names(Some("[::1]")).len(), 3);
    }
}
