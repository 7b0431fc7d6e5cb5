//! The real program: its command line, its start, its end.

mod command_line;
mod refusals;
mod signals;
