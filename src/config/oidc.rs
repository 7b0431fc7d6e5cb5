//! Section "Access": the OpenID Connect provider at which people may log in.

use secrecy::SecretString;
use url::{Host, Url};

use super::error::ConfigError;
use super::layers::{Given, Values};

/// Longest text of each setting.
const TEXT_BYTES: usize = 255;
/// Longest label of the button, in characters.
const NAME_CHARS: usize = 40;
/// Settings that mean nothing without a provider.
const DEPENDENT: [&str; 4] = ["oidc_client_id", "oidc_client_secret", "oidc_name", "oidc_only"];

/// The provider.
#[derive(Debug, Clone)]
pub struct OidcConfig {
    /// Its address, which is also its name.
    pub issuer: String,
    /// What it calls this server.
    pub client_id: String,
    /// What it knows this server by, if it has given out a secret.
    pub client_secret: Option<SecretString>,
    /// What people call it.
    pub name: String,
    /// What it is asked for, beside `openid`.
    pub scopes: Vec<String>,
    /// Passwords are for those who run the server.
    pub only: bool,
}

impl OidcConfig {
    pub(super) fn read(values: &Values) -> Result<Option<Self>, ConfigError> {
        let only = values.required("oidc_only").choice(&[("on", true), ("off", false)])?;
        let scopes = scopes(values.required("oidc_scopes"))?;
        let line_of = |name| values.optional(name).map(line).transpose();
        let (client_id, client_secret) = (line_of("oidc_client_id")?, line_of("oidc_client_secret")?);
        let label = values.optional("oidc_name").map(name).transpose()?;
        let Some(issuer) = values.optional("oidc_issuer") else {
            let alone = DEPENDENT.iter().filter_map(|name| values.optional(name));
            return match alone.into_iter().find(|given| given.setting.name != "oidc_only" || only) {
                Some(given) => Err(given.without("oidc_issuer")),
                None => Ok(None),
            };
        };
        let host = web_address(issuer)?.host_str().unwrap_or_default().to_owned();
        let client_id = client_id.ok_or_else(|| issuer.without("oidc_client_id"))?;
        Ok(Some(Self {
            issuer: issuer.text.clone(),
            client_id,
            client_secret: client_secret.map(SecretString::from),
            name: label.unwrap_or(host),
            scopes,
            only,
        }))
    }
}

/// The address of a service that is trusted: over TLS, or on this machine.
pub(super) fn web_address(given: &Given) -> Result<Url, ConfigError> {
    let url = Url::parse(&given.text).ok().filter(|url| given.text.len() <= TEXT_BYTES && url.fragment().is_none());
    let url = url.filter(|url| url.username().is_empty() && url.password().is_none());
    let is_here = |url: &Url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(v4)) => v4.is_loopback(),
        Some(Host::Ipv6(v6)) => v6.is_loopback(),
        None => false,
    };
    let url = url.filter(|url| url.scheme() == "https" || (url.scheme() == "http" && is_here(url)));
    url.ok_or_else(|| given.plainly_bad())
}

fn line(given: &Given) -> Result<String, ConfigError> {
    let good = given.text.len() <= TEXT_BYTES && !given.text.chars().any(char::is_control);
    if good { Ok(given.text.clone()) } else { Err(given.plainly_bad()) }
}

fn name(given: &Given) -> Result<String, ConfigError> {
    let name = given.text.trim();
    let good = !name.is_empty() && name.chars().count() <= NAME_CHARS && !name.chars().any(char::is_control);
    if good { Ok(name.to_owned()) } else { Err(given.plainly_bad()) }
}

/// Scopes (RFC 6749, section 3.3); `openid` is asked for anyway.
fn scopes(given: &Given) -> Result<Vec<String>, ConfigError> {
    let good = |sign: char| sign == ' ' || (sign.is_ascii_graphic() && sign != '"' && sign != '\\');
    if given.text.len() > TEXT_BYTES || !given.text.chars().all(good) {
        return Err(given.plainly_bad());
    }
    Ok(given.text.split_whitespace().filter(|scope| *scope != "openid").map(str::to_owned).collect())
}
