//! What waits for one connection. Others put it there from their threads; the connection takes it when it has room.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use bytes::Bytes;

use super::exchange::Course;
use crate::protocol::file_word::FileWord;

/// Something for a connection.
pub enum Mail {
    /// A word for its client.
    Word(FileWord),
    /// A file that its client wanted to hand over is taken: from where on, and the id of the request.
    Taken {
        /// The transfer.
        course: Arc<Course>,
        /// Bytes that are there already.
        offset: u64,
        /// The id of the request.
        id: Option<String>,
    },
    /// A piece of a file, framed as in version 2, and what it is a piece of.
    Chunk {
        /// The frame.
        frame: Bytes,
        /// The transfer.
        course: Arc<Course>,
    },
    /// Its client may send another chunk.
    Credit {
        /// In which transfer.
        transfer: u64,
    },
    /// A transfer is over, with these last words for its client.
    Over(FileWord),
}

/// What waits for one connection, in order. Nothing waits for most: an empty one is small.
#[derive(Default)]
pub struct Mailbox(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    waiting: VecDeque<Mail>,
    task: Option<Waker>,
    is_closed: bool,
}

impl Mailbox {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        // What is inside is whole after each call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts something in, and wakes the connection.
    pub fn put(&self, mail: Mail) {
        let mut inner = self.inner();
        if inner.is_closed {
            return;
        }
        inner.waiting.push_back(mail);
        if let Some(task) = inner.task.take() {
            drop(inner);
            task.wake();
        }
    }

    /// The next one.
    pub fn take(&self) -> Option<Mail> {
        let mut inner = self.inner();
        let mail = inner.waiting.pop_front();
        if inner.waiting.is_empty() {
            inner.waiting = VecDeque::new();
        }
        mail
    }

    /// True when something is there; this task is woken when something comes.
    pub fn listen(&self, task: &Waker) -> bool {
        let mut inner = self.inner();
        if !inner.task.as_ref().is_some_and(|known| known.will_wake(task)) {
            inner.task = Some(task.clone());
        }
        !inner.waiting.is_empty()
    }

    /// The connection is over.
    pub fn close(&self) {
        let mut inner = self.inner();
        *inner = Inner { is_closed: true, ..Inner::default() };
    }
}
