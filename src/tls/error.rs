//! What can be wrong with a certificate or its key: one line that names the setting and says what to do.

use std::path::PathBuf;

use derive_more::{Display, Error};

/// Why there is no TLS.
#[derive(Debug, Display, Error)]
pub enum TlsError {
    /// A file is not there, or may not be read.
    #[display("{setting}: {} cannot be read: {reason}; give a file that the server may read", path.display())]
    Unreadable {
        /// Which setting names it.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A file is no PEM, or has nothing of use in it.
    #[display("{setting}: {} holds no {wanted} in PEM; give a file with a line -----BEGIN {label}-----", path.display())]
    NoPem {
        /// Which setting names it.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// What was looked for.
        wanted: &'static str,
        /// How PEM calls it.
        label: &'static str,
    },
    /// What the file holds cannot be used.
    #[display("{setting}: {} cannot be used: {reason}", path.display())]
    Unusable {
        /// Which setting names it.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The key belongs to another certificate.
    #[display(
        "tls_key: the key in {} does not fit the certificate in {}; give the two that were made together, and the server's own certificate first",
        key.display(), cert.display()
    )]
    Mismatch {
        /// The certificate.
        cert: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// A certificate of our own could not be made.
    #[display("tls: no certificate can be made in {}: {reason}", folder.display())]
    NotMade {
        /// Where.
        folder: PathBuf,
        /// Why.
        reason: String,
    },
}
