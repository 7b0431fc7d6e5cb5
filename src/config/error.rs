//! What can be wrong with the settings: always one line that names the setting and says what to do.

use std::path::PathBuf;

use derive_more::{Display, Error};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, Display)]
pub enum Origin {
    /// A flag, with its dashes.
    #[display("the flag {_0}")]
    Flag(String),
    /// A variable of the environment.
    #[display("the variable {_0}")]
    Variable(String),
    /// A file.
    #[display("the file {}", _0.display())]
    File(PathBuf),
    /// The table of settings.
    #[display("default")]
    Default,
}

/// Why the server does not start with these settings.
#[derive(Debug, Clone, PartialEq, Eq, Display, Error)]
pub enum ConfigError {
    /// No setting has this name.
    #[display("there is no setting {name:?}, set by {origin}{}; `parlor config --example` lists all", suggest(*suggestion, origin))]
    Unknown {
        /// The name as given.
        name: String,
        /// Where it stands.
        origin: Origin,
        /// The name of the setting that was probably meant.
        suggestion: Option<&'static str>,
    },
    /// A value that the setting does not take.
    #[display("{name}: the value{} from {origin} is not allowed{}; give {allowed}", quoted(value.as_deref()), because(reason.as_deref()))]
    BadValue {
        /// The setting.
        name: &'static str,
        /// Where the value came from.
        origin: Origin,
        /// The value; none for a secret.
        value: Option<String>,
        /// What exactly is wrong with it, where that is not plain.
        reason: Option<String>,
        /// The values that are allowed.
        allowed: String,
    },
    /// One setting needs another.
    #[display("{name}: it is set by {origin}, but {missing} is not; set both or neither")]
    Incomplete {
        /// The setting that is there.
        name: &'static str,
        /// Where it came from.
        origin: Origin,
        /// The setting that is missing.
        missing: &'static str,
    },
    /// A secret is given as it is and as a file.
    #[display("{name}: both {variable} and {variable}_FILE are set; set one of them")]
    GivenTwice {
        /// The setting.
        name: &'static str,
        /// The variable for the value itself.
        variable: String,
    },
    /// The file that was asked for cannot be read.
    #[display("config: {}{} cannot be read: {reason}", path.display(), named(origin.as_ref()))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Who named it, if it was named.
        origin: Option<Origin>,
        /// The system's words.
        reason: String,
    },
    /// The file is no TOML.
    #[display("config: {} is no TOML: {reason}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, column and the fault. Never a part of the file, which may hold a password.
        reason: String,
    },
}

fn suggest(suggestion: Option<&'static str>, origin: &Origin) -> String {
    let Some(name) = suggestion else { return String::new() };
    match (super::setting::setting(name), origin) {
        (Some(setting), Origin::Flag(_)) => format!(" (did you mean {}?)", setting.flag()),
        (Some(setting), Origin::Variable(_)) => format!(" (did you mean {}?)", setting.variable()),
        _ => format!(" (did you mean {name}?)"),
    }
}

/// A value in quotes, on one line, not longer than a line should be.
fn quoted(value: Option<&str>) -> String {
    const SHOWN_CHARS: usize = 80;
    value.map_or_else(String::new, |value| {
        let mut shown: String = value.chars().take(SHOWN_CHARS).collect();
        if shown.len() < value.len() {
            shown.push('…');
        }
        format!(" {shown:?}")
    })
}

fn named(origin: Option<&Origin>) -> String {
    origin.map_or_else(String::new, |origin| format!(", named by {origin},"))
}

fn because(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(" ({reason})"))
}
