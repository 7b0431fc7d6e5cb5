//! The session as an actix actor under actix-web-actors. It carries frames between the transport and the rules; what
//! a session does stands in `session`.

use std::rc::Rc;

use actix::{Actor, ActorContext, AsyncContext, Handler, StreamHandler};
use actix_web_actors::ws::{self, WebsocketContext};

use super::assembler::{Action, Assembler, MessageLimits};
use super::frame_guard::Verdict;
use super::glue;
use super::outbox::{Flush, Outbox};
use super::session::Session;
use crate::domain::limits;
use crate::domain::name::RoomName;
use crate::telemetry::metrics::OpenConnection;

/// One connection.
pub struct SessionActor {
    session: Session,
    outbox: Rc<Outbox>,
    assembler: Assembler,
    verdict: Verdict,
    rooms: Vec<RoomName>,
    _open: OpenConnection,
}

impl SessionActor {
    /// A session that joins `rooms` when it opens. `verdict` is that of the guard before the parser.
    pub fn new(
        session: Session,
        outbox: Rc<Outbox>,
        verdict: Verdict,
        rooms: Vec<RoomName>,
        open: OpenConnection,
    ) -> Self {
        let limits = MessageLimits { bytes: limits::FRAME_BYTES, fragments: limits::FRAGMENTS };
        Self { session, outbox, assembler: Assembler::new(limits), verdict, rooms, _open: open }
    }
}

impl Actor for SessionActor {
    type Context = WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.outbox.attach(ctx.address().recipient());
        self.session.open(std::mem::take(&mut self.rooms));
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.session.close();
    }
}

impl Handler<Flush> for SessionActor {
    type Result = ();

    fn handle(&mut self, _: Flush, ctx: &mut Self::Context) {
        flush(&self.outbox, ctx);
        self.session.flushed();
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for SessionActor {
    fn handle(&mut self, frame: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        self.outbox.heard();
        match frame {
            Ok(frame) => {
                let Some(frame) = glue::incoming(frame) else { return };
                match self.assembler.take(frame) {
                    Action::Deliver(_) if self.outbox.is_closing() => {}
                    Action::Deliver(message) => self.session.take(&message),
                    other => answer(other, &self.outbox, ctx),
                }
            }
            Err(error) => fail(&error, &self.verdict, &self.outbox, ctx),
        }
    }
}

/// Hands what waits to the transport.
pub fn flush<A>(outbox: &Outbox, ctx: &mut WebsocketContext<A>)
where
    A: Actor<Context = WebsocketContext<A>>,
{
    for out in outbox.take() {
        ctx.write_raw(glue::outgoing(out));
    }
}

/// Does what the rules of frames say, beside delivering.
pub fn answer<A>(action: Action, outbox: &Outbox, ctx: &mut WebsocketContext<A>)
where
    A: Actor<Context = WebsocketContext<A>>,
{
    match action {
        Action::Pong(payload) => outbox.pong(payload),
        Action::Close(closing) => {
            // Ours or the echo of theirs (RFC 6455, section 5.5.1); either way it is over after this.
            outbox.close_with(closing.map(|closing| (closing.code, closing.reason.to_owned())));
            flush(outbox, ctx);
            ctx.stop();
        }
        Action::Deliver(_) | Action::Nothing => {}
    }
}

/// The stream is broken: says why, then ends. The parser would repeat the error for ever.
pub fn fail<A>(error: &ws::ProtocolError, verdict: &Verdict, outbox: &Outbox, ctx: &mut WebsocketContext<A>)
where
    A: Actor<Context = WebsocketContext<A>>,
{
    let code = glue::close_code(error, verdict.get());
    outbox.close_with(Some((code, String::new())));
    flush(outbox, ctx);
    ctx.stop();
}
