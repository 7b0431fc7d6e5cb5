//! The settings: flag over variable over file over default, read once at the start, checked, and then passed on as
//! plain typed sections. [`setting::SETTINGS`] is the one table behind all of it. Nothing here knows a feature.

pub mod access;
pub mod acme;
mod address;
pub mod doors;
pub mod error;
pub mod example;
pub mod flags;
pub mod heartbeat;
pub mod identity;
mod layers;
pub mod limits;
pub mod listen;
pub mod log;
mod masking;
mod nearest;
pub mod oidc;
pub mod pages;
pub mod push;
pub mod setting;
pub mod shown;
pub mod store;
pub mod tls;
pub mod upkeep;

use std::path::Path;

use layers::Values;

pub use access::{AccessConfig, Admin};
pub use acme::AcmeConfig;
pub use address::{Address, PublicUrl};
pub use doors::{DoorAddresses, DoorsConfig, FilesConfig};
pub use error::{ConfigError, Origin};
pub use example::example_toml;
pub use flags::{clap_args, given_flags};
pub use heartbeat::HeartbeatConfig;
pub use identity::IdentityConfig;
pub use layers::environment;
pub use limits::LimitsConfig;
pub use listen::ListenConfig;
pub use log::{LogConfig, LogFormat};
pub use oidc::OidcConfig;
pub use pages::PagesConfig;
pub use push::PushConfig;
pub use setting::TOKEN_VARIABLE;
pub use shown::ShownValue;
pub use store::{DatabaseUrl, StoreConfig};
pub use tls::{CertificateFiles, TlsConfig, TlsSource};
pub use upkeep::UpkeepConfig;

/// Everything that can be set, checked. The fields are public so that tests can change them.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the server is reached.
    pub listen: ListenConfig,
    /// Whether it speaks TLS.
    pub tls: TlsConfig,
    /// The ways in beside HTTP.
    pub doors: DoorsConfig,
    /// Where it keeps its data.
    pub store: StoreConfig,
    /// Who is let in.
    pub access: AccessConfig,
    /// Whose word is believed about who somebody is.
    pub identity: IdentityConfig,
    /// How much each may do.
    pub limits: LimitsConfig,
    /// How dead connections are found.
    pub heartbeat: HeartbeatConfig,
    /// What is logged.
    pub log: LogConfig,
    /// How pages are written.
    pub pages: PagesConfig,
    /// Whom notifications may reach.
    pub push: PushConfig,
    /// What it does by itself to stay in order.
    pub upkeep: UpkeepConfig,
    /// What was set, and where, for [`Config::shown`].
    given: Vec<ShownValue>,
}

impl Config {
    /// Reads the settings. `flags` are names with values as [`given_flags`] finds them, `vars` the variables as
    /// [`environment`] finds them; `parlor.toml` is looked for in `working_dir` unless a flag or a variable names another.
    ///
    /// # Errors
    /// The first fault found, as one line that names the setting.
    pub fn load(
        flags: impl IntoIterator<Item = (String, String)>,
        vars: impl IntoIterator<Item = (String, String)>,
        working_dir: &Path,
    ) -> Result<Self, ConfigError> {
        Self::read(&layers::collect(flags, vars, working_dir)?)
    }

    /// The settings of a server that nobody has set anything for.
    ///
    /// # Panics
    /// Never: a test reads the defaults.
    #[must_use]
    pub fn defaults() -> Self {
        layers::defaults_only()
            .and_then(|values| Self::read(&values))
            .expect("the defaults of the table are good values, a test reads them")
    }

    fn read(values: &Values) -> Result<Self, ConfigError> {
        Ok(Self {
            listen: ListenConfig::read(values)?,
            tls: TlsConfig::read(values)?,
            doors: DoorsConfig::read(values)?,
            store: StoreConfig::read(values)?,
            access: AccessConfig::read(values)?,
            identity: IdentityConfig::read(values)?,
            limits: LimitsConfig::read(values)?,
            heartbeat: HeartbeatConfig::read(values)?,
            log: LogConfig::read(values)?,
            pages: PagesConfig::read(values)?,
            push: PushConfig::read(values)?,
            upkeep: UpkeepConfig::read(values)?,
            given: shown::collect(values),
        })
    }

    /// What was loaded, as TOML that says where each value came from; secrets are hidden. Later changes to the fields
    /// do not show.
    #[must_use]
    pub fn shown(&self) -> String {
        shown::toml(&self.given)
    }
}

#[cfg(test)]
mod tests;
