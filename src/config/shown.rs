//! `parlor config`: the settings in force as TOML, each with the place it came from, secrets hidden.

use std::fmt::Write;

use super::error::Origin;
use super::layers::Values;
use super::masking::{HIDDEN, shown_value};
use super::setting::{Allowed, SETTINGS, Setting};

/// One line of the output.
#[derive(Debug, Clone)]
pub struct ShownValue {
    setting: &'static Setting,
    /// The value as it may be shown and where it came from; none for a setting without a value.
    value: Option<(String, Origin)>,
}

pub(super) fn collect(values: &Values) -> Vec<ShownValue> {
    let value = |setting: &Setting| {
        let given = values.optional(setting.name)?;
        let shown = shown_value(setting, &given.text).unwrap_or_else(|| HIDDEN.to_owned());
        Some((shown, given.origin.clone()))
    };
    SETTINGS.iter().map(|setting| ShownValue { setting, value: value(setting) }).collect()
}

pub(super) fn toml(given: &[ShownValue]) -> String {
    let mut text = String::new();
    let mut section = None;
    for ShownValue { setting, value } in given {
        if section.is_some_and(|section| section != setting.section) {
            text.push('\n');
        }
        section = Some(setting.section);
        // Writing into a String cannot fail.
        let _ = match value {
            Some((value, origin)) => writeln!(text, "{} = {}  # {origin}", setting.name, literal(setting, value)),
            None => writeln!(text, "# {} is not set: {}", setting.name, setting.default_text()),
        };
    }
    text
}

/// The value as TOML writes it: numbers bare, all else in quotes.
pub(super) fn literal(setting: &Setting, value: &str) -> String {
    match setting.allowed {
        Allowed::Number(..) => value.to_owned(),
        Allowed::Text(_) | Allowed::Choice(_) => basic_string(value),
    }
}

/// A basic string of TOML 1.0: quotes, backslashes and control characters are escaped.
fn basic_string(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            '\n' => text.push_str("\\n"),
            _ if character.is_ascii_control() => {
                let _ = write!(text, "\\u{:04X}", u32::from(character));
            }
            _ => text.push(character),
        }
    }
    text.push('"');
    text
}
