//! Takes up what the loader has read, each for the command that asked.

use super::super::loader::Loaded;
use super::super::reply::Caller;
use super::super::room::Room;
use super::super::server::ChatServer;
use super::{
    add, appoint, ask, create, erase, history, join, level, members, moderate, nick, privacy, read, report, rooms,
    rules, status,
};
use crate::domain::name::RoomName;
use crate::domain::room::{RoomKind, Topic};
use crate::protocol::command::Command;
use crate::protocol::crowd::CrowdAct;
use crate::protocol::error_code::Problem;
use crate::storage::StorageResult;
use crate::storage::rooms::StoredRoom;

pub fn run(server: &mut ChatServer, loaded: Loaded) {
    match loaded {
        Loaded::Room { name, stored } => room(server, &name, stored),
        Loaded::Replay { session, feed, generation, events } => join::replay(server, session, feed, generation, events),
        Loaded::History { caller, room, page, reset } => history::loaded(server, caller, room, page, reset),
        Loaded::Rooms { caller, rooms } => rooms::loaded(server, caller, rooms),
        Loaded::Members { caller, room, members, last_seen } => {
            members::loaded(server, caller, room, members, &last_seen);
        }
        Loaded::NameChecked { caller, name, taken } => nick::checked(server, caller, name, taken),
        Loaded::Made { caller, then, made } => create::made(server, caller, then, made),
        Loaded::Found { caller, room, user } => add::found(server, caller, room, user),
        Loaded::Named { caller, room, command, user } => appoint::named(server, caller, &room, &command, user),
        Loaded::LevelSet { caller, room, level, is_stored } => level::stored(server, caller, room, level, is_stored),
        Loaded::Moderated { caller, room, measure, outcome } => {
            moderate::stored(server, caller, room, measure, outcome);
        }
        Loaded::Ruled { caller, room, rules, stored } => rules::stored(server, caller, room, rules, stored),
        Loaded::Removed { caller, room, removed } => erase::removed(server, caller, room, removed),
        Loaded::Reported { caller, reported } => report::stored(server, caller, reported),
        Loaded::Placed { caller, room, place, back } => read::placed(server, caller, room, place, back),
        Loaded::LookedUp { caller, room, looked } => ask::looked_up(server, caller, room, looked),
        Loaded::CursorsWritten { failed } => server.cursors_written(failed),
        Loaded::StatusWritten { caller, line, written } => status::written(server, caller, line, written),
        Loaded::PrivacyWritten { caller, privacy, written } => privacy::written(server, caller, privacy, written),
        Loaded::NotesWritten { failed } => server.notes_written(failed),
    }
}

/// A room that commands wait for is there, or is not.
fn room(server: &mut ChatServer, name: &RoomName, stored: StorageResult<Option<StoredRoom>>) {
    match stored {
        Ok(Some(stored)) => {
            let room = Room::new(stored, server.clock.now());
            server.open_room(room);
        }
        Ok(None) => {
            for (caller, command) in server.take_waiting(name) {
                missing(server, caller, command);
            }
        }
        Err(error) => {
            log::error!("a room could not be read: {error}");
            for (caller, _) in server.take_waiting(name) {
                server.ports.answer(caller.reply, Err(Problem::unavailable()));
            }
        }
    }
}

fn missing(server: &mut ChatServer, caller: Caller, command: Command) {
    match command {
        Command::Join { room, after, create: true, key } => {
            let then = Command::Join { room: room.clone(), after, create: false, key };
            create::make(server, caller, room, RoomKind::Public, Topic::default(), Some(then));
        }
        Command::Listen { room, after, create: true, key } => {
            let then = Command::Listen { room: room.clone(), after, create: false, key };
            create::make(server, caller, room, RoomKind::Public, Topic::default(), Some(then));
        }
        Command::Crowd { room, act: CrowdAct::Follow { create: true, key } } => {
            let then = Command::Crowd { room: room.clone(), act: CrowdAct::Follow { create: false, key } };
            create::make(server, caller, room, RoomKind::Public, Topic::default(), Some(then));
        }
        _ => server.ports.answer(caller.reply, Err(Problem::no_such_room())),
    }
}
