//! Section "Access": who is let in.

use secrecy::SecretString;

use super::error::ConfigError;
use super::layers::{Given, Values};
use crate::domain::access::{Access, GuestAccess, Registration};
use crate::domain::limits::{PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS};
use crate::domain::name::UserName;

/// Longest name of a server, in characters.
const SERVER_NAME_CHARS: usize = 64;

/// Who is let in.
#[derive(Debug, Clone)]
pub struct AccessConfig {
    /// What guests may do, if somebody decided it.
    pub guests: Option<GuestAccess>,
    /// How accounts come into being.
    pub registration: Registration,
    /// The name of the server, as pages show it.
    pub server_name: String,
    /// The first account, if it is to be made without a browser.
    pub admin: Option<Admin>,
}

/// The first account.
#[derive(Debug, Clone)]
pub struct Admin {
    /// Its name, checked.
    pub name: UserName,
    /// Its password, of an allowed length.
    pub password: SecretString,
}

impl AccessConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let guests = [("off", GuestAccess::Off), ("lobby", GuestAccess::Lobby), ("open", GuestAccess::Open)];
        let registration =
            [("open", Registration::Open), ("invite", Registration::Invite), ("closed", Registration::Closed)];
        Ok(Self {
            guests: values.optional("guests").map(|given| given.choice(&guests)).transpose()?,
            registration: values.required("registration").choice(&registration)?,
            server_name: server_name(values.required("server_name"))?,
            admin: admin(values)?,
        })
    }

    /// The policy that follows for a server with or without accounts.
    #[must_use]
    pub fn policy(&self, has_accounts: bool) -> Access {
        Access::new(has_accounts, self.guests, self.registration)
    }
}

fn server_name(given: &Given) -> Result<String, ConfigError> {
    let name = given.text.trim();
    let good = !name.is_empty() && name.chars().count() <= SERVER_NAME_CHARS && !name.chars().any(char::is_control);
    if good { Ok(name.to_owned()) } else { Err(given.plainly_bad()) }
}

fn admin(values: &Values) -> Result<Option<Admin>, ConfigError> {
    match (values.optional("admin_name"), values.optional("admin_password")) {
        (None, None) => Ok(None),
        (Some(name), None) => Err(name.without("admin_password")),
        (None, Some(password)) => Err(password.without("admin_name")),
        (Some(name), Some(password)) => {
            let checked = UserName::parse(&name.text).map_err(|error| name.bad(error.to_string()))?;
            let long_enough = password.text.chars().count() >= PASSWORD_MIN_CHARS;
            if !long_enough || password.text.len() > PASSWORD_MAX_BYTES {
                return Err(password.plainly_bad());
            }
            Ok(Some(Admin { name: checked, password: SecretString::from(password.text.clone()) }))
        }
    }
}
