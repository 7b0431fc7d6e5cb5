//! The suite: one binary for everything that needs a server, a database or a browser.
//! `support` is what the tests stand on; the other folders mirror `src`.

#![expect(clippy::unwrap_used, reason = "a test that fails should say where")]
#![expect(clippy::type_complexity, reason = "tables of cases are read once, where they stand")]

mod browser;
mod chat;
mod client;
mod fuzz;
mod gateways;
mod push;
mod start;
mod storage;
mod support;
mod terminal;
mod web;
