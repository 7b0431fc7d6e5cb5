//! Parlor: a self-hosted, real-time chat server in one binary.
//!
//! The map, from the bottom up; docs/ARCHITECTURE.md has the way of a message and who may import whom.
//!
//! - [`domain`]: what a chat is. Names, rooms, permissions, events, time. No input or output.
//! - [`config`], [`telemetry`]: settings; logging and metrics.
//! - [`tls`]: the certificate of the server, and streams under TLS.
//! - `outbound`: requests to services that a setting names; with the features `oidc` and `acme` only.
//! - [`protocol`]: commands, answers and frames, and how they are written.
//! - [`storage`]: everything durable, behind a trait per aggregate; SQLite below.
//! - [`auth`]: passwords, devices, tokens, guests, throttling.
//! - [`chat`]: the `ChatServer` actor, the journal, the fan-out.
//! - [`gateways`]: the ways in. Bytes in, commands, bytes out.
//! - [`web`]: pages, REST, static files.
//! - [`client`]: the client library: connect, reconnect, resume.
//! - [`terminal`]: the terminal client.
//! - [`app`]: puts it all together. [`cli`]: the command line.

pub mod admin;
pub mod app;
pub mod auth;
pub mod chat;
pub mod cli;
pub mod client;
pub mod config;
pub mod domain;
pub mod gateways;
#[cfg(any(feature = "oidc", feature = "acme"))]
pub mod outbound;
pub mod protocol;
pub mod push;
pub mod storage;
pub mod telemetry;
pub mod terminal;
pub mod tls;
pub mod web;
