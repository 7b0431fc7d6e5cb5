//! `history`: a page of a room's log.

use std::sync::Arc;

use super::super::log_page::LogPage;
use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, refuse};
use crate::domain::ids::RoomId;
use crate::domain::name::RoomName;
use crate::domain::permission;
use crate::protocol::answer::{Answer, History};
use crate::protocol::command::{Only, Page};
use crate::protocol::error_code::Problem;
use crate::storage::StorageResult;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, page: Page, only: Option<Only>) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_read(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    let name = room.info.name.clone();
    // Whoever has seen more than there can be knows another database: see `join`, which takes no chances, because live events
    // follow there.
    let reset = page.after.is_some_and(|after| after > room.furthest());
    let page = if reset { Page { after: None, ..page } } else { page };
    server.loader.history(caller, id, name, page, only, reset);
}

/// The page has been read.
pub fn loaded(server: &mut ChatServer, caller: Caller, room: RoomName, page: StorageResult<LogPage>, reset: bool) {
    let answer = match page {
        Ok(LogPage { events, next }) => {
            let known = server.room_id(&room).and_then(|id| server.rooms.get(&id)).map_or(0, |room| room.info.last_seq);
            let last_seq = events.last().map_or(known, |event| event.seq.max(known));
            let events = events.into_iter().map(Arc::new).collect();
            Ok(Answer::History(History { room, events, next, last_seq, reset }))
        }
        Err(error) => {
            log::error!("a page of history could not be read: {error}");
            Err(Problem::unavailable())
        }
    };
    server.ports.answer(caller.reply, answer);
}
