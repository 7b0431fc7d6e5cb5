//! One connection of a session: how it comes in, joins, and catches up after it was away.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::json;

use super::listener::{Joined, Listener, PAGE};
use super::setup::Setup;
use super::tally::Tally;
use crate::client::ClientError;
use crate::client::lean::{Lean, Scratch};
use crate::domain::ids::Seq;
use crate::domain::limits;

/// One connection of a session.
pub struct Session {
    /// The connection.
    pub lean: Lean,
    /// What the session has heard, over all of its connections.
    pub listener: Rc<RefCell<Listener>>,
    tally: Rc<Tally>,
}

impl Session {
    /// Connects and joins a room, from now on.
    pub async fn open(
        setup: &Setup,
        tally: &Rc<Tally>,
        number: u64,
        room: &str,
        create: bool,
    ) -> Result<Self, ClientError> {
        let session = Self::connect(setup, tally, number, Rc::default()).await?;
        session.join(&setup.scratch, room, None, create).await?;
        Ok(session)
    }

    /// Connects for a session that may have heard something before.
    pub async fn connect(
        setup: &Setup,
        tally: &Rc<Tally>,
        number: u64,
        listener: Rc<RefCell<Listener>>,
    ) -> Result<Self, ClientError> {
        listener.borrow_mut().disconnected();
        let lean = Lean::open(&setup.target, &setup.guest(number)).await?;
        Ok(Self { lean, listener, tally: Rc::clone(tally) })
    }

    /// Joins a room and waits for the answer.
    pub async fn join(
        &self,
        scratch: &Scratch,
        room: &str,
        after: Option<Seq>,
        create: bool,
    ) -> Result<Joined, ClientError> {
        let mut join = json!({"type": "join", "id": "j", "room": room, "create": create});
        if let Some(after) = after {
            join["after"] = after.into();
        }
        self.lean.push(&join.to_string());
        self.lean.flush().await?;
        loop {
            if let Some(joined) = self.listener.borrow().joined {
                return Ok(joined);
            }
            self.read(scratch).await?;
        }
    }

    /// Joins again after what was heard; what is too much to be resumed is read page by page. Answers with the number
    /// of pages.
    pub async fn catch_up(&self, scratch: &Scratch, room: &str) -> Result<u64, ClientError> {
        let mut pages = 0;
        loop {
            let last = self.listener.borrow().checker.last();
            self.listener.borrow_mut().joined = None;
            let joined = self.join(scratch, room, Some(last), false).await?;
            if !joined.reset {
                return Ok(pages);
            }
            if last > joined.last_seq {
                return Err(ClientError::Ended { reason: format!("the log of {room} is shorter than before") });
            }
            pages += 1;
            while self.page(scratch, room).await? {
                pages += 1;
            }
        }
    }

    /// Reads one page after what was heard; true when there is more.
    async fn page(&self, scratch: &Scratch, room: &str) -> Result<bool, ClientError> {
        let after = self.listener.borrow().checker.last();
        let page = json!({"type": "history", "id": PAGE, "room": room, "after": after, "limit": limits::HISTORY_PAGE});
        self.lean.push(&page.to_string());
        self.lean.flush().await?;
        loop {
            if let Some(more) = self.listener.borrow_mut().page.take() {
                return Ok(more);
            }
            self.read(scratch).await?;
        }
    }

    /// Reads what there is. A refusal is an error.
    pub async fn read(&self, scratch: &Scratch) -> Result<(), ClientError> {
        let outcome = self.lean.read(scratch, |frame| self.listener.borrow_mut().take(frame, &self.tally)).await;
        match self.listener.borrow_mut().refusal.take() {
            Some(refusal) => Err(refusal),
            None => outcome,
        }
    }
}
