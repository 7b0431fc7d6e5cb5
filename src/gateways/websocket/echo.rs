//! `/ws/echo`: sends back what it gets, text and binary, over the same rules of frames. For connectivity checks and
//! conformance suites.

use std::rc::Rc;

use actix::{Actor, ActorContext, AsyncContext, Handler, StreamHandler};
use actix_web_actors::ws::{self, WebsocketContext};

use super::actor::{answer, fail, flush};
use super::assembler::{Action, Assembler, Message, MessageLimits};
use super::frame_guard::Verdict;
use super::glue;
use super::outbox::{Flush, Outbox};
use crate::chat::fanout::{Sink, Weight};
use crate::protocol::encode::Payload;
use crate::telemetry::metrics::OpenConnection;

/// Echoed messages may come in this many fragments; conformance suites send one byte each.
const FRAGMENTS: usize = 1 << 20;

/// One echoing connection.
pub struct EchoActor {
    outbox: Rc<Outbox>,
    assembler: Assembler,
    verdict: Verdict,
    _open: OpenConnection,
}

impl EchoActor {
    /// Echoes messages of at most `max_bytes`.
    pub fn new(max_bytes: usize, outbox: Rc<Outbox>, verdict: Verdict, open: OpenConnection) -> Self {
        let assembler = Assembler::new(MessageLimits { bytes: max_bytes, fragments: FRAGMENTS });
        Self { outbox, assembler, verdict, _open: open }
    }
}

impl Actor for EchoActor {
    type Context = WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.outbox.attach(ctx.address().recipient());
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.outbox.detach();
    }
}

impl Handler<Flush> for EchoActor {
    type Result = ();

    fn handle(&mut self, _: Flush, ctx: &mut Self::Context) {
        flush(&self.outbox, ctx);
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for EchoActor {
    fn handle(&mut self, frame: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        self.outbox.heard();
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) => return fail(&error, &self.verdict, &self.outbox, ctx),
        };
        let Some(frame) = glue::incoming(frame) else { return };
        let action = self.assembler.take(frame);
        match action {
            Action::Deliver(Message::Text(text)) => self.outbox.push(Payload::Text(text), Weight::Durable),
            Action::Deliver(Message::Binary(bytes)) => self.outbox.push(Payload::Binary(bytes), Weight::Durable),
            other => answer(other, &self.outbox, ctx),
        }
        // Written at once: what is echoed is never queued behind the next frame.
        flush(&self.outbox, ctx);
        if self.outbox.is_closing() {
            ctx.stop();
        }
    }
}
