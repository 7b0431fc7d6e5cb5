//! `nick`: another name, for a guest. Accounts change theirs on the settings page.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::presence;
use crate::domain::name::UserName;
use crate::protocol::answer::Answer;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::StorageResult;

pub fn run(server: &mut ChatServer, caller: Caller, name: UserName) {
    if caller.person.is_guest() {
        server.loader.name_taken(caller, name);
    } else {
        let message = "an account changes its name on the settings page";
        server.ports.answer(caller.reply, Err(Problem::new(ErrorCode::Forbidden, message)));
    }
}

/// It is known whether an account has the name.
pub fn checked(server: &mut ChatServer, caller: Caller, name: UserName, taken: StorageResult<bool>) {
    let answer = match taken {
        Ok(false) => rename(server, &caller, &name),
        Ok(true) => Err(name_taken(&name)),
        Err(error) => {
            log::error!("a name could not be checked: {error}");
            Err(Problem::unavailable())
        }
    };
    server.ports.answer(caller.reply, answer);
}

fn rename(server: &mut ChatServer, caller: &Caller, name: &UserName) -> Result<Answer, Problem> {
    let before = server.seen(caller.person.id);
    let Some(person) = server.people.rename_guest(caller.person.id, name) else { return Err(name_taken(name)) };
    presence::tell_rooms(server, person.id);
    if let Some(before) = before {
        server.was_renamed(&before, caller.session());
    }
    Ok(Answer::Renamed { name: name.clone() })
}

fn name_taken(name: &UserName) -> Problem {
    Problem {
        field: Some("name"),
        ..Problem::new(ErrorCode::Conflict, format!("the name {name} is taken; choose another"))
    }
}
