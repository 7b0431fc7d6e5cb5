//! What reaches a session from the chat: answers for whoever waits for one, and all else, in order behind them.

use std::collections::VecDeque;

use super::{HELD_BYTES, Held, Session, Waiting};
use crate::chat::fanout::{Pushed, Said, Sink, Weight};
use crate::chat::turn::Closing;
use crate::gateways::irc::telling;
use crate::protocol::answer::Answer;
use crate::protocol::encode::News;
use crate::protocol::error_code::Problem;
use crate::protocol::irc::news;
use crate::protocol::payload::Payload;

impl Session {
    /// Lets out what came behind the last answer.
    pub(super) fn release(&self) {
        if !self.is_held.replace(false) {
            return;
        }
        self.held_bytes.set(0);
        loop {
            let Some(held) = self.held.borrow_mut().pop_front() else { break };
            match held {
                Held::Bytes(payload, weight) => {
                    let _ = self.outbox.push(&payload, weight);
                }
                Held::Said(said) => telling::tell(self, said),
            }
        }
        *self.held.borrow_mut() = VecDeque::new();
        self.outbox.flush();
    }

    fn answered(&self, id: Option<&str>, answer: Result<Answer, Problem>) {
        let is_it = self.waiting.borrow().as_ref().is_some_and(|(own, _)| Some(own.as_str()) == id);
        if !is_it {
            return;
        }
        if let Some((_, Waiting::Answer(sender))) = self.waiting.borrow_mut().take() {
            self.is_held.set(true);
            // The line may have been given up.
            let _ = sender.send(answer);
        }
    }
}

impl Sink for Session {
    fn push(&self, payload: &Payload, weight: Weight) -> Pushed {
        if !self.is_held.get() {
            return self.outbox.push(payload, weight);
        }
        self.held_bytes.set(self.held_bytes.get() + payload.framed().len());
        self.held.borrow_mut().push_back(Held::Bytes(payload.clone(), weight));
        Pushed::Behind
    }

    fn flush(&self) {
        self.outbox.flush();
    }

    fn has_room(&self) -> bool {
        self.held_bytes.get() < HELD_BYTES && self.outbox.has_room()
    }

    fn take(&self, said: Said) -> Option<Said> {
        match said {
            Said::Answer { id, answer } => self.answered(id.as_deref(), Ok(answer)),
            Said::Refused { id, problem } => self.answered(id.as_deref(), Err(*problem)),
            Said::Welcome(welcome) => {
                if let Some((_, Waiting::Welcome(sender))) = self.waiting.borrow_mut().take() {
                    self.is_held.set(true);
                    let _ = sender.send(welcome.user.name);
                }
            }
            other if self.is_held.get() => {
                self.held_bytes.set(self.held_bytes.get() + 256);
                self.held.borrow_mut().push_back(Held::Said(other));
            }
            other => telling::tell(self, other),
        }
        None
    }

    fn writes_itself(&self, news: &News) -> bool {
        match news {
            News::Event(event) => {
                let is_own = || self.me.borrow().as_ref().is_some_and(|me| me.person.id == event.author.id);
                news::is_direct(&event.room_name) || is_own()
            }
            News::Crowd(_) => true,
            News::Ephemeral(_) => false,
        }
    }

    fn wake(&self) {
        self.outbox.wake();
    }

    fn close(&self, closing: Closing) {
        self.say_goodbye(closing.reason);
    }

    fn sweep(&self) {
        self.outbox.sweep();
    }
}
