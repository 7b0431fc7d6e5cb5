//! The chat over its plainest door, JSON on a WebSocket.

mod failing;
mod memory;
mod resuming;
mod talking;
