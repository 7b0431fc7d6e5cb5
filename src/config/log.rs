//! Section "Log": what is logged, and how a line looks.

use super::error::ConfigError;
use super::layers::{Given, Values};
use super::nearest::nearest;

/// What is logged.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// A filter in the words of `env_logger`: `info,parlor::chat=debug`.
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

impl LogConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        Ok(Self {
            filter: filter(values.required("log"))?,
            format: values.required("log_format").choice(&[("text", LogFormat::Text), ("json", LogFormat::Json)])?,
        })
    }
}

/// The logger itself would pass over a mistake; a mistyped level must not leave the operator without a log.
fn filter(given: &Given) -> Result<String, ConfigError> {
    let directives = given.text.split_once('/').map_or(given.text.as_str(), |(directives, _)| directives);
    for directive in directives.split(',').map(str::trim) {
        let (target, level) =
            directive.split_once('=').map_or((directive, None), |(target, level)| (target, Some(level)));
        if let Some(level) = level.filter(|level| !is_level(level)) {
            return Err(given.bad(format!("{level:?} is no level")));
        }
        if level.is_none()
            && !is_level(target)
            && let Some(meant) = nearest(target, LEVELS.into_iter())
        {
            return Err(given.bad(format!("did you mean {meant}?")));
        }
        let good = |c: char| c.is_alphanumeric() || "_:-".contains(c);
        if target.is_empty() || !target.chars().all(good) {
            return Err(given.bad(format!("{directive:?} is neither a level nor a module")));
        }
    }
    Ok(given.text.clone())
}

fn is_level(word: &str) -> bool {
    LEVELS.contains(&word.to_ascii_lowercase().as_str())
}
