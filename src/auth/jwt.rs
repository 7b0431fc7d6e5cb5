//! Signed tokens of other systems (RFC 7519, RFC 7515): read, and believed only if a key that the settings name has signed
//! them. The algorithm is bound to the key: a token cannot choose how it is checked.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use derive_more::{Display, Error};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::jwks::{JwksError, PublicKey, PublicKeys};
use crate::config::IdentityConfig;
use crate::domain::clock::Timestamp;
use crate::domain::name::RoomName;

/// Longest token that is looked at.
const TOKEN_BYTES: usize = 8 * 1024;
/// Longest subject.
const SUBJECT_BYTES: usize = 255;
/// Most rooms of one token.
const ROOMS: usize = 100;

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum JwtError {
    /// It is none, or too long.
    #[display("this is no JSON Web Token in compact form (RFC 7519)")]
    Malformed,
    /// Nobody here has a key of this kind.
    #[display(
        "this token is signed in a way that is not set up here; use HS256 with the shared secret, or RS256, ES256 or EdDSA with a published key"
    )]
    Algorithm,
    /// No key of this name.
    #[display("no key of the name in this token is known here; publish it in the key set and restart")]
    UnknownKey,
    /// Signed by somebody else, or changed since.
    #[display("the signature of this token is wrong")]
    Signature,
    /// Past its time, or without one.
    #[display("this token has ended or has no `exp`; get a new one")]
    Expired,
    /// Before its time.
    #[display("this token is not good yet")]
    TooEarly,
    /// Of somebody else.
    #[display("this token was issued by somebody who is not believed here")]
    Issuer,
    /// For somebody else.
    #[display("this token is for another audience")]
    Audience,
    /// It names nobody.
    #[display("this token needs a `sub` of 1 to {SUBJECT_BYTES} bytes")]
    Subject,
    /// Claims of the wrong kind.
    #[display(
        "the claims of this token do not fit: `exp` and `nbf` are numbers, `name` a text, `rooms` a list of names"
    )]
    Claims,
}

/// What a token says, once it is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Who says it.
    pub issuer: String,
    /// Whom they mean; theirs to choose, and stable.
    pub subject: String,
    /// What the person is called there.
    pub name: Option<String>,
    /// Until when it holds.
    pub until: Timestamp,
    /// Rooms to be a member of.
    pub rooms: Vec<RoomName>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Said {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Value>,
    exp: Option<f64>,
    nbf: Option<f64>,
    name: Option<String>,
    rooms: Option<Vec<String>>,
}

/// Checks tokens.
pub struct Verifier {
    secret: Option<hmac::Key>,
    keys: PublicKeys,
    issuer: Option<String>,
    audience: Option<String>,
}

impl Verifier {
    /// As the settings say; `None` where no token is believed.
    ///
    /// # Errors
    /// When the file with the keys cannot be read or has none.
    pub fn open(config: &IdentityConfig) -> Result<Option<Self>, JwksError> {
        let keys = config.jwt_jwks_file.as_deref().map(PublicKeys::read).transpose()?;
        if config.jwt_secret.is_none() && keys.is_none() {
            return Ok(None);
        }
        let key = |secret: &SecretString| hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
        Ok(Some(Self {
            secret: config.jwt_secret.as_ref().map(key),
            keys: keys.unwrap_or_default(),
            issuer: config.jwt_issuer.clone(),
            audience: config.jwt_audience.clone(),
        }))
    }

    /// What a token says, if it is to be believed now.
    ///
    /// # Errors
    /// Why it is not.
    pub fn read(&self, token: &str, now: Timestamp) -> Result<Claims, JwtError> {
        if token.len() > TOKEN_BYTES {
            return Err(JwtError::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JwtError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(JwtError::Malformed)?;
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| JwtError::Malformed)?;
        if header.crit.is_some() {
            // It demands to be understood, and nothing of the kind is here (RFC 7515, section 4.1.11).
            return Err(JwtError::Algorithm);
        }
        self.check_signature(&header, signed.as_bytes(), &decode(signature)?)?;
        // Only now: nothing of it was worth reading before.
        let said: Said = serde_json::from_slice(&decode(claims)?).map_err(|_| JwtError::Claims)?;
        self.believe(said, now)
    }

    fn check_signature(&self, header: &Header, signed: &[u8], signature: &[u8]) -> Result<(), JwtError> {
        if header.alg == "HS256" {
            let secret = self.secret.as_ref().ok_or(JwtError::Algorithm)?;
            return hmac::verify(secret, signed, signature).map_err(|_| JwtError::Signature);
        }
        let mut keys = self.keys.of(&header.alg).peekable();
        if keys.peek().is_none() {
            return Err(JwtError::Algorithm);
        }
        let named = |key: &&PublicKey| header.kid.as_ref().is_none_or(|kid| key.kid.as_ref() == Some(kid));
        let mut keys = keys.filter(named).peekable();
        if keys.peek().is_none() {
            return Err(JwtError::UnknownKey);
        }
        if keys.any(|key| key.has_signed(signed, signature)) { Ok(()) } else { Err(JwtError::Signature) }
    }

    fn believe(&self, said: Said, now: Timestamp) -> Result<Claims, JwtError> {
        let until = said.exp.map(milliseconds).filter(|until| now < *until).ok_or(JwtError::Expired)?;
        if said.nbf.is_some_and(|from| now < milliseconds(from)) {
            return Err(JwtError::TooEarly);
        }
        if self.issuer.is_some() && said.iss != self.issuer {
            return Err(JwtError::Issuer);
        }
        if self.audience.as_deref().is_some_and(|audience| !is_for(said.aud.as_ref(), audience)) {
            return Err(JwtError::Audience);
        }
        let subject = said.sub.filter(|sub| (1..=SUBJECT_BYTES).contains(&sub.len())).ok_or(JwtError::Subject)?;
        let rooms = said.rooms.unwrap_or_default();
        if rooms.len() > ROOMS {
            return Err(JwtError::Claims);
        }
        let rooms = rooms.iter().map(|room| RoomName::parse_existing(room).map_err(|_| JwtError::Claims));
        Ok(Claims {
            // Without an issuer to insist on, whoever has the key is one and the same.
            issuer: format!("jwt {}", self.issuer.as_deref().unwrap_or_default()),
            subject,
            name: said.name,
            until,
            rooms: rooms.collect::<Result<_, _>>()?,
        })
    }
}

/// True for what may be a token of this kind; guests' tokens have two points too.
#[must_use]
pub fn looks_like_one(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 2 && !token.starts_with(super::guest::PREFIX)
}

fn decode(part: &str) -> Result<Vec<u8>, JwtError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtError::Malformed)
}

/// Seconds since 1970, perhaps with a fraction (RFC 7519, section 2). A cast saturates, and NaN is zero.
#[expect(clippy::cast_possible_truncation, reason = "a time beyond all clocks is as good as the last one")]
fn milliseconds(seconds: f64) -> Timestamp {
    Timestamp((seconds * 1000.0) as i64)
}

/// One audience, or several (RFC 7519, section 4.1.3).
fn is_for(audience: Option<&Value>, wanted: &str) -> bool {
    match audience {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(several)) => several.iter().any(|one| one == wanted),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
