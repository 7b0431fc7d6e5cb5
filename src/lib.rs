//! Parlor: a self-hosted, real-time chat server in one binary.

pub mod domain;
pub mod protocol;
pub mod storage;
