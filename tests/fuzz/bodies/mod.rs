//! What must hold for any input: one file for each reader of foreign bytes, with a `run` that panics when it does not.
//!
//! The fuzz targets call them, and `tests/suite/fuzz.rs` calls them with every seed and every input that once failed.
//! **How to add one:** a file here, a line in [`ALL`], a file in `targets/`, a `[[bin]]` in `Cargo.toml`, some seeds.

pub mod frames;
pub mod irc;
pub mod json;
pub mod markdown;
pub mod msgpack;
pub mod names;
pub mod plain_text;
mod requests;
pub mod search;
pub mod tcp_frames;
pub mod tcp_words;

/// Every body by the name of its target.
pub const ALL: [(&str, fn(&[u8])); 10] = [
    ("frames", frames::run),
    ("irc", irc::run),
    ("json", json::run),
    ("markdown", markdown::run),
    ("msgpack", msgpack::run),
    ("names", names::run),
    ("plain_text", plain_text::run),
    ("search", search::run),
    ("tcp_frames", tcp_frames::run),
    ("tcp_words", tcp_words::run),
];
