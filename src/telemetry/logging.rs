//! The log: one line for each entry, on stderr, as text for people or as JSON for programs.
//!
//! What never goes into it: texts of messages, passwords, tokens, cookies, queries of URLs. Log ids, counts and causes.
//! Facts belong into key-value pairs (`log::info!(room = name.as_str(); "room loaded")`), not into the sentence.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use log::kv::{Key, Value, VisitSource};
use log::{Record, SetLoggerError};
use serde::ser::{SerializeMap, Serializer};

use crate::config::{LogConfig, LogFormat};
use crate::domain::clock::{Clock, Timestamp};

/// Starts the log of this process.
///
/// # Errors
/// When a logger was started before.
pub fn init(config: &LogConfig) -> Result<(), SetLoggerError> {
    let line = match config.format {
        LogFormat::Text => text_line,
        LogFormat::Json => json_line,
    };
    let clock = Clock::System;
    env_logger::Builder::new()
        .parse_filters(&config.filter)
        .format(move |out, record| writeln!(out, "{}", line(clock.now(), record)))
        .try_init()
}

/// `2026-11-21T09:15:03.120Z INFO  parlor::app listening address=127.0.0.1:8080`
#[must_use]
pub fn text_line(at: Timestamp, record: &Record<'_>) -> String {
    let mut line = format!("{at} {:<5} {} ", record.level(), record.target());
    push_one_line(&mut line, &record.args().to_string());
    for (key, value) in pairs(record) {
        let _ = write!(line, " {key}=");
        let shown = value.to_string();
        if shown.is_empty() || shown.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"' || c == '=') {
            let _ = write!(line, "{shown:?}");
        } else {
            line.push_str(&shown);
        }
    }
    line
}

/// `{"at":"...","level":"INFO","target":"parlor::app","message":"listening","address":"127.0.0.1:8080"}`
#[must_use]
pub fn json_line(at: Timestamp, record: &Record<'_>) -> String {
    let mut line = Vec::with_capacity(256);
    // Neither the map nor the vector can fail; a line that did would be cut, not lost.
    let _ = write_json(&mut line, at, record);
    String::from_utf8(line).unwrap_or_default()
}

fn write_json(line: &mut Vec<u8>, at: Timestamp, record: &Record<'_>) -> Result<(), serde_json::Error> {
    const OWN_KEYS: [&str; 4] = ["at", "level", "target", "message"];
    let mut serializer = serde_json::Serializer::new(line);
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("at", &at)?;
    map.serialize_entry("level", record.level().as_str())?;
    map.serialize_entry("target", record.target())?;
    map.serialize_entry("message", record.args())?;
    for (key, value) in pairs(record) {
        if OWN_KEYS.contains(&key.as_str()) {
            map.serialize_entry(&format!("{key}_"), &json_value(&value))?;
        } else {
            map.serialize_entry(&key, &json_value(&value))?;
        }
    }
    map.end()
}

fn json_value(value: &Value<'_>) -> serde_json::Value {
    if let Some(switch) = value.to_bool() {
        return switch.into();
    }
    if let Some(number) = value.to_i64() {
        return number.into();
    }
    if let Some(number) = value.to_u64() {
        return number.into();
    }
    if let Some(number) = value.to_f64() {
        return number.into();
    }
    value.to_string().into()
}

/// The pairs of an entry, each key once: of two values the later one counts, as with nested scopes.
fn pairs<'a>(record: &'a Record<'_>) -> BTreeMap<String, Value<'a>> {
    struct Pairs<'a>(BTreeMap<String, Value<'a>>);
    impl<'a> VisitSource<'a> for Pairs<'a> {
        fn visit_pair(&mut self, key: Key<'a>, value: Value<'a>) -> Result<(), log::kv::Error> {
            self.0.insert(key.to_string(), value);
            Ok(())
        }
    }
    let mut pairs = Pairs(BTreeMap::new());
    // Our visitor never fails; a source that does has handed over what it had.
    let _ = record.key_values().visit(&mut pairs);
    pairs.0
}

/// Line breaks and other controls are escaped: what a client sends must not look like an entry of its own.
fn push_one_line(line: &mut String, text: &str) {
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
}

#[cfg(test)]
mod tests {
    use log::Level;

    use super::*;

    const AT: Timestamp = Timestamp(1_795_252_503_120);

    fn with_record<T>(message: &str, pairs: &[(&str, Value<'_>)], see: impl FnOnce(&Record<'_>) -> T) -> T {
        see(&Record::builder()
            .level(Level::Warn)
            .target("parlor::chat")
            .key_values(&pairs)
            .args(format_args!("{message}"))
            .build())
    }

    #[test]
    fn a_text_line_has_time_level_target_message_and_pairs() {
        let pairs = [("room", Value::from("lobby")), ("events", Value::from(3))];

        let line = with_record("room loaded", &pairs, |record| text_line(AT, record));

        assert_eq!(line, "2026-11-21T09:15:03.120Z WARN  parlor::chat room loaded events=3 room=lobby");
    }

    #[test]
    fn a_text_line_stays_one_line_whatever_is_in_it() {
        let pairs = [("name", Value::from("a b\n=\"")), ("none", Value::from(""))];

        let line = with_record("first\r\nsecond\u{1b}[31m", &pairs, |record| text_line(AT, record));

        assert!(line.ends_with(r#"first\r\nsecond\u{1b}[31m name="a b\n=\"" none="""#), "{line}");
        assert!(!line.contains(char::is_control));
    }

    #[test]
    fn a_json_line_is_one_object_with_typed_values() {
        let pairs = [
            ("bytes", Value::from(12)),
            ("big", Value::from(u64::MAX)),
            ("share", Value::from(0.5)),
            ("resumed", Value::from(true)),
            ("peer", Value::from("::1")),
            ("level", Value::from("mine")),
        ];

        let line = with_record("one\n\"two\"", &pairs, |record| json_line(AT, record));

        assert!(
            line.starts_with(r#"{"at":"2026-11-21T09:15:03.120Z","level":"WARN","target":"parlor::chat","#),
            "{line}"
        );
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            object,
            serde_json::json!({
                "at": "2026-11-21T09:15:03.120Z", "level": "WARN", "target": "parlor::chat", "message": "one\n\"two\"",
                "bytes": 12, "big": u64::MAX, "share": 0.5, "resumed": true, "peer": "::1", "level_": "mine",
            })
        );
        assert!(!line.contains('\n'));
    }
}
