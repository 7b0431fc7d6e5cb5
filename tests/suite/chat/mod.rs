//! The chat over its plainest door, JSON on a WebSocket.

mod direct;
mod limits;
mod membership;
mod order;
mod resuming;
mod talking;
