//! Parlor: a self-hosted, real-time chat server in one binary.

pub mod app;
pub mod auth;
pub mod chat;
pub mod cli;
pub mod config;
pub mod domain;
pub mod gateways;
pub mod protocol;
pub mod storage;
pub mod telemetry;
pub mod web;
