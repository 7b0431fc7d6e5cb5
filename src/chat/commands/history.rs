//! `history`: a page of a room's log.

use std::sync::Arc;

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, refuse};
use crate::domain::event::{Event, EventKind};
use crate::domain::ids::RoomId;
use crate::domain::name::RoomName;
use crate::domain::permission;
use crate::protocol::answer::{Answer, History};
use crate::protocol::command::Page;
use crate::protocol::error_code::Problem;
use crate::storage::StorageResult;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, page: Page, only: Option<EventKind>) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_read(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    let name = room.info.name.clone();
    server.loader.history(caller, id, name, page, only);
}

/// The page has been read.
pub fn loaded(server: &mut ChatServer, caller: Caller, room: RoomName, events: StorageResult<(Vec<Event>, bool)>) {
    let answer = match events {
        Ok((events, more)) => {
            Ok(Answer::History(History { room, events: events.into_iter().map(Arc::new).collect(), more }))
        }
        Err(error) => {
            log::error!("a page of history could not be read: {error}");
            Err(Problem::unavailable())
        }
    };
    server.ports.answer(caller.reply, answer);
}
