//! The table of languages. To add one: an entry in the file it fits into, with its words sorted.

mod compiled;
mod data;
mod scripted;

use super::language::Language;

/// The longest name in the table.
const NAME_BYTES: usize = 16;

/// The language that is meant by what stands behind a fence: `rust`, `Rust`, `rust,ignore`, `{.rust}`.
pub fn find(name: &str) -> Option<&'static Language> {
    let name = name.trim_start_matches(['{', '.']);
    let name = name.split([',', '}', ' ', ';', ':']).next()?;
    if name.is_empty() || name.len() > NAME_BYTES {
        return None;
    }
    let name = name.to_ascii_lowercase();
    all().find(|language| language.names.contains(&name.as_str()))
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Language> {
    compiled::ALL.iter().chain(&scripted::ALL).chain(&data::ALL)
}
