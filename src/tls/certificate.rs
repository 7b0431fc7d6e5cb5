//! A certificate with its key, read from PEM files (RFC 7468) and checked against each other.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::error::TlsError;
use super::expiry::validity;
use crate::config::CertificateFiles;
use crate::domain::clock::Timestamp;

/// The setting that names the file of the certificate.
const CERT: &str = "tls_cert";
/// The setting that names the file of the key.
const KEY: &str = "tls_key";

/// A certificate that can be used.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The chain and the key, as rustls takes them.
    pub(super) key: Arc<CertifiedKey>,
    /// From when it is good.
    pub good_from: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// SHA-256 of the certificate, as browsers and `openssl x509 -fingerprint` show it.
    pub fingerprint: String,
}

impl Certificate {
    /// Reads both files.
    ///
    /// # Errors
    /// When one is missing or no PEM, or they do not belong together.
    pub fn read(files: &CertificateFiles) -> Result<Self, TlsError> {
        let chain = chain(CERT, &files.cert)?;
        let key = key(&files.key)?;
        let leaf = chain.first().cloned().unwrap_or_else(|| CertificateDer::from(Vec::new()));
        let unusable =
            |setting, path: &Path, reason: String| Err(TlsError::Unusable { setting, path: path.to_owned(), reason });
        let Some((good_from, expires_at)) = validity(&leaf) else {
            return unusable(CERT, &files.cert, "it is no certificate of X.509".to_owned());
        };
        let provider = ring::default_provider();
        let signing = match provider.key_provider.load_private_key(key) {
            Ok(signing) => signing,
            Err(error) => return unusable(KEY, &files.key, error.to_string()),
        };
        let key = CertifiedKey::new(chain, signing);
        if key.keys_match().is_err() {
            return Err(TlsError::Mismatch { cert: files.cert.clone(), key: files.key.clone() });
        }
        Ok(Self { key: Arc::new(key), good_from, expires_at, fingerprint: fingerprint(&leaf) })
    }

    /// The server's own certificate, in DER.
    pub(super) fn leaf(&self) -> Option<&CertificateDer<'static>> {
        self.key.cert.first()
    }
}

/// All certificates of a file, at least one.
pub(super) fn chain(setting: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bytes = read(setting, path)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let chain = chain.unwrap_or_default();
    if chain.is_empty() {
        let (path, wanted, label) = (path.to_owned(), "certificate", "CERTIFICATE");
        return Err(TlsError::NoPem { setting, path, wanted, label });
    }
    Ok(chain)
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let bytes = read(KEY, path)?;
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| TlsError::NoPem {
        setting: KEY,
        path: path.to_owned(),
        wanted: "private key without a password",
        label: "PRIVATE KEY",
    })
}

fn read(setting: &'static str, path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|error| TlsError::Unreadable {
        setting,
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

fn fingerprint(der: &[u8]) -> String {
    let pairs: Vec<String> = Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A certificate for this name with its key, as PEM.
    pub fn pair(name: &str) -> (String, String) {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    /// Files with these words in a folder.
    pub fn files(folder: &Path, cert: &str, key: &str) -> CertificateFiles {
        let files = CertificateFiles { cert: folder.join("a.crt"), key: folder.join("a.key") };
        std::fs::write(&files.cert, cert).unwrap();
        std::fs::write(&files.key, key).unwrap();
        files
    }

    fn refused(cert: &str, key: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let line = Certificate::read(&files(folder.path(), cert, key)).unwrap_err().to_string();
        assert!(!line.contains('\n'), "{line}");
        line
    }

    #[test]
    fn what_is_wrong_is_told_in_one_line_that_names_the_setting() {
        let ((cert, key), (other_cert, other_key)) = (pair("a.example"), pair("b.example"));

        assert!(refused("no certificate", &key).starts_with("tls_cert: "));
        assert!(refused(&key, &key).contains("holds no certificate in PEM"));
        assert!(refused(&cert, "no key").starts_with("tls_key: "));
        assert!(refused(&cert, &cert).contains("holds no private key"));
        assert!(refused(&cert, &other_key).contains("does not fit the certificate"));
        assert!(refused(&format!("{other_cert}{cert}"), &key).contains("server's own certificate first"));
        let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(refused(empty, &key).contains("no certificate of X.509"));

        let folder = tempfile::tempdir().unwrap();
        let mut files = files(folder.path(), &cert, &key);
        assert!(Certificate::read(&files).is_ok());
        files.cert = folder.path().join("missing.crt");
        let line = Certificate::read(&files).unwrap_err().to_string();
        assert!(line.starts_with("tls_cert: ") && line.contains("missing.crt cannot be read"), "{line}");
    }

    #[test]
    fn the_fingerprint_is_written_as_others_write_it() {
        assert!(fingerprint(b"abc").starts_with("BA:78:16:BF:"));
    }
}
