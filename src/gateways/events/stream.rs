//! A session of the chat as the body of an answer. It opens when it is made and ends when HTTP lets go of it.

use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;

use super::outbox::{Bounds, Outbox};
use super::positions::Positions;
use crate::chat::fanout::{Sink, Weight, Worker};
use crate::chat::turn::Closing;
use crate::domain::ids::SessionId;
use crate::domain::person::{Origin, Person};
use crate::gateways::stream::hall::Place;
use crate::protocol::command::{Command, Request};
use crate::protocol::encode;
use crate::protocol::encoding::Encoding;
use crate::protocol::error_code::Problem;

/// How long a browser waits before it comes back to a stream that broke off.
const RETRY: Bytes = Bytes::from_static(b"retry: 2000\n\n");

/// What a reader has asked for.
#[derive(Debug)]
pub struct Wanted {
    /// The rooms, and the last event of each that the reader has.
    pub positions: Positions,
    /// Whether to hear who is writing and who comes and goes, too.
    pub looks: bool,
    /// Whether events carry their HTML.
    pub html: bool,
}

/// The body of one stream.
pub struct EventStream {
    session: SessionId,
    outbox: Rc<Outbox>,
    encoding: Encoding,
    worker: Rc<Worker>,
    _place: Place,
}

impl EventStream {
    /// Opens a session on this thread for somebody who has been let in, and listens to the rooms.
    #[must_use]
    pub fn open(place: Place, person: Arc<Person>, origin: Origin, wanted: Wanted) -> Self {
        let (session, worker) = (place.hall().chat.next_session(), Rc::clone(&place.hall().worker));
        let bounds = Bounds { outbox_bytes: place.hall().outbox_bytes, beat_every: place.hall().ping_every };
        let encoding = if wanted.html { Encoding::EventsHtml } else { Encoding::Events };
        let rooms: Vec<_> = wanted.positions.iter().cloned().collect();
        let outbox = Rc::new(Outbox::new(session, Rc::clone(&worker), bounds, wanted.positions));
        outbox.add(RETRY);
        let stream = Self { session, outbox, encoding, worker, _place: place };
        stream.worker.register(session, encoding, stream.outbox.clone());
        let mut outcome = stream.worker.uplink.connect(session, stream.worker.id, person, origin);
        for (room, after) in rooms {
            let command = Command::Follow { room, after, looks: wanted.looks };
            outcome = outcome.and_then(|()| stream.worker.uplink.submit(session, Request { id: None, command }));
        }
        if let Err(problem) = outcome {
            stream.give_up(&problem);
        }
        stream
    }

    /// Gives the reader more of what it missed, as far as there is room.
    fn catch_up(&self) {
        let caught_up = self.worker.catch_up(self.session);
        if caught_up.needs_room {
            self.outbox.wish_to_catch_up();
        }
        for page in caught_up.pages {
            if let Err(problem) = self.worker.uplink.catch_up(self.session, page) {
                return self.give_up(&problem);
            }
        }
    }

    fn give_up(&self, problem: &Problem) {
        // The body is polled after this, or is being polled.
        let _ = self.outbox.push(&encode::problem(None, problem, self.encoding), Weight::Durable);
        self.outbox.close(Closing::TRY_AGAIN);
    }
}

impl Stream for EventStream {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let outbox = &self.outbox;
        outbox.attach(task.waker());
        // What waits goes first. HTTP asks for more only when it has room, so that a slow reader is not read for.
        if let Some(piece) = outbox.take() {
            return Poll::Ready(Some(Ok(piece)));
        }
        if outbox.take_wish_to_catch_up() && !outbox.is_closing() {
            self.catch_up();
        }
        outbox.end_without_rooms();
        match outbox.take() {
            Some(piece) => Poll::Ready(Some(Ok(piece))),
            None if outbox.is_closing() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.worker.unregister(self.session);
        self.worker.uplink.disconnect(self.session);
    }
}
