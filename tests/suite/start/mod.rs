//! The real program: its command line, its start, its end.

mod admin_command;
mod backup;
mod command_line;
mod crash;
mod doctor;
mod refusals;
mod signals;
mod slow_readers;
