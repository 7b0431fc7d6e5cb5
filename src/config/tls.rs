//! Section "TLS": whether the server speaks it, with which certificate, and who is led to it.

use std::path::PathBuf;

use super::acme::AcmeConfig;
use super::address::Address;
use super::error::ConfigError;
use super::layers::{Given, Values};

/// Whether and how the server speaks TLS.
#[derive(Debug, Clone)]
pub struct TlsConfig {
    /// Where the certificate comes from.
    pub source: TlsSource,
    /// Where plain HTTP is answered with the way to TLS.
    pub http_redirect: Option<Address>,
}

/// Where the certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsSource {
    /// There is none: plain HTTP.
    Off,
    /// From these files.
    Files(CertificateFiles),
    /// The server makes one for itself.
    SelfSigned,
    /// From an authority that is asked for it.
    Acme(AcmeConfig),
}

/// A certificate and its key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The server's certificate, and those that lead to a known authority.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl TlsConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let tls = values.required("tls");
        let source = match (values.optional("tls_cert"), values.optional("tls_key"), tls.choice(&CHOICES)?) {
            (Some(cert), Some(_), true) => {
                let reason = format!("tls is self-signed, set by {}; set one of the two", tls.origin);
                return Err(cert.bad(reason));
            }
            (Some(cert), Some(key), false) => TlsSource::Files(CertificateFiles { cert: path(cert)?, key: path(key)? }),
            (Some(alone), None, _) => return Err(alone.without("tls_key")),
            (None, Some(alone), _) => return Err(alone.without("tls_cert")),
            (None, None, true) => TlsSource::SelfSigned,
            (None, None, false) => TlsSource::Off,
        };
        let source = match (AcmeConfig::read(values)?, values.optional("acme_domains"), source) {
            (Some(acme), _, TlsSource::Off) => TlsSource::Acme(acme),
            (Some(_), Some(given), _) => {
                return Err(given
                    .bad("there is a certificate already: set either acme_domains, or tls_cert and tls_key, or tls"));
            }
            (_, _, source) => source,
        };
        let redirect = values.optional("http_redirect");
        let http_redirect =
            redirect.map(|given| Address::parse(&given.text).ok_or_else(|| given.plainly_bad())).transpose()?;
        if let (Some(given), TlsSource::Off) = (redirect, &source) {
            return Err(given.bad("there is no TLS to lead to; set tls_cert and tls_key, or tls, or acme_domains"));
        }
        Ok(Self { source, http_redirect })
    }

    /// True when the server speaks TLS.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.source != TlsSource::Off
    }
}

const CHOICES: [(&str, bool); 2] = [("off", false), ("self-signed", true)];

fn path(given: &Given) -> Result<PathBuf, ConfigError> {
    if given.text.contains('\0') { Err(given.plainly_bad()) } else { Ok(PathBuf::from(&given.text)) }
}
