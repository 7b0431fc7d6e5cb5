//! The door for IRC clients. `session` is one client: lines in, lines out; `verbs` what each line asks for; `telling` what
//! others do, in the words of IRC; `views` marks, letters and refusals; `state` what a thread holds; `outlet` the way out.
//! What is pure about IRC lies in `protocol::irc`.

pub mod outlet;
pub mod session;
pub mod state;
mod telling;
mod verbs;
mod views;

pub use state::{IrcState, Office};
