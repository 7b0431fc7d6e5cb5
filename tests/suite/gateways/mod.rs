//! The ways in.

#[cfg(feature = "acme")]
mod acme;
mod bad_input;
mod ephemeral;
mod frames;
mod heartbeat;
mod hostile_http;
mod irc;
mod lines;
mod plain_text;
mod protocol_document;
mod slow_peers;
mod tcp;
mod tls;
mod transport;
