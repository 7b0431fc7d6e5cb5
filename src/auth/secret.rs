//! Random secrets and their hashes. A secret is shown once and kept by its owner; the database keeps its SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::domain::ids::{DeviceId, UserId};
use crate::storage::devices::SecretHash;
use uuid::Uuid;

/// Random bytes from the operating system.
///
/// # Panics
/// When the operating system has no random numbers: nothing safe can be done then.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
    bytes
}

/// 256 random bits as 43 characters that need no quoting anywhere.
#[must_use]
pub fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// 128 random bits as 22 characters, for links.
#[must_use]
pub fn random_link() -> String {
    URL_SAFE_NO_PAD.encode(random::<16>())
}

/// Eight characters that are easy to read from one screen and type on another: 40 bits, good for one set-up.
#[must_use]
pub fn random_code() -> String {
    const SIGNS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz7";
    let signs = random::<8>().map(|byte| char::from(SIGNS[usize::from(byte % 32)]));
    let (left, right) = signs.split_at(4);
    format!("{}-{}", left.iter().collect::<String>(), right.iter().collect::<String>())
}

/// A new person's id: version 7, so that rows are written in order.
#[must_use]
pub fn new_user() -> UserId {
    UserId(Uuid::now_v7())
}

/// A new device's id.
#[must_use]
pub fn new_device() -> DeviceId {
    DeviceId(Uuid::now_v7())
}

/// What the database keeps of a secret. Secrets are random, so that a plain hash is enough.
#[must_use]
pub fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Compares two texts without telling by the time where they differ.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    // Hashes of equal texts are equal; where two hashes differ says nothing about the texts.
    hash(one) == hash(other)
}
