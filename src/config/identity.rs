//! Whose word is believed about who somebody is, beside passwords: signed tokens of another system (RFC 7519), a header of
//! a proxy that has asked already, and a provider of OpenID Connect (`oidc`).

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::error::ConfigError;
use super::layers::{Given, Values};
use super::oidc::OidcConfig;

/// A key for HS256 has as many bytes as the hash, at least (RFC 7518, section 3.2).
const SECRET_BYTES: usize = 32;
/// Longest issuer and audience.
const TEXT_BYTES: usize = 255;

/// Who may vouch for people.
#[derive(Debug, Clone, Default)]
pub struct IdentityConfig {
    /// The shared secret of HS256.
    pub jwt_secret: Option<SecretString>,
    /// The file with the public keys of RS256, ES256 and `EdDSA`.
    pub jwt_jwks_file: Option<PathBuf>,
    /// Who must have issued a token.
    pub jwt_issuer: Option<String>,
    /// Whom a token must be for.
    pub jwt_audience: Option<String>,
    /// How long a browser stays logged in that came with a token; without it, as long as the token holds.
    pub jwt_login: Option<Duration>,
    /// The header in which a trusted proxy names whom it has let in, in lower case.
    pub auth_header: Option<String>,
    /// The provider of OpenID Connect.
    pub oidc: Option<OidcConfig>,
}

impl IdentityConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let jwt_secret = values.optional("jwt_secret").map(secret).transpose()?;
        let jwt_jwks_file = values.optional("jwt_jwks_file").map(file).transpose()?;
        let line_of = |name| values.optional(name).map(line).transpose();
        let (jwt_issuer, jwt_audience) = (line_of("jwt_issuer")?, line_of("jwt_audience")?);
        if jwt_secret.is_none() && jwt_jwks_file.is_none() {
            for name in ["jwt_issuer", "jwt_audience", "jwt_login_days"] {
                if let Some(given) = values.optional(name) {
                    return Err(given.bad("without jwt_secret or jwt_jwks_file no token is believed"));
                }
            }
        }
        let auth_header = values.optional("auth_header").map(header).transpose()?;
        // Believed from anywhere, it would let everybody in as anybody.
        if let (Some(given), None) = (values.optional("auth_header"), values.optional("trusted_proxies")) {
            let (name, origin) = (given.setting.name, given.origin.clone());
            return Err(ConfigError::Incomplete { name, origin, missing: "trusted_proxies" });
        }
        let days = values.optional("jwt_login_days").map(|_| values.number::<u64>("jwt_login_days")).transpose()?;
        let jwt_login = days.map(|days| Duration::from_hours(24 * days));
        let oidc = OidcConfig::read(values)?;
        Ok(Self { jwt_secret, jwt_jwks_file, jwt_issuer, jwt_audience, jwt_login, auth_header, oidc })
    }
}

fn secret(given: &Given) -> Result<SecretString, ConfigError> {
    if given.text.len() < SECRET_BYTES {
        return Err(given.plainly_bad());
    }
    Ok(SecretString::from(given.text.clone()))
}

fn file(given: &Given) -> Result<PathBuf, ConfigError> {
    if given.text.contains('\0') { Err(given.plainly_bad()) } else { Ok(PathBuf::from(&given.text)) }
}

fn line(given: &Given) -> Result<String, ConfigError> {
    let good = given.text.len() <= TEXT_BYTES && !given.text.chars().any(char::is_control);
    if good { Ok(given.text.clone()) } else { Err(given.plainly_bad()) }
}

/// A token (RFC 9110, section 5.6.2), without the headers that mean something else.
fn header(given: &Given) -> Result<String, ConfigError> {
    let name = given.text.to_ascii_lowercase();
    let signs = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_taken = matches!(name.as_str(), "authorization" | "cookie" | "host" | "origin" | "user-agent");
    if name.is_empty() || !name.bytes().all(signs) || is_taken { Err(given.plainly_bad()) } else { Ok(name) }
}
