//! Section "IRC": the door for IRC clients.

use secrecy::SecretString;

use super::address::Address;
use super::error::ConfigError;
use super::layers::{Given, Values};

/// Longest name that the server has among IRC clients, in bytes.
const NAME_BYTES: usize = 63;

/// The door for IRC clients.
#[derive(Debug, Clone)]
pub struct IrcConfig {
    /// Where plain lines are spoken; `None` for nowhere.
    pub plain: Option<Address>,
    /// Where lines are spoken under TLS; `None` for nowhere.
    pub tls: Option<Address>,
    /// What the server is called there.
    pub name: String,
    /// What everybody has to know who connects.
    pub password: Option<SecretString>,
    /// Who may become an operator.
    pub oper: Option<Oper>,
}

/// Who may become an operator.
#[derive(Debug, Clone)]
pub struct Oper {
    /// The name to give.
    pub name: String,
    /// The password to give.
    pub password: SecretString,
}

impl IrcConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let tls = values.optional("irc_tls");
        let has_certificate = values.optional("tls_cert").is_some() || values.required("tls").text == "self-signed";
        if let Some(given) = tls.filter(|_| !has_certificate) {
            return Err(given.bad("there is no certificate for it; set tls_cert and tls_key, or tls"));
        }
        let secret = |given: &Given| SecretString::from(given.text.clone());
        let oper = match (values.optional("irc_oper_name"), values.optional("irc_oper_password")) {
            (None, None) => None,
            (Some(name), None) => return Err(name.without("irc_oper_password")),
            (None, Some(password)) => return Err(password.without("irc_oper_name")),
            (Some(name), Some(password)) => Some(Oper { name: word(name)?, password: secret(password) }),
        };
        Ok(Self {
            plain: address(values.optional("irc"))?,
            tls: address(tls)?,
            name: name(values.required("irc_name"))?,
            password: values.optional("irc_password").map(secret),
            oper,
        })
    }
}

fn address(given: Option<&Given>) -> Result<Option<Address>, ConfigError> {
    given.map(|given| Address::parse(&given.text).ok_or_else(|| given.plainly_bad())).transpose()
}

/// Clients tell servers from people by the dot.
fn name(given: &Given) -> Result<String, ConfigError> {
    let is_good = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let text = given.text.trim();
    let good = text.len() <= NAME_BYTES && text.contains('.') && text.chars().all(is_good);
    if good && !text.starts_with('.') { Ok(text.to_owned()) } else { Err(given.plainly_bad()) }
}

fn word(given: &Given) -> Result<String, ConfigError> {
    let good = !given.text.is_empty() && !given.text.contains(|c: char| c.is_whitespace() || c.is_control());
    if good { Ok(given.text.clone()) } else { Err(given.plainly_bad()) }
}
