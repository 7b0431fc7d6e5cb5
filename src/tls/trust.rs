//! Whom a client trusts: the authorities that browsers trust, or the certificates of one file instead.

use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::certificate;
use super::error::TlsError;

/// What a client's handshake needs. With a file, its certificates are trusted and nobody else's.
///
/// # Errors
/// When the file holds no certificate.
///
/// # Panics
/// Never: ring has all that rustls takes for safe.
pub fn client_config(authority: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    const FLAG: &str = "--tls-ca";
    let mut roots = RootCertStore { roots: Vec::new() };
    match authority {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            for certificate in certificate::chain(FLAG, path)? {
                let unusable = |error: tokio_rustls::rustls::Error| TlsError::Unusable {
                    setting: FLAG,
                    path: path.to_owned(),
                    reason: error.to_string(),
                };
                roots.add(certificate).map_err(unusable)?;
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the suites of every version that rustls takes for safe")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
