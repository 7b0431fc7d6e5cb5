//! One connection as an actix actor: it reads its socket and hands what comes to a conversation. It lives on the thread
//! that accepted it.
//!
//! The context is a plain one. All that runs in it is [`Input`], a future without a size, which is polled when the
//! socket has something, when it takes something again, or when somebody has woken the session. A heartbeat of its
//! own would cost each connection a timer: its thread's fan-out looks after all of them once a second.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Task, Poll};

use actix::fut::ActorFuture;
use actix::{Actor, ActorContext, AsyncContext, Context};

use super::hall::Place;
use super::outbox::{Outbox, Wire};
use crate::chat::fanout::Sink;

/// Reads in a row before others get their turn.
const READS: usize = 4;

/// What is done with the bytes of a connection.
pub trait Conversation: Unpin + 'static {
    /// What is its own about the way out.
    type Wire: Wire;
    /// Bytes have arrived: any piece of the stream. What is queued for an answer is flushed by the caller.
    fn receive(&mut self, bytes: &[u8]) -> Flow;
    /// The task of the connection runs: for what was left to do when something else is there. Called each time before
    /// anything is read or written.
    fn proceed(&mut self, _task: &mut Task<'_>) {}
    /// The outbox has room for more of what was missed; `true` when it could take more still.
    fn catch_up(&mut self) -> bool;
    /// Whether it takes more bytes just now. Whoever says no wakes the task of the connection when that changes.
    fn wants_more(&self) -> bool {
        true
    }
    /// The other end sends nothing more, but may still read: whether the connection is over with that.
    fn half_closed(&mut self) -> Flow {
        Flow::Over
    }
    /// Its way out.
    fn outbox(&self) -> &Rc<Outbox<Self::Wire>>;
    /// It is over.
    fn end(&mut self);
}

/// Whether anything that still comes matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// It does.
    Goes,
    /// Our last words are queued, and nothing the other end sends matters any more.
    Over,
}

/// One connection.
pub struct Connection<C: Conversation> {
    conversation: C,
    /// Our last words have been queued: what comes is read and thrown away until the other end is gone too, so that the
    /// system does not reset the connection before they are read.
    is_over: bool,
    /// The other end sends nothing more, and what it has sent is still being worked on.
    is_deaf: bool,
    place: Place,
}

/// How reading ended for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// The task is woken when there is more.
    Waits,
    /// There was no room for answers.
    HeldBack,
    /// The other end has gone.
    Over,
}

/// The future that drives a connection.
struct Input;

impl<C: Conversation> Connection<C> {
    /// Starts a connection. `early` is what has been read of it already.
    pub fn open(conversation: C, early: &[u8], place: Place) {
        let mut connection = Self { conversation, is_over: false, is_deaf: false, place };
        connection.receive(early);
        connection.start();
    }

    fn poll(&mut self, ctx: &mut Context<Self>, task: &mut Task<'_>) -> Poll<()> {
        self.conversation.outbox().attach(task.waker());
        self.conversation.proceed(task);
        // First out, then in: whether there is room for answers decides whether anything is read. What was missed is
        // given after that, or it would always take the room first.
        let _ = self.conversation.outbox().poll_flush(task);
        let reading = self.read(task);
        if !self.is_over && !self.conversation.wants_more() {
            // What was begun just now has to be looked at once, or it wakes nobody.
            self.conversation.proceed(task);
            if self.conversation.wants_more() {
                task.waker().wake_by_ref();
            }
        }
        let is_flushed = self.write(task);
        self.is_over |= !C::Wire::IS_ANSWERED && self.conversation.outbox().is_closing();
        if reading == Reading::HeldBack && self.conversation.outbox().has_room() {
            // Nothing else would wake the task for what is there to read.
            task.waker().wake_by_ref();
        }
        if self.is_over && is_flushed {
            self.conversation.outbox().socket().end_writing();
            if self.is_deaf {
                // Both ends have said all they had to say.
                ctx.stop();
                return Poll::Ready(());
            }
        }
        if reading != Reading::Over && !self.conversation.outbox().is_cut() {
            return Poll::Pending;
        }
        ctx.stop();
        Poll::Ready(())
    }

    /// Reads what there is.
    fn read(&mut self, task: &mut Task<'_>) -> Reading {
        let hall = Rc::clone(self.place.hall());
        let mut buffer = hall.read.borrow_mut();
        for _ in 0..READS {
            // Whoever does not read what it is sent is not listened to either: the queue could grow without end.
            if !self.is_over && !self.conversation.outbox().has_room() {
                return Reading::HeldBack;
            }
            if self.is_deaf || !self.is_over && !self.conversation.wants_more() {
                return Reading::Waits;
            }
            match self.conversation.outbox().socket().poll_read(task, &mut buffer) {
                Poll::Pending => return Reading::Waits,
                Poll::Ready(Ok(0)) if !self.is_over && self.conversation.half_closed() == Flow::Goes => {
                    self.is_deaf = true;
                    task.waker().wake_by_ref();
                    return Reading::Waits;
                }
                Poll::Ready(Ok(0) | Err(_)) => return Reading::Over,
                Poll::Ready(Ok(count)) => self.receive(&buffer[..count]),
            }
        }
        task.waker().wake_by_ref();
        Reading::Waits
    }

    fn receive(&mut self, bytes: &[u8]) {
        if self.is_over || bytes.is_empty() {
            return;
        }
        self.conversation.outbox().heard();
        self.is_over = self.conversation.receive(bytes) == Flow::Over;
    }

    /// Writes what waits, and more of what the session missed; `true` when nothing is left to write.
    fn write(&mut self, task: &mut Task<'_>) -> bool {
        let mut wants_more = self.conversation.outbox().take_wish_to_catch_up();
        loop {
            let is_flushed = self.conversation.outbox().poll_flush(task).is_ready();
            if !wants_more || self.conversation.outbox().is_closing() {
                return is_flushed;
            }
            if !self.conversation.outbox().has_room() {
                // The task runs again when the system takes more.
                self.conversation.outbox().wish_to_catch_up();
                return is_flushed;
            }
            wants_more = self.conversation.catch_up();
        }
    }
}

impl<C: Conversation> Actor for Connection<C> {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.spawn(Input);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.conversation.end();
    }
}

impl<C: Conversation> ActorFuture<Connection<C>> for Input {
    type Output = ();

    fn poll(
        self: Pin<&mut Self>,
        connection: &mut Connection<C>,
        ctx: &mut Context<Connection<C>>,
        task: &mut Task<'_>,
    ) -> Poll<()> {
        connection.poll(ctx, task)
    }
}
