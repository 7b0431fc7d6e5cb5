//! The fan-out as an actor: it takes the turns of the server and looks after the sessions of its thread.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Task, Poll};
use std::time::Duration;

use actix::fut::ActorFuture;
use actix::{Actor, AsyncContext, Context, Handler};

use super::Worker;
use crate::chat::turn::Turn;

/// How often the sessions of a thread are looked after.
const SWEEP: Duration = Duration::from_secs(1);

/// The actor of one thread.
pub struct Fanout {
    worker: Rc<Worker>,
}

/// Flushes when the mailbox is empty: a context polls its futures after its messages. So what several turns have for one
/// session leaves in one write, and nobody waits for more than is there.
struct Flush;

impl Fanout {
    /// The actor that serves this thread.
    #[must_use]
    pub fn new(worker: Rc<Worker>) -> Self {
        Self { worker }
    }
}

impl Actor for Fanout {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // The server holds what does not fit, in order; see `ports`.
        ctx.set_mailbox_capacity(1024);
        ctx.run_interval(SWEEP, |fanout, _| fanout.worker.sweep());
        ctx.spawn(Flush);
    }
}

impl Handler<Turn> for Fanout {
    type Result = ();

    fn handle(&mut self, turn: Turn, _: &mut Self::Context) {
        for item in turn.items {
            self.worker.carry_out(item);
        }
    }
}

impl ActorFuture<Fanout> for Flush {
    type Output = ();

    fn poll(self: Pin<&mut Self>, fanout: &mut Fanout, _: &mut Context<Fanout>, _: &mut Task<'_>) -> Poll<()> {
        fanout.worker.flush();
        Poll::Pending
    }
}
