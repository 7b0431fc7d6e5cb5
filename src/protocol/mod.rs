//! The words on the wire, shared by every gateway, the terminal client and the load tester.
//!
//! `command` is what people ask for, whatever the door; `decode` reads it from JSON or MessagePack, `plain` from typed
//! lines. `answer` is what they get back, `server_frame` how it is written. docs/PROTOCOL.md describes it in full.

pub mod answer;
pub mod command;
pub mod crowd;
pub mod decode;
mod demand;
pub mod encode;
pub mod encoding;
pub mod error_code;
pub mod event_frame;
pub mod event_stream;
pub mod file_word;
pub mod framed;
mod house_act;
pub mod irc;
pub mod need;
pub mod payload;
pub mod plain;
pub mod server_frame;
pub mod tcp_v1;
pub mod tcp_v1_reply;
