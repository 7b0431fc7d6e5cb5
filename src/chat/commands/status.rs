//! `status`: what somebody says of themselves. Answered when it is written; then the rooms are told.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::presence::tell_rooms;
use crate::domain::status_line::StatusLine;
use crate::protocol::answer::Answer;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::StorageResult;

pub fn run(server: &mut ChatServer, caller: Caller, line: StatusLine) {
    let problem = if caller.person.is_guest() {
        Some(Problem::new(ErrorCode::Forbidden, "guests have no status; log in"))
    } else if line.until.is_some_and(|until| until <= server.clock.now()) {
        Some(Problem::field("until", "`until` is over; give a time to come, or leave it out"))
    } else {
        None
    };
    match problem {
        Some(problem) => server.ports.answer(caller.reply, Err(problem)),
        None => server.loader.write_status(caller, line),
    }
}

/// It has been written, or could not be.
pub fn written(server: &mut ChatServer, caller: Caller, line: StatusLine, written: StorageResult<()>) {
    let answer = match written {
        Ok(()) => {
            server.profiles.set_line(caller.person.id, line);
            tell_rooms(server, caller.person.id);
            Ok(Answer::Done)
        }
        Err(error) => {
            log::error!("a status could not be written: {error}");
            Err(Problem::unavailable())
        }
    };
    server.ports.answer(caller.reply, answer);
}
