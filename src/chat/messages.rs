//! What the server is told by everybody else; what comes back from the journal and the loader stands with them.

use std::sync::Arc;

use actix::{Addr, Message};

use super::fanout::{Fanout, NextPage};
use super::reply::Caller;
use super::turn::WorkerId;
use crate::domain::ids::{DeviceId, SessionId, UserId};
use crate::domain::name::UserName;
use crate::domain::person::Person;
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

/// A session has opened.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Connect {
    /// Which.
    pub session: SessionId,
    /// On which thread.
    pub worker: WorkerId,
    /// Whose.
    pub person: Arc<Person>,
}

/// A session is gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Disconnect {
    /// Which.
    pub session: SessionId,
}

/// Somebody asks for something.
#[derive(Message)]
#[rtype(result = "()")]
pub enum Submit {
    /// Over a live session.
    FromSession {
        /// Which.
        session: SessionId,
        /// What, with the id to repeat.
        request: Request,
    },
    /// From a request that waits for the answer.
    FromRequest {
        /// Who, with the way back.
        caller: Caller,
        /// What.
        command: Command,
    },
}

/// A session that is catching up has room for another page.
#[derive(Message)]
#[rtype(result = "()")]
pub struct CatchUp {
    /// Which.
    pub session: SessionId,
    /// Of which room, and from where.
    pub page: NextPage,
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

/// Stop taking commands, settle what was accepted, say goodbye; answered when every session is gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drain;
