//! The ways in.

mod bad_input;
mod frames;
mod heartbeat;
mod plain_text;
