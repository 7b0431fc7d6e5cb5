//! Parlor: a self-hosted, real-time chat server in one binary.

pub mod auth;
pub mod chat;
pub mod config;
pub mod domain;
pub mod gateways;
pub mod protocol;
pub mod storage;
pub mod telemetry;
