//! From bytes to whole messages: the rules of frames, for a connection that carries messages.

use std::rc::Rc;

use super::assembler::{Action, Assembler, Incoming, Message};
use super::control;
use super::inbox::{Broken, Inbox};
use super::wire::WebsocketWire;
use crate::gateways::stream::{Conversation, Flow, Outbox};

/// What is done with whole messages: a session of the chat, or the echo.
pub trait Messages: Unpin + 'static {
    /// A message has arrived. What is queued for an answer is flushed by the caller.
    fn take(&mut self, message: Message);
    /// Its way out.
    fn outbox(&self) -> &Rc<Outbox<WebsocketWire>>;
    /// The outbox has room for more of what was missed; `true` when it could take more still.
    fn catch_up(&mut self) -> bool {
        false
    }
    /// It is over.
    fn end(&mut self) {}
}

/// One connection's frames.
pub struct Framed<M> {
    messages: M,
    inbox: Inbox,
    assembler: Assembler,
}

impl<M: Messages> Framed<M> {
    /// Nothing has been read.
    pub fn new(messages: M, inbox: Inbox, assembler: Assembler) -> Self {
        Self { messages, inbox, assembler }
    }

    fn handle(&mut self, frame: Result<Incoming, Broken>) -> Flow {
        let frame = match frame {
            Ok(frame) => frame,
            Err(broken) => return self.close(Some((broken.close_code(), ""))),
        };
        match self.assembler.take(frame) {
            // After our close, messages are of no interest any more (RFC 6455, section 5.5.1).
            Action::Deliver(_) | Action::Pong(_) if self.messages.outbox().is_closing() => {}
            Action::Deliver(message) => self.messages.take(message),
            Action::Pong(payload) => self.messages.outbox().put_raw(control::pong(&payload)),
            // Ours or the echo of theirs; either way it is over after this.
            Action::Close(closing) => {
                return self.close(closing.as_ref().map(|closing| (closing.code, closing.reason)));
            }
            Action::Nothing => {}
        }
        Flow::Goes
    }

    fn close(&mut self, closing: Option<(u16, &str)>) -> Flow {
        self.messages.outbox().close_with(closing);
        Flow::Over
    }
}

impl<M: Messages> Conversation for Framed<M> {
    type Wire = WebsocketWire;

    fn receive(&mut self, mut bytes: &[u8]) -> Flow {
        while let Some(frame) = self.inbox.next(&mut bytes) {
            if self.handle(frame) == Flow::Over {
                return Flow::Over;
            }
        }
        Flow::Goes
    }

    fn catch_up(&mut self) -> bool {
        self.messages.catch_up()
    }

    fn outbox(&self) -> &Rc<Outbox<WebsocketWire>> {
        self.messages.outbox()
    }

    fn end(&mut self) {
        self.messages.end();
    }
}
