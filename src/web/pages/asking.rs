//! What pages ask the chat, each question with the shape of its answer. Permissions are decided there, not here.

use std::sync::Arc;

use super::visit::Visit;
use crate::domain::name::{DIRECT_PREFIX, RoomName};
use crate::domain::person::Person;
use crate::protocol::answer::{Answer, History, Members, RoomEntry, RoomLook};
use crate::protocol::command::{Command, Only, Page};
use crate::protocol::error_code::Problem;
use crate::web::views::{SidebarView, url};

impl Visit {
    /// Asks the chat.
    pub async fn ask(&self, person: &Arc<Person>, command: Command) -> Result<Answer, Problem> {
        self.state.chat.ask(person.clone(), command).await
    }

    /// What a room is and what one may do there.
    pub async fn look(&self, person: &Arc<Person>, room: &RoomName) -> Result<RoomLook, Problem> {
        match self.ask(person, Command::Look { room: room.clone() }).await? {
            Answer::Look(look) => Ok(*look),
            other => Err(unexpected(&other)),
        }
    }

    /// A page of what is shown of a room's log.
    pub async fn history(&self, person: &Arc<Person>, room: &RoomName, page: Page) -> Result<History, Problem> {
        match self.ask(person, Command::History { room: room.clone(), page, only: Some(Only::Shown) }).await? {
            Answer::History(history) => Ok(history),
            other => Err(unexpected(&other)),
        }
    }

    /// The people of a room.
    pub async fn members(&self, person: &Arc<Person>, room: &RoomName) -> Result<Members, Problem> {
        match self.ask(person, Command::Members { room: room.clone() }).await? {
            Answer::Members(members) => Ok(members),
            other => Err(unexpected(&other)),
        }
    }

    /// The rooms one may see.
    pub async fn rooms(&self, person: &Arc<Person>) -> Result<Vec<RoomEntry>, Problem> {
        match self.ask(person, Command::Rooms).await? {
            Answer::Rooms { rooms } => Ok(rooms),
            other => Err(unexpected(&other)),
        }
    }

    /// The list of rooms beside a page; empty for somebody who may see none.
    pub async fn sidebar(&self) -> Result<SidebarView, Problem> {
        match self.reader() {
            Ok(reader) => Ok(SidebarView::new(&self.rooms(&reader).await?, self.is_account(), None)),
            Err(_) => Ok(SidebarView::default()),
        }
    }

    /// The page of a room; that of a direct one is named after the other person.
    pub async fn room_url(&self, person: &Arc<Person>, room: &RoomName) -> Result<String, Problem> {
        if !room.as_str().starts_with(DIRECT_PREFIX) {
            return Ok(url::room(room.as_str()));
        }
        let rooms = self.rooms(person).await?;
        let entry = rooms.iter().find(|entry| entry.room == *room);
        Ok(entry.map_or_else(|| url::room(room.as_str()), url::of_entry))
    }
}

/// The name of a room in an address; what cannot be a name is no room.
pub(super) fn room_name(text: &str) -> Result<RoomName, Problem> {
    RoomName::parse_existing(text).map_err(|_| Problem::no_such_room())
}

pub(super) fn unexpected(answer: &Answer) -> Problem {
    log::error!("the chat answered with something else than was asked: {:?}", std::mem::discriminant(answer));
    Problem::unavailable()
}
