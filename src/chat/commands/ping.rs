//! `ping`: a sign of life that is answered.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use crate::protocol::answer::Answer;

pub fn run(server: &mut ChatServer, caller: Caller) {
    server.ports.answer(caller.reply, Ok(Answer::Pong));
}
