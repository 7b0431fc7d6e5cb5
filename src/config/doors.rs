//! Section "Doors": the ways in beside HTTP, each closed unless it has an address.

use std::time::Duration;

use secrecy::SecretString;

use super::address::Address;
use super::error::ConfigError;
use super::layers::{Given, Values};

/// Longest name, in bytes: a host name (RFC 1035, section 2.3.4).
const NAME_BYTES: usize = 63;

/// Where a door is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DoorAddresses {
    /// Without TLS.
    pub plain: Option<Address>,
    /// Under TLS, with the certificate of the server.
    pub tls: Option<Address>,
}

/// How files are handed from person to person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilesConfig {
    /// Bytes of the largest one; 0 for none at all.
    pub max_bytes: u64,
    /// How many may be under way.
    pub at_once: usize,
    /// Bytes a second of one; 0 for no limit.
    pub bytes_per_second: u64,
}

/// The ways in beside HTTP.
#[derive(Debug, Clone)]
pub struct DoorsConfig {
    /// Framed TCP.
    pub tcp: DoorAddresses,
    /// Files over framed TCP.
    pub files: FilesConfig,
    /// Plain lines.
    pub lines: DoorAddresses,
    /// IRC.
    pub irc: DoorAddresses,
    /// Silence after which somebody with plain lines is shown out.
    pub lines_idle: Duration,
    /// The name of the IRC server.
    pub irc_name: String,
    /// What IRC clients have to say before anything else (`PASS`).
    pub irc_password: Option<SecretString>,
    /// Who becomes an operator with `OPER`: name and password.
    pub irc_oper: Option<(String, SecretString)>,
}

impl DoorsConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let speaks_tls = values.optional("tls_cert").is_some() || values.required("tls").text != "off";
        let addresses = |plain, tls| {
            let addresses = DoorAddresses { plain: address(values, plain)?, tls: address(values, tls)? };
            match values.optional(tls) {
                Some(given) if !speaks_tls => {
                    Err(given.bad("there is no certificate; set tls_cert and tls_key, or tls"))
                }
                _ => Ok(addresses),
            }
        };
        let irc_name = values.required("irc_name");
        let is_name = |text: &str| {
            (1..=NAME_BYTES).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        };
        if !is_name(&irc_name.text) {
            return Err(irc_name.plainly_bad());
        }
        let irc_oper = match (values.optional("irc_oper_name"), values.optional("irc_oper_password")) {
            (Some(name), Some(password)) => Some((word(name)?, SecretString::from(word(password)?))),
            (Some(alone), None) => return Err(alone.without("irc_oper_password")),
            (None, Some(alone)) => return Err(alone.without("irc_oper_name")),
            (None, None) => None,
        };
        let irc_password = values.optional("irc_password").map(word).transpose()?.map(SecretString::from);
        Ok(Self {
            tcp: addresses("tcp", "tcp_tls")?,
            files: FilesConfig {
                max_bytes: values.number::<u64>("file_max_mib")? * 1024 * 1024,
                at_once: values.number("file_transfers")?,
                bytes_per_second: values.number::<u64>("file_rate_kib")? * 1024,
            },
            lines: addresses("lines", "lines_tls")?,
            irc: addresses("irc", "irc_tls")?,
            lines_idle: Duration::from_secs(values.number::<u64>("lines_idle_minutes")? * 60),
            irc_name: irc_name.text.clone(),
            irc_password,
            irc_oper,
        })
    }

    /// Opens on loopback what has no address yet, for trying out; under TLS too where the server speaks it.
    pub fn open_all(&mut self, speaks_tls: bool) {
        let doors = [(&mut self.tcp, 7070, 7443), (&mut self.lines, 7071, 7444), (&mut self.irc, 6667, 6697)];
        for (door, plain, tls) in doors {
            let loopback = |port| Address { host: "127.0.0.1".to_owned(), port };
            door.plain.get_or_insert_with(|| loopback(plain));
            if speaks_tls {
                door.tls.get_or_insert_with(|| loopback(tls));
            }
        }
    }
}

fn address(values: &Values, name: &'static str) -> Result<Option<Address>, ConfigError> {
    values.optional(name).map(|given| Address::parse(&given.text).ok_or_else(|| given.plainly_bad())).transpose()
}

/// One parameter of IRC that is not the last one: no space, no control character.
fn word(given: &Given) -> Result<String, ConfigError> {
    let is_word = (1..=200).contains(&given.text.len())
        && !given.text.starts_with(':')
        && !given.text.chars().any(|character| character.is_whitespace() || character.is_control());
    if is_word { Ok(given.text.clone()) } else { Err(given.plainly_bad()) }
}
