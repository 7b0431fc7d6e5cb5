//! The client library and the commands that stand on it, against servers that come and go.

mod bench;
mod commands;
mod library;
mod surviving;
mod tls;
