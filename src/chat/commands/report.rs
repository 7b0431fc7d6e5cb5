//! `report`: somebody says what is wrong with a message. Those who keep order on the server see it.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, refuse};
use crate::domain::ids::{RoomId, Seq};
use crate::domain::moderation::ReportReason;
use crate::domain::permission::{self, Refusal};
use crate::domain::person::Author;
use crate::protocol::answer::Answer;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::StorageResult;
use crate::storage::reports::{NewReport, Reported};

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, seq: Seq, reason: &ReportReason) {
    let Some((_, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_read(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    // A guest is nobody who could be asked what was meant.
    if caller.person.is_guest() {
        return refuse(server, caller, Refusal::AccountNeeded);
    }
    let reporter = Author::from(&*caller.person);
    let new = NewReport { room: id, seq, reporter, reason: reason.as_str().to_owned(), at: server.clock.now() };
    server.loader.report(caller, new);
}

/// It is stored, or not.
pub fn stored(server: &mut ChatServer, caller: Caller, reported: StorageResult<Reported>) {
    let answer = match reported {
        Ok(Reported::Done) => Ok(Answer::Done),
        Ok(Reported::Before) => Err(Problem::new(ErrorCode::Conflict, "you have reported this message before")),
        Ok(Reported::NoMessage) => Err(Refusal::NoSuchMessage.into()),
        Err(error) => {
            log::error!("a report could not be stored: {error}");
            Err(Problem::unavailable())
        }
    };
    server.ports.answer(caller.reply, answer);
}
