//! Somebody speaks in a session of theirs by a request, because its connection carries nothing in this direction. No command
//! of the protocol: the commands are what is said.

use actix::Handler;

use super::super::messages::Say;
use super::super::people::LiveSession;
use super::super::reply::Reply;
use super::super::server::ChatServer;
use crate::domain::ids::SessionId;
use crate::domain::person::Person;
use crate::protocol::command::Request;
use crate::protocol::error_code::Problem;

impl Handler<Say> for ChatServer {
    type Result = ();

    fn handle(&mut self, Say { person, session, requests, known }: Say, _: &mut Self::Context) {
        // Whoever asked may have hung up.
        let _ = known.send(run(self, &person, session, requests));
        self.ports.flush();
    }
}

fn run(server: &mut ChatServer, person: &Person, session: SessionId, requests: Vec<Request>) -> bool {
    // The same login: numbers of sessions are no secrets, and a token with a small scope must not speak as a browser of
    // the same account.
    let is_own = |live: &LiveSession| live.person.id == person.id && live.person.device == person.device;
    if !server.people.session(session).is_some_and(is_own) {
        return false;
    }
    for request in requests {
        // No gateway has counted it for the session. Accounts are counted by what follows; guests are not.
        let now = server.clock.now();
        match server.allowances.spend_for_guest(person, &request.command, now) {
            Ok(()) => server.submit(session, request),
            Err(problem) => refuse(server, session, request.id, problem),
        }
    }
    true
}

fn refuse(server: &mut ChatServer, session: SessionId, id: Option<String>, problem: Problem) {
    let Some(worker) = server.people.session(session).map(|live| live.worker) else { return };
    server.ports.answer(Reply::Session { session, worker, id, quiet: false }, Err(problem));
}
