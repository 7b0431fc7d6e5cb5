//! The first steps of somebody who has just logged in or opened an invite.

use std::sync::Arc;

use actix_web::HttpResponse;

use super::refusals::storage_problem;
use super::visit::{Visit, redirect, with_cookies};
use crate::auth::devices::NewLogin;
use crate::domain::grant::Grant;
use crate::domain::name::RoomName;
use crate::domain::permission::LOBBY;
use crate::domain::person::{Person, Standing};
use crate::protocol::command::Command;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::invites::Invite;
use crate::web::cookies;
use crate::web::views::url;

/// Gives the browser its new login and leads on. Who was a guest is one no longer.
pub fn logged_in(visit: &Visit, login: NewLogin, next: &str) -> HttpResponse {
    let cookies = [
        cookies::session(&visit.state, &visit.request, login.secret),
        cookies::cleared_guest(&visit.state, &visit.request),
    ];
    with_cookies(redirect(next), cookies)
}

/// Makes a new account a member of the lobby: there is always somewhere to begin. Answers with its page.
pub async fn enter_lobby(visit: &Visit, person: &Arc<Person>) -> String {
    let room = RoomName::trusted(LOBBY.to_owned());
    if let Err(problem) = visit.ask(person, Command::Enter { room, key: None }).await {
        // The account is there; the lobby can be joined by hand.
        log::warn!("a new account could not enter the lobby: {problem}");
        return "/rooms".to_owned();
    }
    url::room(LOBBY)
}

/// Makes somebody a member of the room of an invite; answers with its page, or `None` when it leads into no room.
///
/// A public room is entered like any other. Into a private one, and past the rules of a public one, the inviter's right
/// leads, as it is now: an inviter who has left the room since, or lost the right, opens no door.
pub async fn enter_invited_room(
    visit: &Visit,
    person: &Arc<Person>,
    invite: &Invite,
) -> Result<Option<String>, Problem> {
    let Some(id) = invite.room else { return Ok(None) };
    let Some(room) = visit.state.store.room(id).await.map_err(storage_problem)? else { return Ok(None) };
    let name = room.info.name;
    let mut entered = visit.ask(person, Command::Enter { room: name.clone(), key: None }).await;
    if let Err(ErrorCode::NotFound | ErrorCode::Forbidden) = entered.as_ref().map_err(|problem| problem.code) {
        let Some(inviter) = inviter(visit, invite).await? else { return Err(Problem::no_such_room()) };
        let added = visit.ask(&inviter, Command::Add { room: name.clone(), user: person.id }).await;
        // What stands in a public room's way is for the newcomer to know; what the inviter may not do is not.
        if added.is_ok() || !room_is_public(room.info.kind) {
            entered = added;
        }
    }
    entered.map(|_| Some(url::room(name.as_str()))).map_err(|problem| match problem.code {
        // What the inviter may no longer do is not for a stranger to know.
        ErrorCode::NotFound | ErrorCode::Forbidden if !room_is_public(room.info.kind) => {
            visit.not_found("error.bad_invite")
        }
        _ => problem,
    })
}

fn room_is_public(kind: crate::domain::room::RoomKind) -> bool {
    kind == crate::domain::room::RoomKind::Public
}

async fn inviter(visit: &Visit, invite: &Invite) -> Result<Option<Arc<Person>>, Problem> {
    let account = visit.state.store.user(invite.made_by.id).await.map_err(storage_problem)?;
    Ok(account.map(|account| {
        Arc::new(Person {
            id: account.id,
            name: account.name,
            standing: Standing::Account(account.site_role),
            device: None,
            grant: Grant::ALL,
        })
    }))
}
