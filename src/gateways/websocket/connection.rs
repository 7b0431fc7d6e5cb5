//! One WebSocket connection as an actix actor: it reads its socket, keeps the rules of frames, and hands whole messages
//! to a conversation. It lives on the thread that accepted it.
//!
//! The context is a plain one. All that runs in it is [`Input`], a future without a size, which is polled when the
//! socket has something, when it takes something again, or when somebody has woken the session. A heartbeat of its
//! own would cost each connection a timer: its thread's fan-out looks after all of them once a second.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Task, Poll};

use actix::fut::ActorFuture;
use actix::{Actor, ActorContext, AsyncContext, Context, StreamHandler};

use super::assembler::{Action, Assembler, Incoming, Message};
use super::inbox::{Broken, Inbox};
use super::outbox::Outbox;
use super::state::WebsocketState;
use crate::chat::fanout::Sink;
use crate::gateways::admission::Permit;
use crate::telemetry::metrics::Door;

/// Reads in a row before others get their turn.
const READS: usize = 4;

/// What is done with whole messages: a session of the chat, or the echo.
pub trait Conversation: Unpin + 'static {
    /// A message has arrived. What is queued for an answer is flushed by the caller.
    fn take(&mut self, message: Message);
    /// The outbox has room for more of what was missed; `true` when it could take more still.
    fn catch_up(&mut self) -> bool;
    /// Its way out.
    fn outbox(&self) -> &Rc<Outbox>;
    /// It is over.
    fn end(&mut self);
}

/// One connection.
pub struct Connection<C: Conversation> {
    conversation: C,
    inbox: Inbox,
    assembler: Assembler,
    /// Our close has been queued and nothing the other end sends matters any more: it is read and thrown away until
    /// the other end is gone too, so that the system does not reset the connection before our close is read.
    is_over: bool,
    place: Place,
}

/// What a connection takes up on its thread and of its address; dropping it gives all of it back.
pub struct Place {
    state: Rc<WebsocketState>,
    _permit: Permit,
}

impl Place {
    /// Takes a place on this thread.
    pub fn new(state: Rc<WebsocketState>, permit: Permit) -> Self {
        state.open.set(state.open.get() + 1);
        state.worker.metrics().connected(Door::Websocket);
        Self { state, _permit: permit }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.state.open.set(self.state.open.get() - 1);
        self.state.worker.metrics().disconnected(Door::Websocket);
    }
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
    /// Starts a connection after its handshake. `early` is what the client has sent right behind it.
    pub fn start(conversation: C, inbox: Inbox, assembler: Assembler, early: &[u8], place: Place) {
        Self::create(|ctx| {
            let mut connection = Self { conversation, inbox, assembler, is_over: false, place };
            connection.receive(early, ctx);
            connection
        });
    }

    fn poll(&mut self, ctx: &mut Context<Self>, task: &mut Task<'_>) -> Poll<()> {
        self.conversation.outbox().attach(task.waker());
        // First out, then in: whether there is room for answers decides whether anything is read. What was missed is
        // given after that, or it would always take the room first.
        let _ = self.conversation.outbox().poll_flush(task);
        let reading = self.read(ctx, task);
        let is_flushed = self.write(task);
        if reading == Reading::HeldBack && self.conversation.outbox().has_room() {
            // Nothing else would wake the task for what is there to read.
            task.waker().wake_by_ref();
        }
        if self.is_over && is_flushed {
            self.conversation.outbox().socket().end_writing();
        }
        if reading != Reading::Over && !self.conversation.outbox().is_cut() {
            return Poll::Pending;
        }
        ctx.stop();
        Poll::Ready(())
    }

    /// Reads what there is.
    fn read(&mut self, ctx: &mut Context<Self>, task: &mut Task<'_>) -> Reading {
        let state = Rc::clone(&self.place.state);
        let mut buffer = state.read.borrow_mut();
        for _ in 0..READS {
            // Whoever does not read what it is sent is not listened to either: the queue could grow without end.
            if !self.is_over && !self.conversation.outbox().has_room() {
                return Reading::HeldBack;
            }
            match self.conversation.outbox().socket().poll_read(task, &mut buffer) {
                Poll::Pending => return Reading::Waits,
                Poll::Ready(Ok(0) | Err(_)) => return Reading::Over,
                Poll::Ready(Ok(count)) => self.receive(&buffer[..count], ctx),
            }
        }
        task.waker().wake_by_ref();
        Reading::Waits
    }

    fn receive(&mut self, mut bytes: &[u8], ctx: &mut Context<Self>) {
        while !self.is_over
            && let Some(next) = self.inbox.next(&mut bytes)
        {
            self.conversation.outbox().heard();
            self.handle(next, ctx);
        }
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

    fn close(&mut self, closing: Option<(u16, &str)>) {
        self.is_over = true;
        self.conversation.outbox().close_with(closing);
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

impl<C: Conversation> StreamHandler<Result<Incoming, Broken>> for Connection<C> {
    fn handle(&mut self, frame: Result<Incoming, Broken>, _: &mut Self::Context) {
        let frame = match frame {
            Ok(frame) => frame,
            Err(broken) => return self.close(Some((broken.close_code(), ""))),
        };
        match self.assembler.take(frame) {
            // After our close, messages are of no interest any more (RFC 6455, section 5.5.1).
            Action::Deliver(_) | Action::Pong(_) if self.conversation.outbox().is_closing() => {}
            Action::Deliver(message) => self.conversation.take(message),
            Action::Pong(payload) => self.conversation.outbox().pong(&payload),
            // Ours or the echo of theirs; either way it is over after this.
            Action::Close(closing) => self.close(closing.as_ref().map(|closing| (closing.code, closing.reason))),
            Action::Nothing => {}
        }
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
