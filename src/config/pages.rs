//! Section "Pages": how pages are written.

use jiff::tz::TimeZone;

use super::error::ConfigError;
use super::layers::Values;

/// How pages are written.
#[derive(Debug, Clone)]
pub struct PagesConfig {
    /// The time zone of pages in browsers without JavaScript; with it, the browser's own is used.
    pub time_zone: TimeZone,
}

impl PagesConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let given = values.required("time_zone");
        let time_zone = match given.text.as_str() {
            "system" => TimeZone::system(),
            "" => return Err(given.plainly_bad()),
            name => TimeZone::get(name).map_err(|_| given.bad("this machine knows no such time zone"))?,
        };
        Ok(Self { time_zone })
    }
}
