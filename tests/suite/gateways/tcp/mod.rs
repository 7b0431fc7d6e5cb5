//! Framed TCP.

mod bad_input;
mod clients;
mod document;
mod files;
mod logging_in;
mod support;
mod version_one;
mod version_two;
