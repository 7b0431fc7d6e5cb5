//! The way from the sessions of one thread to the server. What they ask for in one turn of the thread leaves as one
//! message: a thousand sessions that speak at once wake the server once. Order is kept, within a session and between
//! them.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::task::Waker;

use actix::Addr;
use actix::prelude::SendError;

use super::fanout::NextPage;
use super::messages::{Step, Steps};
use super::server::ChatServer;
use super::turn::WorkerId;
use crate::domain::ids::SessionId;
use crate::domain::person::{Origin, Person};
use crate::protocol::command::Request;
use crate::protocol::error_code::Problem;

/// Steps that may wait on one thread while the server is too busy to take them.
const BACKLOG: usize = 8192;

/// What waits for the server.
pub struct Uplink {
    server: Addr<ChatServer>,
    waiting: RefCell<Vec<Step>>,
    /// The server was too busy the last time.
    was_refused: Cell<bool>,
    /// The task that flushes: the fan-out of the thread.
    task: RefCell<Option<Waker>>,
}

impl Uplink {
    /// An empty one.
    #[must_use]
    pub fn new(server: Addr<ChatServer>) -> Self {
        Self { server, waiting: RefCell::default(), was_refused: Cell::new(false), task: RefCell::default() }
    }

    /// A session has opened; it has registered with its thread before.
    ///
    /// # Errors
    /// When the server is too busy to take it.
    pub fn connect(
        &self,
        session: SessionId,
        worker: WorkerId,
        person: Arc<Person>,
        origin: Origin,
    ) -> Result<(), Problem> {
        self.push(Step::Connect { session, worker, person, origin })
    }

    /// A session asks for something; the answer comes over its thread's fan-out.
    ///
    /// # Errors
    /// When the server is too busy to take it.
    pub fn submit(&self, session: SessionId, request: Request) -> Result<(), Problem> {
        self.push(Step::Submit { session, request })
    }

    /// A session that is catching up has room for another page.
    ///
    /// # Errors
    /// When the server is too busy; then the session ends, and its client resumes.
    pub fn catch_up(&self, session: SessionId, page: NextPage) -> Result<(), Problem> {
        self.push(Step::CatchUp { session, page })
    }

    /// A session is gone.
    pub fn disconnect(&self, session: SessionId) {
        // Once per session, and it must not be lost: the room would think of somebody as present for ever.
        self.put(Step::Disconnect { session, reason: None });
    }

    /// A session is gone, with a last word for those who see people go.
    pub fn depart(&self, session: SessionId, reason: Option<Arc<str>>) {
        self.put(Step::Disconnect { session, reason });
    }

    /// Sends what waits. What the server does not take now is tried again with the next step, or the next sweep.
    pub(super) fn flush(&self) {
        if self.waiting.borrow().is_empty() {
            return;
        }
        let steps = Steps(std::mem::take(&mut *self.waiting.borrow_mut()));
        let refused = match self.server.try_send(steps) {
            Err(SendError::Full(Steps(steps))) => Some(steps),
            Ok(()) | Err(SendError::Closed(_)) => None,
        };
        self.was_refused.set(refused.is_some());
        *self.waiting.borrow_mut() = refused.unwrap_or_default();
    }

    /// This task flushes.
    pub(super) fn attach(&self, task: &Waker) {
        let mut attached = self.task.borrow_mut();
        if !attached.as_ref().is_some_and(|attached| attached.will_wake(task)) {
            *attached = Some(task.clone());
        }
    }

    fn push(&self, step: Step) -> Result<(), Problem> {
        if self.waiting.borrow().len() >= BACKLOG {
            return Err(Problem::unavailable());
        }
        self.put(step);
        Ok(())
    }

    fn put(&self, step: Step) {
        let mut waiting = self.waiting.borrow_mut();
        if (waiting.is_empty() || self.was_refused.get())
            && let Some(task) = &*self.task.borrow()
        {
            // It runs after the sessions that are awake already.
            task.wake_by_ref();
        }
        waiting.push(step);
    }
}
