//! `privacy`: what somebody keeps to themselves. Answered when it is written; then they look as they want to.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::presence::tell_if_changed;
use crate::domain::profile::Privacy;
use crate::protocol::answer::Answer;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::StorageResult;

pub fn run(server: &mut ChatServer, caller: Caller, hide_presence: Option<bool>, hide_reads: Option<bool>) {
    if caller.person.is_guest() {
        let problem = Problem::new(ErrorCode::Forbidden, "guests have nothing to hide here; log in");
        return server.ports.answer(caller.reply, Err(problem));
    }
    let now = server.profiles.privacy(caller.person.id);
    let privacy = Privacy {
        hide_presence: hide_presence.unwrap_or(now.hide_presence),
        hide_reads: hide_reads.unwrap_or(now.hide_reads),
    };
    server.loader.write_privacy(caller, privacy);
}

/// It has been written, or could not be.
pub fn written(server: &mut ChatServer, caller: Caller, privacy: Privacy, written: StorageResult<()>) {
    let answer = match written {
        Ok(()) => {
            let user = caller.person.id;
            let before = server.shown_status(user);
            server.profiles.set_privacy(user, privacy);
            tell_if_changed(server, user, before);
            Ok(Answer::Done)
        }
        Err(error) => {
            log::error!("what somebody keeps to themselves could not be written: {error}");
            Err(Problem::unavailable())
        }
    };
    server.ports.answer(caller.reply, answer);
}
