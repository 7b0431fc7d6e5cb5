//! Streams of events (WHATWG HTML, section 9.2): sessions of the chat that are told everything over the answer to one
//! request, and speak by requests of their own.
//!
//! [`EventStream`] is the body of the answer and the session behind it. `outbox` is its way out, which the thread's fan-out
//! writes to; `positions` are the ids, by which a reader comes back to where it was. No file here knows HTTP: the routes are
//! in `web/api/event_stream`.

mod outbox;
pub mod positions;
mod stream;

pub use stream::{EventStream, Wanted};
