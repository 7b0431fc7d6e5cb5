//! What the doors share that have a connection of their own: a socket, under TLS or not, a bounded way out that the
//! thread's fan-out writes to directly, an actix actor that reads, and a session of the chat behind it. A door brings
//! its words ([`connection::Conversation`]) and what is its own about the way out ([`outbox::Wire`]).
//!
//! `acceptor` takes connections, under TLS after its handshake; `hall` gives them a place, or says why not; `door` does
//! both for doors without HTTP, and lets newcomers wait in its `porch` until they have said who they are. `connection`
//! reads, `outbox` writes over `queue` and `socket`. `newcomer` finds out who they are. `session` is the chat's side, `plain_door` and `typed_rooms` are for
//! people who type, `direct` sends to one person.

pub mod acceptor;
pub mod connection;
pub mod direct;
pub mod door;
pub mod hall;
pub mod newcomer;
pub mod outbox;
pub mod plain_door;
pub mod porch;
pub mod queue;
pub mod session;
pub mod socket;
pub mod typed_rooms;

pub use connection::{Connection, Conversation, Flow};
pub use hall::{Hall, Place};
pub use outbox::{Outbox, Wire};
pub use session::Session;
