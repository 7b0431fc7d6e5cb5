//! The terminal client, `parlor chat`: rooms, messages and people on a screen of text, over the client library.
//!
//! [`state`] is everything that is known, as plain values; [`update`] says what a key, a click or a frame makes of it, and
//! what is to be done outside ([`effect`]); [`view`] draws it. None of the three does any input or output: `session` does,
//! with `screen`. Everything that others wrote passes [`clean`] on its way in.

pub mod clean;
pub mod clock;
pub mod effect;
mod ground;
pub mod layouts;
pub mod markdown;
mod screen;
pub mod scrolling;
mod session;
pub mod state;
pub mod theme;
pub mod update;
pub mod view;
pub mod wrap;

pub use session::{Start, run};
