//! The door for IRC clients. `conversation` makes lines of bytes; `session` is one client: lines in, lines out; `verbs` what
//! each line asks for; `telling` what others do, in the words of IRC; `views` marks, letters and refusals; `whispers` what was
//! said in private and is stored nowhere; `state` what the
//! sessions of a thread share; `wire` pings and last words. What is pure about IRC lies in `protocol::irc`.

mod conversation;
mod session;
mod state;
mod telling;
mod verbs;
mod views;
mod whispers;
mod wire;

use std::rc::Rc;

use bytes::Bytes;

use self::conversation::Conversation;
use self::session::Session;
pub use self::state::{IrcState, Office};
use self::wire::IrcWire;
use crate::config::DoorsConfig;
use crate::domain::clock::Timestamp;
use crate::domain::person::Door;
use crate::gateways::stream::door::{Arrival, Keeper};
use crate::gateways::stream::{Connection, Outbox};
use crate::protocol::error_code::Problem;
use crate::protocol::irc::line::Reply;

/// Takes those who come with IRC.
pub struct IrcKeeper(Rc<IrcState>);

impl IrcKeeper {
    /// As the settings say; `office` is for operators.
    #[must_use]
    pub fn new(config: &DoorsConfig, office: Rc<dyn Office>, started: Timestamp) -> Self {
        Self(Rc::new(IrcState::new(config, office, started)))
    }
}

impl Keeper for IrcKeeper {
    fn door(&self) -> Door {
        Door::Irc
    }

    fn open(&self, Arrival { socket, address, is_secure, place }: Arrival) {
        let hall = Rc::clone(place.hall());
        let outbox = Outbox::new(socket, hall.outbox_bytes, IrcWire(Rc::clone(&self.0)), Rc::clone(&hall));
        let session = Session::new(Rc::clone(&self.0), hall, Rc::new(outbox), address, is_secure);
        Connection::open(Conversation::new(session), &[], place);
    }

    fn refusal(&self, problem: &Problem) -> Bytes {
        wire::line(&Reply::new("", "ERROR", &[&format!("Closing link: {}", problem.message)]))
    }
}
