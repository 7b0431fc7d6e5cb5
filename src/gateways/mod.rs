//! The ways in: bytes in, commands, bytes out. Siblings never import each other; what they share is [`dispatch`], and
//! [`admission`] for how many come from one address.
//!
//! **How to add a gateway:** a folder here that reads bytes, gives lines or frames to a [`dispatch::Dispatcher`], and
//! registers a `chat::fanout::Sink` for what goes out; a section in `config`, and one line in `app`.

pub mod admission;
pub mod dispatch;
pub mod irc;
pub mod websocket;
