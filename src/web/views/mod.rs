//! Stub: what pages show.

pub mod render;
