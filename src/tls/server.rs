//! The certificate of the server in force, and how the next one takes its place: connections that are open keep the one they
//! began with, new handshakes take the new one, and a new one that is broken changes nothing.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
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
/// What an authority speaks that wants to see a proof (RFC 8737, section 3).
#[cfg(feature = "acme")]
pub const ACME_PROTOCOL: &[u8] = b"acme-tls/1";

/// TLS of one server.
#[derive(Debug)]
pub struct ServerTls {
    files: CertificateFiles,
    source: Source,
    current: Arc<Current>,
    config: Arc<ServerConfig>,
    seen: Mutex<Option<Seen>>,
}

/// Who makes the next certificate.
#[derive(Debug)]
enum Source {
    /// Somebody who writes files.
    Files,
    /// The server itself, in this folder, for these names.
    SelfSigned { folder: PathBuf, names: Vec<String> },
    /// An authority that the server asks.
    #[cfg(feature = "acme")]
    Acme,
}

/// What is given to clients. rustls asks for it at each handshake.
#[derive(Debug)]
struct Current {
    certificate: RwLock<Certificate>,
    /// Certificates that show an authority that a name leads here, by name.
    #[cfg(feature = "acme")]
    proofs: RwLock<std::collections::HashMap<String, Arc<CertifiedKey>>>,
}

/// What tells that a file is another one than before, for both files.
type Seen = [(SystemTime, u64, u64); 2];

impl Current {
    fn new(certificate: Certificate) -> Self {
        Self {
            certificate: RwLock::new(certificate),
            #[cfg(feature = "acme")]
            proofs: RwLock::default(),
        }
    }

    fn get(&self) -> Certificate {
        // A panic between lock and unlock leaves a whole certificate behind.
        self.certificate.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Current {
    #[cfg_attr(not(feature = "acme"), expect(unused_variables, reason = "only an authority asks for something else"))]
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        #[cfg(feature = "acme")]
        if hello.alpn().is_some_and(|mut names| names.any(|name| name == ACME_PROTOCOL)) {
            let proofs = self.proofs.read().unwrap_or_else(PoisonError::into_inner);
            return proofs.get(&hello.server_name()?.to_ascii_lowercase()).cloned();
        }
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
            TlsSource::Acme(_) => CertificateFiles { cert: folder.join("acme.crt"), key: folder.join("acme.key") },
        };
        let source = match &config.source {
            TlsSource::SelfSigned => Source::SelfSigned { folder: folder.to_owned(), names: own_names(host) },
            #[cfg(feature = "acme")]
            TlsSource::Acme(_) => Source::Acme,
            _ => Source::Files,
        };
        let seen = seen(&files);
        let certificate = match &config.source {
            // Until the authority has made one, something has to answer, if only for the authority's question.
            TlsSource::Acme(acme) if seen.is_none() => {
                Certificate::read(&self_signed::provide(folder, &acme.domains, now)?)?
            }
            _ => Certificate::read(&files)?,
        };
        tell(&certificate, now);
        let current = Arc::new(Current::new(certificate));
        let config = Arc::new(server_config(Arc::clone(&current), &source));
        Ok(Some(Self { files, source, current, config, seen: Mutex::new(seen) }))
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
        matches!(self.source, Source::SelfSigned { .. }).then(|| self.current.get().fingerprint)
    }

    /// Whether an authority has to be asked for another certificate: there is none, it is not for all of these names, or two
    /// thirds of its time are over.
    #[cfg(feature = "acme")]
    pub(super) fn is_due(&self, names: &[String], now: Timestamp) -> bool {
        let certificate = self.current.get();
        let life = certificate.expires_at.since(certificate.good_from);
        let has_none = self.seen.lock().unwrap_or_else(PoisonError::into_inner).is_none();
        has_none || !self_signed::is_for(&certificate, names) || now >= certificate.good_from.plus(life * 2 / 3)
    }

