//! What the server tells a worker thread: one [`Turn`] per thread and per step, with everything in order. The rooms of
//! items are feeds, see `feed`.

use std::sync::Arc;

use actix::Message;

use crate::domain::event::SharedEvent;
use crate::domain::ids::{RoomId, Seq, SessionId};
use crate::protocol::answer::Answer;
use crate::protocol::crowd::Crowd;
use crate::protocol::encode::SharedFrames;
use crate::protocol::error_code::Problem;
use crate::protocol::server_frame::{Notice, Welcome};

/// A worker thread, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WorkerId(pub usize);

/// Why the server closes a connection: the RFC 6455 code (section 7.4) and a reason of at most 123 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// The code.
    pub code: u16,
    /// The reason.
    pub reason: &'static str,
}

impl Closing {
    /// The server goes away.
    pub const GOING_AWAY: Self = Self { code: 1001, reason: "the server is going away" };
    /// The login has ended, or may not be here any more.
    pub const NOT_ALLOWED: Self = Self { code: 1008, reason: "this session has ended; log in again" };
    /// The server is too busy to take it.
    pub const TRY_AGAIN: Self = Self { code: 1013, reason: "the server is busy; try again" };
    /// Too slow to be waited for.
    pub const TOO_SLOW: Self = Self { code: 1013, reason: "too slow; reconnect and resume" };
}

/// Everything one worker has to do after one step of the server, in this order.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Turn {
    /// What.
    pub items: Vec<Item>,
}

/// One thing to do.
#[derive(Debug)]
pub enum Item {
    /// Greet a session.
    Welcome {
        /// Which.
        session: SessionId,
        /// With what.
        welcome: Box<Welcome>,
    },
    /// Answer a command.
    Answer {
        /// To whom.
        session: SessionId,
        /// The id of the command.
        id: Option<String>,
        /// With what.
        answer: Answer,
    },
    /// Refuse a command.
    Refuse {
        /// To whom.
        session: SessionId,
        /// The id of the command.
        id: Option<String>,
        /// Why.
        problem: Box<Problem>,
    },
    /// Tell one session something.
    Notify {
        /// Whom.
        session: SessionId,
        /// What.
        notice: Notice,
    },
    /// From now on the session listens to the room.
    Subscribe {
        /// Which session.
        session: SessionId,
        /// Which room.
        room: RoomId,
        /// Tells this subscription from an earlier one of the same session.
        generation: u64,
        /// The last event it has.
        seen: Seq,
        /// The newest event of the log at this moment; if it is another one, pages follow as [`Item::Replay`].
        newest: Seq,
    },
    /// A page of what the session missed.
    Replay {
        /// Which session.
        session: SessionId,
        /// Which room.
        room: RoomId,
        /// The subscription it was read for.
        generation: u64,
        /// Ascending.
        events: Vec<SharedEvent>,
    },
    /// The session no longer listens to the room.
    Unsubscribe {
        /// Which session.
        session: SessionId,
        /// Which room.
        room: RoomId,
    },
    /// News for everybody who listens to the room.
    News {
        /// Which room.
        room: RoomId,
        /// What.
        frames: Arc<SharedFrames>,
        /// Who already knows.
        except: Option<SessionId>,
    },
    /// News for one session, whether it listens to the room or not.
    Tell {
        /// Whom.
        session: SessionId,
        /// What.
        frames: Arc<SharedFrames>,
    },
    /// Something for one session whose door tells such things; others are told nothing.
    Aside {
        /// Whom.
        session: SessionId,
        /// What.
        crowd: Arc<Crowd>,
    },
    /// End the connections of the thread that are no sessions of the chat.
    CloseOthers {
        /// Why.
        closing: Closing,
    },
    /// End a connection, after everything above.
    Close {
        /// Which.
        session: SessionId,
        /// Why.
        closing: Closing,
    },
}
