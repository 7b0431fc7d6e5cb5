//! Section "Notifications": whom Web Push may reach, and whom its services ask.

use super::error::ConfigError;
use super::layers::Values;

/// Whom Web Push may reach, and whom its services ask.
#[derive(Debug, Clone)]
pub struct PushConfig {
    /// Also machines of private networks, and without TLS.
    pub allow_private: bool,
    /// `mailto:...` or `https://...` of whoever runs this server.
    pub contact: Option<String>,
}

impl PushConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let contact = match values.optional("push_contact") {
            None => None,
            Some(given) => {
                let text = given.text.trim();
                let is_good = (text.starts_with("mailto:") && text.contains('@')) || text.starts_with("https://");
                if !is_good || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
                    return Err(given.plainly_bad());
                }
                Some(text.to_owned())
            }
        };
        let allow_private = values.required("push_allow_private").choice(&[("on", true), ("off", false)])?;
        Ok(Self { allow_private, contact })
    }
}
