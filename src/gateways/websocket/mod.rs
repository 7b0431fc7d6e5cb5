//! The WebSocket door (RFC 6455).

pub mod assembler;
pub mod frame_guard;
pub mod header_scanner;
