//! The ways in: bytes in, commands, bytes out. Siblings never import each other.

pub mod websocket;
