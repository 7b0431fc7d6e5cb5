//! Parlor: a self-hosted, real-time chat server in one binary.

pub mod config;
pub mod domain;
pub mod gateways;
pub mod storage;
pub mod telemetry;
