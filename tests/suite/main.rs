//! The suite: one binary for everything that needs a server, a database or a browser.
//! `support` is what the tests stand on; the other folders mirror `src`.

mod browser;
mod chat;
mod gateways;
mod start;
mod storage;
mod support;
mod web;
