//! The client library: a connection to a Parlor server that heals by itself.
//!
//! [`Client::start`] gives a handle and a stream of [`Event`]s. What is sent is kept in an outbox, under a nonce, until
//! the server has acknowledged it or refused it for good; what is heard of a room comes in the order of its log, each
//! event once, whatever happens to the connection in between. docs/CLIENT.md explains it with an example.
//!
//! Inside, [`conversation`] decides what is said and what is passed on. It is plain state without input or output, over
//! [`outbox`] and [`room_view`]; `driver` carries it out over a [`socket`], which is a WebSocket or [`framed`] TCP. [`files`] hands files over. [`lean`], with
//! [`frame_splitter`] and [`glance`], is a connection for load tests, which keeps nothing.

pub mod address;
pub mod backoff;
pub mod command;
pub mod conversation;
mod driver;
pub mod error;
pub mod event;
pub mod files;
pub mod frame;
pub mod frame_splitter;
pub mod framed;
pub mod glance;
pub mod guest;
pub mod handle;
pub mod http;
pub mod identity;
pub mod lean;
pub mod outbox;
pub mod profiles;
pub mod random;
pub mod request;
pub mod room_view;
pub mod socket;

pub use address::ServerAddress;
pub use command::Command;
pub use error::ClientError;
pub use event::Event;
pub use handle::{Client, Enclosed, Events, Receipt, Settings};
pub use http::Call;
pub use identity::Identity;
pub use request::PageOf;
pub use room_view::{FarBehind, JoinOptions};
