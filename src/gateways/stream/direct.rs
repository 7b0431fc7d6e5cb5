//! Direct messages for doors where somebody is called by name.

use std::rc::Rc;
use std::sync::Arc;

use super::hall::Hall;
use crate::domain::ids::SessionId;
use crate::domain::name::UserName;
use crate::domain::person::Person;
use crate::domain::room::RoomKind;
use crate::domain::text::MessageText;
use crate::protocol::answer::Answer;
use crate::protocol::command::{Command, Request};
use crate::protocol::error_code::{ErrorCode, Problem};

/// A message to one person.
pub struct DirectMessage {
    /// To whom.
    pub to: UserName,
    /// What.
    pub text: MessageText,
    /// A name for it, so that it may be repeated safely.
    pub nonce: Option<String>,
    /// What its answer repeats.
    pub id: Option<String>,
}

/// Opens the direct room with somebody, has the session listen there, and writes.
///
/// # Errors
/// When there is nobody of this name, or it may not be written to them.
pub async fn send(hall: &Hall, session: SessionId, person: Arc<Person>, message: DirectMessage) -> Result<(), Problem> {
    let DirectMessage { to, text, nonce, id } = message;
    if person.is_guest() {
        return Err(Problem::new(ErrorCode::Forbidden, "guests have no direct rooms; log in"));
    }
    let other = hall.auth.account_named(&to).await.map_err(|_| Problem::unavailable())?;
    let Some(other) = other else {
        return Err(Problem::new(ErrorCode::NotFound, format!("there is nobody called {to}")));
    };
    let Answer::Room { room, .. } = hall.chat.ask(person, Command::Direct { others: vec![other.id] }).await? else {
        return Ok(());
    };
    let join = Command::Join { room: room.clone(), after: None, create: false, key: None };
    hall.worker.uplink.submit(session, Request { id: None, command: join })?;
    hall.worker.uplink.submit(session, Request { id, command: Command::Send { room, text, nonce, reply_to: None } })
}

/// The direct messages of an account reach its session without asking.
pub fn listen(hall: &Rc<Hall>, session: SessionId, person: &Arc<Person>) {
    if person.is_guest() {
        return;
    }
    let (hall, person) = (Rc::clone(hall), Arc::clone(person));
    actix::spawn(async move {
        let Ok(Answer::Rooms { rooms }) = hall.chat.ask(person, Command::Rooms).await else { return };
        for entry in rooms.into_iter().filter(|entry| entry.kind == RoomKind::Direct) {
            let command = Command::Listen { room: entry.room, after: None, create: false, key: None };
            // Too busy: they come with the next message of that room, or after a new connection.
            let _ = hall.worker.uplink.submit(session, Request { id: None, command });
        }
    });
}
