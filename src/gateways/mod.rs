//! The ways in: bytes in, commands, bytes out. Siblings never import each other; what they share is [`dispatch`],
//! [`admission`] for how many come from one address, and [`stream`]: sockets, sessions and the doors without HTTP.
//!
//! **How to add a gateway:** a folder here with a `stream::door::Keeper` that starts a `stream::Connection` for whoever
//! comes; its `Conversation` reads bytes and gives lines or frames to a `stream::Session`. A variant in
//! `domain::person::Door`, an encoding in `protocol`, its addresses in `config::doors`, one line each in both functions of
//! `app::doors`.

pub mod admission;
pub mod dispatch;
pub mod events;
pub mod irc;
pub mod lines;
pub mod stream;
pub mod tcp;
pub mod websocket;
