//! The journal and the store as the server runs them: the crowd is an actor on a thread of its own, in the place of
//! `ChatServer`, and the journal a task on the main thread.

use std::sync::Arc;

use actix::{Actor, Arbiter, Context, Handler};
use parlor::chat::journal::{Entry, Inlet, Journal, JournalClosed, Purpose, Settled};
use parlor::domain::clock::Timestamp;
use parlor::domain::event::Draft;
use parlor::storage::Store;
use parlor::storage::events::Appended;
use parlor::telemetry::metrics::Metrics;
use tokio::sync::oneshot;

use crate::crowd::Crowd;
use crate::stage::{Stage, open};

/// Lets the crowd send everything.
pub fn run(stage: &Stage, crowd: Crowd) -> Crowd {
    actix::System::new().block_on(async {
        let store = Arc::new(open(stage.folder()).await);
        let (inlet, journal, _) = Journal::new(store.clone(), Metrics::new(Timestamp(0)));
        let (done, crowd_back) = oneshot::channel();
        let hub = Arbiter::new();
        let senders = Senders { crowd: Some(crowd), inlet: Some(inlet), done: Some(done) };
        let senders = Senders::start_in_arbiter(&hub.handle(), |_| senders);
        journal.run(senders.clone().recipient(), senders.recipient()).await;
        let crowd = crowd_back.await.expect("the crowd comes back");
        store.close().await;
        hub.stop();
        crowd
    })
}

struct Senders {
    crowd: Option<Crowd>,
    inlet: Option<Inlet>,
    done: Option<oneshot::Sender<Crowd>>,
}

impl Senders {
    fn send(&self, draft: Draft) {
        let inlet = self.inlet.as_ref().expect("the queue stays open while messages are left");
        inlet.put(Entry { draft, purpose: Purpose::Change }).expect("the queue is longer than the crowd is large");
    }
}

impl Actor for Senders {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(4096);
        for draft in self.crowd.iter_mut().flat_map(Crowd::begin).collect::<Vec<_>>() {
            self.send(draft);
        }
    }
}

impl Handler<Settled> for Senders {
    type Result = ();

    fn handle(&mut self, Settled { outcomes }: Settled, _: &mut Context<Self>) {
        for outcome in outcomes {
            assert!(matches!(outcome.appended, Some(Appended::Stored(_))), "every message is new");
            if let Some(draft) = self.crowd.as_mut().and_then(|crowd| crowd.acknowledged(outcome.author)) {
                self.send(draft);
            }
        }
        if self.crowd.as_ref().is_some_and(Crowd::is_done) {
            self.inlet = None;
        }
    }
}

impl Handler<JournalClosed> for Senders {
    type Result = ();

    fn handle(&mut self, _: JournalClosed, _: &mut Context<Self>) {
        if let (Some(crowd), Some(done)) = (self.crowd.take(), self.done.take()) {
            // Whoever waits for it waits for this alone.
            let _ = done.send(crowd);
        }
    }
}
