//! IRC: clients of that family among themselves, and with all others.

mod clients;
mod history;
mod office;
mod programs;
mod registration;
mod rooms;
mod talk;

use parlor::config::Config;
use parlor::domain::access::{GuestAccess, Registration};
use secrecy::SecretString;

use crate::support::TestServer;
use crate::support::wire::anywhere;

/// A server with the door open, where guests may do what guests may.
pub async fn server() -> TestServer {
    TestServer::start_with(open).await
}

/// Opens the door.
pub fn open(config: &mut Config) {
    config.doors.irc = anywhere();
    "irc.example".clone_into(&mut config.doors.irc_name);
    config.doors.irc_oper = Some(("captain".to_owned(), SecretString::from("anchors-aweigh")));
    config.access.guests = Some(GuestAccess::Open);
    config.access.registration = Registration::Open;
    config.limits.rate_limits = false;
}

/// True when some line has this in it.
pub fn has(lines: &[String], wanted: &str) -> bool {
    lines.iter().any(|line| line.contains(wanted))
}
