//! The chat over its plainest door, JSON on a WebSocket.

mod acting;
mod contract;
mod direct;
mod failing;
mod limits;
mod looking;
mod membership;
mod memory;
mod moderation;
mod order;
mod people;
mod resuming;
mod roles;
mod rules;
mod storm;
mod talking;
