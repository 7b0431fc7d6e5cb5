//! The chat over its plainest door, JSON on a WebSocket.

mod resuming;
mod talking;
