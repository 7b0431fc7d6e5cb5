//! Public keys of those who sign tokens, from a JSON Web Key Set (RFC 7517).

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use derive_more::{Display, Error};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

/// Why a key set is not usable.
#[derive(Debug, Clone, PartialEq, Eq, Display, Error)]
pub enum JwksError {
    /// The file is not there, or not ours to read.
    #[display("jwt_jwks_file: {} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// It is no key set.
    #[display("jwt_jwks_file: {} is no JSON Web Key Set (RFC 7517): {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No key of it is of a kind that is known here.
    #[display("jwt_jwks_file: {} has no key for RS256 (2048 bits or more), ES256 (P-256) or EdDSA (Ed25519)", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

/// One key.
#[derive(Debug, Clone)]
pub struct PublicKey {
    /// Its name.
    pub kid: Option<String>,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    /// RS256: RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// ES256: ECDSA with P-256 and SHA-256; the point, uncompressed.
    P256(Vec<u8>),
    /// `EdDSA` with Ed25519.
    Ed25519(Vec<u8>),
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// All keys of a set that can be used.
#[derive(Debug, Clone, Default)]
pub struct PublicKeys(Vec<PublicKey>);

impl PublicKeys {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is no key set, or has no key that can be used.
    pub fn read(path: &Path) -> Result<Self, JwksError> {
        let text = std::fs::read(path)
            .map_err(|error| JwksError::Unreadable { path: path.to_owned(), reason: error.to_string() })?;
        let set: KeySet = serde_json::from_slice(&text)
            .map_err(|error| JwksError::Malformed { path: path.to_owned(), reason: error.to_string() })?;
        let keys: Vec<PublicKey> = set.keys.into_iter().filter_map(usable).collect();
        if keys.is_empty() { Err(JwksError::Empty { path: path.to_owned() }) } else { Ok(Self(keys)) }
    }

    /// The keys that sign in this way.
    pub fn of<'a>(&'a self, algorithm: &'a str) -> impl Iterator<Item = &'a PublicKey> {
        self.0.iter().filter(move |key| key.kind.algorithm() == algorithm)
    }
}

impl PublicKey {
    /// True when the owner of this key has signed it.
    #[must_use]
    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match &self.kind {
            Kind::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            Kind::P256(point) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            Kind::Ed25519(point) => UnparsedPublicKey::new(&signature::ED25519, point).verify(message, signature),
        };
        checked.is_ok()
    }
}

impl Kind {
    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa { .. } => "RS256",
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
        }
    }
}

/// The key, if it is for signatures of a kind that is known here. Sets hold keys for other purposes too.
fn usable(key: Key) -> Option<PublicKey> {
    let part = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
    let kind = match (key.kty.as_str(), key.crv.as_deref()) {
        ("RSA", _) => Kind::Rsa { n: part(key.n)?, e: part(key.e)? },
        ("EC", Some("P-256")) => Kind::P256([vec![4], part(key.x)?, part(key.y)?].concat()),
        ("OKP", Some("Ed25519")) => Kind::Ed25519(part(key.x)?),
        _ => return None,
    };
    let is_for_signatures = key.usage.is_none_or(|usage| usage == "sig");
    let is_of_its_kind = key.alg.is_none_or(|alg| alg == kind.algorithm());
    (is_for_signatures && is_of_its_kind).then_some(PublicKey { kid: key.kid, kind })
}
