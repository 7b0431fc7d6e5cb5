//! Who sends: this server's own key, and the signature that push services ask for (RFC 8292).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;

use super::endpoint::Endpoint;
use super::error::PushError;
use crate::domain::clock::Timestamp;
use crate::storage::Store;
use crate::storage::settings::VAPID_KEY;

/// How long a signature is good; a day at most (section 2).
const GOOD_FOR_SECONDS: i64 = 12 * 3600;

/// The key pair.
pub struct VapidKey {
    pair: EcdsaKeyPair,
    public: String,
    contact: Option<String>,
}

impl VapidKey {
    /// The key of this database, made if there is none yet.
    pub async fn open(store: &dyn Store, contact: Option<String>) -> Result<Self, PushError> {
        let random = SystemRandom::new();
        let bad = |_| PushError::BadServerKey;
        let text = if let Some(text) = store.setting(VAPID_KEY).await? {
            text
        } else {
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(bad)?;
            store.setting_or_insert(VAPID_KEY, &URL_SAFE_NO_PAD.encode(made)).await?
        };
        let document = URL_SAFE_NO_PAD.decode(text).map_err(|_| PushError::BadServerKey)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &document, &random)
            .map_err(|_| PushError::BadServerKey)?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key());
        Ok(Self { pair, public, contact })
    }

    /// The public key in base64url.
    pub fn public_text(&self) -> &str {
        &self.public
    }

    /// The header `Authorization` for this service.
    pub fn authorization(&self, endpoint: &Endpoint, now: Timestamp) -> Option<String> {
        let mut claims = json!({"aud": endpoint.origin(), "exp": now.0 / 1000 + GOOD_FOR_SECONDS});
        if let Some(contact) = &self.contact {
            claims["sub"] = contact.as_str().into();
        }
        let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(json!({"typ": "JWT", "alg": "ES256"})), encode(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        Some(format!("vapid t={signed}.{}, k={}", URL_SAFE_NO_PAD.encode(signature), self.public))
    }
}
