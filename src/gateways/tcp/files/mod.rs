//! Handing a file from person to person, relayed and never stored. Chunks go from the sender's connection to the receiver's
//! through a [`Mailbox`], past the chat: what waits there is bounded by the credit that the sender has, and a receiver who
//! takes nothing gives none back.
//!
//! `exchange` knows who is there and which transfers there are; it has a lock, which is taken to begin and to end a
//! transfer, never for a chunk. `desk` is one connection's side: what it sends and what it is given.

mod desk;
mod exchange;
mod mailbox;

pub use self::desk::Desk;
pub use self::exchange::Exchange;
use self::mailbox::{Mail, Mailbox};