    /// Shows an authority that asks for this name what it wants to see.
    #[cfg(feature = "acme")]
    pub(super) fn show_proof(&self, name: &str, proof: Arc<CertifiedKey>) {
        let mut proofs = self.current.proofs.write().unwrap_or_else(PoisonError::into_inner);
        proofs.insert(name.to_ascii_lowercase(), proof);
    }

    /// Nobody asks any more.
    #[cfg(feature = "acme")]
    pub(super) fn forget_proofs(&self) {
        self.current.proofs.write().unwrap_or_else(PoisonError::into_inner).clear();
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
        *self.current.certificate.write().unwrap_or_else(PoisonError::into_inner) = certificate;
        Ok(())
    }

    /// Takes what the files hold now, and says in the log how that went.
    pub fn reload_or_complain(&self, now: Timestamp) {
        if let Err(error) = self.reload(now) {
            log::error!("the certificate stays as it was, because the new one cannot be used: {error}");
        }
    }

    /// Does so if the files are others than at the last look. A certificate of our own is made anew before it ends.
    pub fn keep_up(&self, now: Timestamp) {
        if let Source::SelfSigned { folder, names } = &self.source
            && self.expires_at() <= now.plus(self_signed::RENEW_BEFORE)
            && let Err(error) = self_signed::provide(folder, names, now)
        {
            log::error!("the certificate stays as it was, because no new one can be made: {error}");
        }
        let before = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen(&self.files) != before {
            self.reload_or_complain(now);
        }
    }
}

/// Looks after the certificate for as long as it runs.
pub async fn look_after(tls: Arc<ServerTls>, clock: crate::domain::clock::Clock) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let (tls, now) = (Arc::clone(&tls), clock.now());
        // A panic there is one look that was missed.
        let _ = tokio::task::spawn_blocking(move || tls.keep_up(now)).await;
    }
}

fn own_names(host: Option<&str>) -> Vec<String> {
    let mut names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let host = host.map(|host| host.trim_matches(['[', ']']).to_owned());
    names.extend(host.filter(|host| !names.contains(host)));
    names
}

fn server_config(current: Arc<Current>, source: &Source) -> ServerConfig {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the suites of every version that rustls takes for safe")
        .with_no_client_auth()
        .with_cert_resolver(current);
    // WebSockets begin in HTTP/1.1, and nothing else is spoken here.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    match source {
        Source::Files | Source::SelfSigned { .. } => {}
        #[cfg(feature = "acme")]
        Source::Acme => config.alpn_protocols.push(ACME_PROTOCOL.to_vec()),
    }
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
        tls.keep_up(Timestamp(0));
        assert_eq!(tls.current.get().fingerprint, before);
        assert!(tls.reload(Timestamp(0)).is_err());

        files(folder.path(), &second.0, &second.1);
        tls.keep_up(Timestamp(0));
        assert_ne!(tls.current.get().fingerprint, before);
    }

    #[test]
    fn our_own_certificate_is_made_anew_before_it_ends() {
        let (folder, start) = (tempfile::tempdir().unwrap(), Timestamp(1_795_251_600_000));
        let config = TlsConfig { source: TlsSource::SelfSigned, http_redirect: None };
        let tls = ServerTls::open(&config, folder.path(), Some("chat.example"), start).unwrap().unwrap();
        let (before, end) = (tls.own_fingerprint(), tls.expires_at());
        let almost = Timestamp(end.0 - i64::try_from(self_signed::RENEW_BEFORE.as_millis()).unwrap());

        tls.keep_up(Timestamp(almost.0 - 1));
        assert_eq!(tls.own_fingerprint(), before, "there is time enough");
        tls.keep_up(almost);

        assert_ne!(tls.own_fingerprint(), before);
        assert!(tls.expires_at() > end);
    }

    #[test]
    fn our_own_certificate_has_the_names_of_this_machine_and_the_public_one() {
        assert_eq!(own_names(None), ["localhost", "127.0.0.1", "::1"]);
        assert_eq!(own_names(Some("chat.example"))[3], "chat.example");
        assert_eq!(own_names(Some("[::1]")).len(), 3);
    }
}
