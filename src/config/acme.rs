//! Section "TLS": the authority that is asked for a certificate (ACME, RFC 8555).

use url::Url;

use super::error::ConfigError;
use super::layers::{Given, Values};
use super::oidc::web_address;

/// Most names in one certificate; Let's Encrypt takes as many.
const DOMAINS: usize = 100;

/// The authority, and the names that the certificate is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcmeConfig {
    /// The names, in lower case.
    pub domains: Vec<String>,
    /// Where the authority writes to when something is wrong.
    pub email: Option<String>,
    /// The address of the authority's directory.
    pub directory: Url,
}

impl AcmeConfig {
    pub(super) fn read(values: &Values) -> Result<Option<Self>, ConfigError> {
        let directory = web_address(values.required("acme_directory"))?;
        let given = values.optional("acme_email");
        let email = given.map(address).transpose()?;
        let Some(names) = values.optional("acme_domains") else {
            return given.map_or(Ok(None), |email| Err(email.without("acme_domains")));
        };
        Ok(Some(Self { domains: domains(names)?, email, directory }))
    }
}

fn domains(given: &Given) -> Result<Vec<String>, ConfigError> {
    let names = given.text.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty());
    let names: Vec<String> = names.map(str::to_ascii_lowercase).collect();
    let is_label = |label: &str| {
        let signs = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        signs && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    // A star needs a record in the DNS, an address another kind of proof.
    let is_name = |name: &String| {
        name.len() <= 253 && name.split('.').all(is_label) && name.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    let good = (1..=DOMAINS).contains(&names.len()) && names.iter().all(is_name);
    if good { Ok(names) } else { Err(given.plainly_bad()) }
}

fn address(given: &Given) -> Result<String, ConfigError> {
    let text = given.text.trim();
    let good = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let signs = text.len() <= 255 && !text.chars().any(|sign| sign.is_whitespace() || sign.is_control());
    if good && signs { Ok(text.to_owned()) } else { Err(given.plainly_bad()) }
}
