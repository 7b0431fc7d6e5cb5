//! Who asked, and how the answer gets there.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::turn::WorkerId;
use crate::domain::ids::SessionId;
use crate::domain::person::Person;
use crate::protocol::answer::Answer;
use crate::protocol::error_code::Problem;

/// Somebody who asked for something, with the way back to them.
#[derive(Debug)]
pub struct Caller {
    /// Who.
    pub person: Arc<Person>,
    /// The way back.
    pub reply: Reply,
}

impl Caller {
    /// The live session, if the command came over one.
    pub fn session(&self) -> Option<SessionId> {
        match &self.reply {
            Reply::Session { session, .. } => Some(*session),
            Reply::Once(_) => None,
        }
    }
}

/// The way an answer takes.
#[derive(Debug)]
pub enum Reply {
    /// Over the worker's fan-out, in order with the events.
    Session {
        /// To whom.
        session: SessionId,
        /// On which thread.
        worker: WorkerId,
        /// The id of the command.
        id: Option<String>,
        /// No answer is wanted when all is well.
        quiet: bool,
    },
    /// To a request that waits.
    Once(oneshot::Sender<Result<Answer, Problem>>),
}
