//! The door to the chat: what gateways and pages hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix::Addr;
use tokio::sync::{oneshot, watch};

use super::fanout::Fanout;
use super::journal::Health;
use super::messages::{
    Absent, Cut, Drain, EndDevice, Enforce, OpenWorker, Promoted, Renamed, Say, SeenSession, Sessions, Submit,
};
use super::reply::{Caller, Reply};
use super::server::ChatServer;
use super::turn::WorkerId;
use super::uplink::Uplink;
use crate::domain::access::Access;
use crate::domain::grant::Grant;
use crate::domain::ids::{DeviceId, SessionId, UserId};
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::{Author, Person, SiteRole};
use crate::protocol::answer::Answer;
use crate::protocol::command::{Command, HouseAct, Request};
use crate::protocol::error_code::{ErrorCode, Problem};

/// The chat as everybody else sees it. Cheap to clone; keep one clone per thread, because the bound of an actor's
/// mailbox counts per clone of its address.
#[derive(Clone)]
pub struct Chat {
    server: Addr<ChatServer>,
    access: watch::Receiver<Access>,
    health: Health,
    next_session: Arc<AtomicU64>,
}

impl Chat {
    /// A door to this server.
    #[must_use]
    pub fn new(server: Addr<ChatServer>, access: watch::Receiver<Access>, health: Health) -> Self {
        Self { server, access, health, next_session: Arc::new(AtomicU64::new(1)) }
    }

    /// Who is let in just now.
    #[must_use]
    pub fn access(&self) -> Access {
        *self.access.borrow()
    }

    /// Whether the server lives and the last batch of messages could be written.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.server.connected() && self.health.is_good()
    }

    /// An id for a new session.
    #[must_use]
    pub fn next_session(&self) -> SessionId {
        SessionId(self.next_session.fetch_add(1, Ordering::Relaxed))
    }

    /// The way from the sessions of one thread to the server.
    #[must_use]
    pub fn uplink(&self) -> Uplink {
        Uplink::new(self.server.clone())
    }

    /// A worker thread has started.
    pub fn open_worker(&self, worker: WorkerId, fanout: Addr<Fanout>) {
        // Once per thread, and it must not be lost.
        self.server.do_send(OpenWorker { worker, fanout });
    }

    /// Asks for something and waits for the answer.
    ///
    /// # Errors
    /// What the server refused it for.
    pub async fn ask(&self, person: Arc<Person>, command: Command) -> Result<Answer, Problem> {
        let (sender, receiver) = oneshot::channel();
        let caller = Caller { person, reply: Reply::Once(sender) };
        self.server.try_send(Submit { caller, command }).map_err(|_| Problem::unavailable())?;
        receiver.await.unwrap_or_else(|_| Err(Problem::unavailable()))
    }

    /// Asks for something in a session that this login has opened; its answers come there.
    ///
    /// # Errors
    /// `not_found`: there is no such session of this login. `unavailable`: the server is too busy.
    pub async fn say(&self, person: Arc<Person>, session: SessionId, requests: Vec<Request>) -> Result<(), Problem> {
        let (sender, receiver) = oneshot::channel();
        let say = Say { person, session, requests, known: sender };
        self.server.try_send(say).map_err(|_| Problem::unavailable())?;
        match receiver.await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Problem::new(ErrorCode::NotFound, "this stream has ended; open another one")),
            Err(_) => Err(Problem::unavailable()),
        }
    }

    /// Makes somebody a member of rooms, private ones too, because a system that is believed says so. A room that is not
    /// there, or that they were banned from, is left out.
    pub async fn admit(&self, person: &Person, rooms: Vec<RoomName>) {
        // It is not what the person may do that counts here.
        let person = Arc::new(Person { grant: Grant::ALL, ..person.clone() });
        for room in rooms {
            let act = HouseAct::Admit(Author::from(&*person));
            if let Err(problem) = self.ask(person.clone(), Command::House { room: room.clone(), act }).await {
                log::info!("somebody could not be made a member of {room}, as their token says: {problem}");
            }
        }
    }

    /// A login has ended: so do its sessions.
    pub fn end_device(&self, device: DeviceId) {
        // A log-out must not be lost; people do not log out by the thousand.
        self.server.do_send(EndDevice { device });
    }

    /// An account has another name.
    pub fn rename(&self, user: UserId, name: UserName) {
        // Must not be lost: live sessions would go on under the old name. It is rare.
        self.server.do_send(Renamed { user, name });
    }

    /// Something was decided about people: it holds for live sessions at once.
    pub async fn enforce(&self) {
        // An error means that the server is gone, and with it everybody.
        let _ = self.server.send(Enforce).await;
    }

    /// An account has another site role.
    pub fn promote(&self, user: UserId, role: SiteRole) {
        // Must not be lost, or somebody would keep a power that was taken from them. It is rare.
        self.server.do_send(Promoted { user, role });
    }

    /// Ends sessions; answers how many.
    pub async fn cut(&self, what: Cut) -> usize {
        self.server.send(what).await.unwrap_or_default()
    }

    /// Everybody who is connected.
    pub async fn sessions(&self) -> Vec<SeenSession> {
        self.server.send(Sessions).await.unwrap_or_default()
    }

    /// Those of these people who look at no page just now, and are not busy. Nobody, when the server is too busy to say.
    pub async fn absent(&self, users: Vec<UserId>) -> Vec<UserId> {
        self.server.send(Absent { users }).await.unwrap_or_default()
    }

    /// Stops taking commands, settles what was accepted, says goodbye to every session.
    pub async fn drain(&self) {
        // An error means that the server is gone already.
        let _ = self.server.send(Drain).await;
    }
}
