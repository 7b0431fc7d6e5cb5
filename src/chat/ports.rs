//! The server's ports to the worker threads. What one step of the server has to say is collected here and leaves as
//! one message per thread.

use actix::Addr;
use actix::prelude::SendError;

use super::fanout::Fanout;
use super::feed::Attention;
use super::reply::Reply;
use super::turn::{Item, Turn, WorkerId};
use crate::protocol::answer::Answer;
use crate::protocol::encode::{News, SharedFrames};
use crate::protocol::error_code::Problem;
use crate::protocol::server_frame::Ephemeral;

use super::room::Room;
use crate::domain::ids::SessionId;

/// Items that may wait for one thread before the server stops taking messages.
const BACKLOG: usize = 50_000;

/// One thread.
struct Port {
    fanout: Addr<Fanout>,
    waiting: Vec<Item>,
    is_gone: bool,
}

/// All threads.
#[derive(Default)]
pub struct Ports {
    ports: Vec<Option<Port>>,
}

impl Ports {
    /// A thread has started.
    pub fn open(&mut self, worker: WorkerId, fanout: Addr<Fanout>) {
        if self.ports.len() <= worker.0 {
            self.ports.resize_with(worker.0 + 1, || None);
        }
        self.ports[worker.0] = Some(Port { fanout, waiting: Vec::new(), is_gone: false });
    }

    /// Puts an item on the way to a thread.
    pub fn push(&mut self, worker: WorkerId, item: Item) {
        if let Some(Some(port)) = self.ports.get_mut(worker.0) {
            port.waiting.push(item);
        }
    }

    /// News for everybody who listens to the room; what is in no log, for those whom it concerns.
    pub fn broadcast(&mut self, room: &Room, news: News, except: Option<SessionId>) {
        let feeds: &[Attention] = match &news {
            News::Event(_) => &[Attention::Looks, Attention::Listens, Attention::Follows],
            News::Ephemeral(Ephemeral::Typing { .. }) => &[Attention::Looks, Attention::Follows],
            News::Ephemeral(Ephemeral::Presence { .. }) => &[Attention::Looks],
            News::Crowd(_) => &[Attention::Follows],
        };
        // Whoever writes somewhere is a member there, unless they are a guest.
        let by_account = matches!(&news, News::Event(event) if room.membership(event.author.id).is_some());
        let is_bot = matches!(&news, News::Event(event) if room.parts.is_bot(event.author.id));
        let frames = SharedFrames::by(news, by_account, is_bot);
        for attention in feeds {
            for worker in room.workers(*attention) {
                let room = attention.feed(room.info.id);
                self.push(worker, Item::News { room, frames: frames.clone(), except });
            }
        }
    }

    /// Puts an item on the way to every thread.
    pub fn push_to_all(&mut self, item: impl Fn() -> Item) {
        for port in self.ports.iter_mut().flatten() {
            port.waiting.push(item());
        }
    }

    /// Gives an answer or a refusal to whoever asked.
    pub fn answer(&mut self, reply: Reply, result: Result<Answer, Problem>) {
        match (reply, result) {
            // The request may have been given up in the meantime.
            (Reply::Once(sender), result) => drop(sender.send(result)),
            (Reply::Session { quiet: true, .. }, Ok(_)) => {}
            (Reply::Session { session, worker, id, .. }, Ok(answer)) => {
                self.push(worker, Item::Answer { session, id, answer });
            }
            (Reply::Session { session, worker, id, .. }, Err(problem)) => {
                self.push(worker, Item::Refuse { session, id, problem: Box::new(problem) });
            }
        }
    }

    /// Sends what has been collected. A thread that is too busy to take it gets it later, in order.
    pub fn flush(&mut self) {
        for port in self.ports.iter_mut().flatten().filter(|port| !port.waiting.is_empty()) {
            let turn = Turn { items: std::mem::take(&mut port.waiting) };
            match port.fanout.try_send(turn) {
                Ok(()) => {}
                Err(SendError::Full(turn)) => port.waiting = turn.items,
                Err(SendError::Closed(_)) => port.is_gone = true,
            }
        }
        // A thread that has ended took its sessions with it.
        for port in self.ports.iter_mut().filter(|port| port.as_ref().is_some_and(|port| port.is_gone)) {
            *port = None;
        }
    }

    /// True when some thread is so far behind that nothing more may be taken in.
    pub fn is_choked(&self) -> bool {
        self.ports.iter().flatten().any(|port| port.waiting.len() > BACKLOG)
    }
}
