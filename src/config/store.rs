//! Section "Store": where the server keeps its data.

use std::fmt;
use std::path::PathBuf;

use super::error::ConfigError;
use super::layers::{Given, Values};
use super::masking::without_password;

/// Where the server keeps its data.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The folder of everything; relative to the working directory.
    pub data: PathBuf,
    /// The database, if it is not `parlor.db` in the data folder.
    pub database: Option<DatabaseUrl>,
}

/// A URL that may hold a password; it shows itself without one.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl StoreConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let data = values.required("data");
        if data.text.is_empty() || data.text.contains('\0') {
            return Err(data.plainly_bad());
        }
        let database = values.optional("database").map(database_url).transpose()?;
        Ok(Self { data: PathBuf::from(&data.text), database })
    }
}

/// Which kinds of database there are is for the storage layer to say; here a scheme is enough.
fn database_url(given: &Given) -> Result<DatabaseUrl, ConfigError> {
    let scheme = given.text.split_once(':').map(|(scheme, _)| scheme);
    match scheme {
        Some(scheme) if !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            Ok(DatabaseUrl(given.text.clone()))
        }
        _ => Err(given.plainly_bad()),
    }
}

impl DatabaseUrl {
    /// A URL from elsewhere than the settings.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The URL with its password, for the driver and for nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", without_password(&self.0))
    }
}
