//! The terminal client as people use it: the real program in a real terminal, and the logins it keeps.

mod chatting;
mod logging_in;
