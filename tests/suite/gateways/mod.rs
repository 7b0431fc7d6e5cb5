//! The ways in.

mod plain_text;
