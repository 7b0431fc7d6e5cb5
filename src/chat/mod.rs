//! The chat itself: who is connected, what may be done, what is stored and who is told.
//!
//! [`server::ChatServer`] is the actor that manages the rooms. It decides everything in memory, never awaits and never
//! touches the database: what has to be written goes to the [`journal`], what has to be read is asked of the
//! [`loader`], what has to be told goes to the [`fanout`] actor of each worker thread. [`handle::Chat`] is the door
//! through which everybody else comes.
//!
//! **How to add a command:** a variant in `protocol::command`, its reading in `protocol::decode`, a file in
//! `commands/` and one arm in `server::run`; its answer in `protocol::answer`; tests in `tests/suite/chat/`.

pub mod alerts;
mod allowance;
mod commands;
mod crowd;
mod cursors;
mod decisions;
pub mod fanout;
mod feed;
pub mod handle;
pub mod journal;
mod loader;
mod log_page;
mod lookup;
pub mod messages;
mod parts;
mod people;
mod ports;
mod profiles;
mod reply;
mod room;
pub mod server;
pub mod turn;
mod upkeep;
pub mod uplink;

pub use handle::Chat;
