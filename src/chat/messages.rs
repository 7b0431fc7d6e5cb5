//! What the server is told by everybody else; what comes back from the journal and the loader stands with them.

use std::sync::Arc;

use actix::{Addr, Message};
use tokio::sync::oneshot;

use super::fanout::{Fanout, NextPage};
use super::reply::Caller;
use super::turn::WorkerId;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{DeviceId, SessionId, UserId};
use crate::domain::name::UserName;
use crate::domain::person::{Origin, Person, SiteRole};
use crate::protocol::command::{Command, Request};

/// A worker thread has started.
#[derive(Message)]
#[rtype(result = "()")]
pub struct OpenWorker {
    /// Which.
    pub worker: WorkerId,
    /// Its fan-out.
    pub fanout: Addr<Fanout>,
}

/// What the sessions of one thread have to say, in order.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Steps(pub Vec<Step>);

/// One thing a session has to say.
pub enum Step {
    /// It has opened.
    Connect {
        /// Which.
        session: SessionId,
        /// On which thread.
        worker: WorkerId,
        /// Whose.
        person: Arc<Person>,
        /// From where.
        origin: Origin,
    },
    /// It asks for something.
    Submit {
        /// Which.
        session: SessionId,
        /// What, with the id to repeat.
        request: Request,
    },
    /// It is catching up and has room for another page.
    CatchUp {
        /// Which.
        session: SessionId,
        /// Of which room, and from where.
        page: NextPage,
    },
    /// It is gone.
    Disconnect {
        /// Which.
        session: SessionId,
    },
}

/// A request, of a page or of a script, asks for something and waits for the answer.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Submit {
    /// Who, with the way back.
    pub caller: Caller,
    /// What.
    pub command: Command,
}

/// Somebody asks for something in one of their sessions by a request. The answers go to the session.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Say {
    /// Who; only the login that has opened a session speaks in it.
    pub person: Arc<Person>,
    /// In which session.
    pub session: SessionId,
    /// What, in order.
    pub requests: Vec<Request>,
    /// Told whether there is such a session.
    pub known: oneshot::Sender<bool>,
}

/// A login has ended.
#[derive(Message)]
#[rtype(result = "()")]
pub struct EndDevice {
    /// Which.
    pub device: DeviceId,
}

/// An account has another name: its sessions go on under it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Renamed {
    /// Who.
    pub user: UserId,
    /// The new name.
    pub name: UserName,
}

/// Something was decided about people: whoever is shut out now goes at once.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Enforce;

/// An account has another site role: its sessions go on with it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Promoted {
    /// Who.
    pub user: UserId,
    /// The new role.
    pub role: SiteRole,
}

/// Ends sessions: one, or all of a person.
#[derive(Message)]
#[rtype(result = "usize")]
pub enum Cut {
    /// This one.
    Session(SessionId),
    /// All of this person.
    Person(UserId),
    /// All of this person, whose account is about to be gone: those too whose handshake is under way.
    Account(UserId),
}

/// Who is connected?
#[derive(Message)]
#[rtype(result = "Vec<SeenSession>")]
pub struct Sessions;

/// A live session, as those who run the server see it.
#[derive(Debug, Clone)]
pub struct SeenSession {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub person: Arc<Person>,
    /// From where.
    pub origin: Origin,
    /// Since when.
    pub since: Timestamp,
    /// How many rooms it listens to.
    pub rooms: usize,
}

/// Who of these people looks at no page just now, and is not busy?
#[derive(Message)]
#[rtype(result = "Vec<UserId>")]
pub struct Absent {
    /// Whom it is about.
    pub users: Vec<UserId>,
}

/// Stop taking commands, settle what was accepted, say goodbye; answered when every session is gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drain;
