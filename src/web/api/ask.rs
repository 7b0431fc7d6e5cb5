//! Asks the chat, and reads the answer as what it has to be. Everything about rooms goes through here: the chat alone
//! decides who may do what.

use std::sync::Arc;

use crate::chat::Chat;
use crate::domain::ids::Seq;
use crate::domain::name::RoomName;
use crate::domain::person::{Author, Person};
use crate::protocol::answer::{Answer, Found, History, Members, RoomEntry, RoomLook, Sent, Version, Why};
use crate::protocol::command::{Command, Question};
use crate::protocol::error_code::Problem;

/// A command whose answer holds nothing of interest.
pub async fn done(chat: &Chat, person: Arc<Person>, command: Command) -> Result<(), Problem> {
    chat.ask(person, command).await.map(|_| ())
}

/// The rooms the person may see.
pub async fn rooms(chat: &Chat, person: Arc<Person>) -> Result<Vec<RoomEntry>, Problem> {
    match chat.ask(person, Command::Rooms).await? {
        Answer::Rooms { rooms } => Ok(rooms),
        other => Err(unexpected(&other)),
    }
}

/// What a room is and what the person may do there.
pub async fn look(chat: &Chat, person: Arc<Person>, room: RoomName) -> Result<RoomLook, Problem> {
    match chat.ask(person, Command::Look { room }).await? {
        Answer::Look(look) => Ok(*look),
        other => Err(unexpected(&other)),
    }
}

/// A command that answers with a room.
pub async fn room(chat: &Chat, person: Arc<Person>, command: Command) -> Result<RoomName, Problem> {
    match chat.ask(person, command).await? {
        Answer::Room { room, .. } => Ok(room),
        other => Err(unexpected(&other)),
    }
}

/// The people of a room.
pub async fn members(chat: &Chat, person: Arc<Person>, room: RoomName) -> Result<Members, Problem> {
    match chat.ask(person, Command::Members { room }).await? {
        Answer::Members(members) => Ok(members),
        other => Err(unexpected(&other)),
    }
}

/// A command that answers with a page of a log.
pub async fn history(chat: &Chat, person: Arc<Person>, command: Command) -> Result<History, Problem> {
    match chat.ask(person, command).await? {
        Answer::History(page) => Ok(page),
        other => Err(unexpected(&other)),
    }
}

/// A command that stores a message.
pub async fn send(chat: &Chat, person: Arc<Person>, command: Command) -> Result<Sent, Problem> {
    match chat.ask(person, command).await? {
        Answer::Sent(sent) => Ok(sent),
        other => Err(unexpected(&other)),
    }
}

/// A question whose answer is a list of messages.
pub async fn found(chat: &Chat, person: Arc<Person>, room: RoomName, question: Question) -> Result<Found, Problem> {
    match chat.ask(person, Command::Ask { room, question }).await? {
        Answer::Found(found) => Ok(found),
        other => Err(unexpected(&other)),
    }
}

/// The texts a message has had.
pub async fn versions(chat: &Chat, person: Arc<Person>, room: RoomName, seq: Seq) -> Result<Vec<Version>, Problem> {
    match chat.ask(person, Command::Ask { room, question: Question::Versions { seq } }).await? {
        Answer::Versions(versions) => Ok(versions),
        other => Err(unexpected(&other)),
    }
}

/// Who has read a message.
pub async fn readers(chat: &Chat, person: Arc<Person>, room: RoomName, seq: Seq) -> Result<Vec<Author>, Problem> {
    match chat.ask(person, Command::Ask { room, question: Question::Readers { seq } }).await? {
        Answer::Readers(readers) => Ok(readers),
        other => Err(unexpected(&other)),
    }
}

/// Why a room is unread.
pub async fn why(chat: &Chat, person: Arc<Person>, room: RoomName) -> Result<Why, Problem> {
    match chat.ask(person, Command::Ask { room, question: Question::Why }).await? {
        Answer::Why(why) => Ok(why),
        other => Err(unexpected(&other)),
    }
}

fn unexpected(answer: &Answer) -> Problem {
    // The kind alone: the rest may hold what people wrote.
    log::error!("the chat answered with something else than was asked: {:?}", std::mem::discriminant(answer));
    Problem::unavailable()
}
