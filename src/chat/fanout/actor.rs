//! The fan-out as an actor: it takes the turns of the server and looks after the sessions of its thread.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Task, Poll};
use std::time::Duration;

use actix::fut::ActorFuture;
use actix::{Actor, AsyncContext, Context, Handler};
use tokio::time::{Sleep, sleep};

use super::Worker;
use crate::chat::turn::Turn;

/// How often the sessions of a thread are looked after.
const SWEEP: Duration = Duration::from_secs(1);

/// The actor of one thread.
pub struct Fanout {
    worker: Rc<Worker>,
}

/// Gives out and flushes when the mailbox is empty: a context polls its futures after its messages. So what several turns
/// have for one session leaves in one write, and what the sessions have for the server in one message.
#[derive(Default)]
struct Flush {
    /// A wait that was found worth it, see `pace`.
    wait: Option<Pin<Box<Sleep>>>,
}

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
        ctx.spawn(Flush::default());
    }
}

impl Handler<Turn> for Fanout {
    type Result = ();

    fn handle(&mut self, turn: Turn, _: &mut Self::Context) {
        self.worker.take(turn);
    }
}

impl ActorFuture<Fanout> for Flush {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, fanout: &mut Fanout, _: &mut Context<Fanout>, task: &mut Task<'_>) -> Poll<()> {
        let worker = &fanout.worker;
        worker.uplink.attach(task.waker());
        worker.uplink.flush();
        if self.wait.is_none() {
            self.wait = worker.wait().map(|wait| Box::pin(sleep(wait)));
        }
        if self.wait.as_mut().is_some_and(|wait| wait.as_mut().poll(task).is_pending()) {
            // Acknowledgements do not wait.
            worker.flush();
            return Poll::Pending;
        }
        self.wait = None;
        worker.pass();
        Poll::Pending
    }
}
