//! `/register` and `/invite/{code}`: a new account, by invite or where registration is open.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::fields::Fields;
use super::refusals::{problem_of, retry_after, status_of, storage_problem, words_of};
use super::visit::{Visit, redirect, with_retry_after};
use super::{device_label, welcome};
use crate::auth::AuthError;
use crate::domain::access::Registration;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::invites::Invite;
use crate::web::views::forms::{FormPage, RegisterForm};
use crate::web::views::url;

/// GET `/register`
pub async fn show(visit: Visit) -> HttpResponse {
    let result = open(&visit);
    visit.respond(result).await
}

/// GET `/invite/{code}`
pub async fn open_invite(visit: Visit, code: web::Path<String>) -> HttpResponse {
    let result = open_with(&visit, &code).await;
    visit.respond(result).await
}

/// POST `/register`
pub async fn register(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields).await;
    visit.respond(result).await
}

fn open(visit: &Visit) -> Result<HttpResponse, Problem> {
    let access = visit.state.auth.access();
    if access.demo {
        return Ok(redirect("/setup"));
    }
    if visit.is_account() {
        return Ok(redirect("/"));
    }
    let refusal = match access.registration {
        Registration::Open => return page(visit, StatusCode::OK, RegisterForm::default()),
        Registration::Invite => "error.needs_invite",
        Registration::Closed => "auth.registration_closed",
    };
    Err(visit.told(ErrorCode::Forbidden, refusal))
}

async fn open_with(visit: &Visit, code: &str) -> Result<HttpResponse, Problem> {
    let invite = visit.state.auth.open_invite(code).await.map_err(|error| problem_of(&visit.words, &error))?;
    let Some(invite) = invite else { return Err(visit.not_found("error.bad_invite")) };
    if visit.is_account() {
        return offer(visit, &invite).await;
    }
    if visit.state.auth.access().registration == Registration::Closed {
        return Err(problem_of(&visit.words, &AuthError::RegistrationClosed));
    }
    let form = described(visit, &invite, RegisterForm::default()).await?;
    page(visit, StatusCode::OK, form)
}

/// Somebody with an account opens an invite: into a room they are asked whether they want in. A link alone changes
/// nothing; browsers follow links without being asked.
async fn offer(visit: &Visit, invite: &Invite) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let Some(id) = invite.room else { return Ok(redirect("/")) };
    let Some(room) = visit.state.store.room(id).await.map_err(storage_problem)? else { return Ok(redirect("/")) };
    if room.memberships.iter().any(|membership| membership.user == account.id && !membership.banned) {
        return Ok(redirect(&url::room(room.info.name.as_str())));
    }
    let form = described(visit, invite, RegisterForm::default()).await?;
    let page = visit.page_view(&visit.words.get("invite.title"));
    visit.html(StatusCode::OK, "pages/invite.html", &FormPage { page, form })
}

/// POST `/invite/{code}`
pub async fn accept_invite(visit: Visit, code: web::Path<String>) -> HttpResponse {
    let result = accept(&visit, &code).await;
    visit.respond(result).await
}

async fn accept(visit: &Visit, code: &str) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let closed = || visit.not_found("error.bad_invite");
    let invite = visit
        .state
        .auth
        .open_invite(code)
        .await
        .map_err(|error| problem_of(&visit.words, &error))?
        .ok_or_else(closed)?;
    if !visit.state.auth.use_invite(code).await.map_err(|error| problem_of(&visit.words, &error))? {
        return Err(closed());
    }
    let url = welcome::enter_invited_room(visit, &account, &invite).await?;
    Ok(redirect(url.as_deref().unwrap_or("/")))
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    if visit.is_account() {
        return Ok(redirect("/"));
    }
    let code = Some(fields.get("code")).filter(|code| !code.is_empty());
    // Read before it is used: the last use closes it.
    let invite = match code {
        Some(code) => visit.state.auth.open_invite(code).await.map_err(|error| problem_of(&visit.words, &error))?,
        None => None,
    };
    let label = device_label::of(&visit.request);
    match visit.state.auth.register(code, fields.get("name"), fields.secret("password"), &label).await {
        Ok(login) => {
            let person = Arc::new(login.person.clone());
            let mut next = welcome::enter_lobby(visit, &person).await;
            if let Some(invite) = &invite {
                match welcome::enter_invited_room(visit, &person, invite).await {
                    Ok(url) => next = url.unwrap_or(next),
                    // The account is there; the room can be joined later.
                    Err(problem) => log::info!("an invite led into no room: {problem}"),
                }
            }
            Ok(welcome::logged_in(visit, login, &next))
        }
        Err(error) => {
            let form = RegisterForm {
                code: fields.get("code").to_owned(),
                name_value: fields.get("name").to_owned(),
                ..RegisterForm::default()
            };
            let form = match &invite {
                Some(invite) => described(visit, invite, form).await?,
                None => form,
            };
            refused(visit, form, &error)
        }
    }
}

fn refused(visit: &Visit, mut form: RegisterForm, error: &AuthError) -> Result<HttpResponse, Problem> {
    let words = words_of(&visit.words, error);
    match error {
        AuthError::BadName(_) | AuthError::NameTaken => form.name_error = words,
        AuthError::BadPassword(_) => form.password_error = words,
        _ => form.error = words,
    }
    Ok(with_retry_after(page(visit, status_of(error), form)?, retry_after(error)))
}

/// Says who invites, and whereto.
async fn described(visit: &Visit, invite: &Invite, form: RegisterForm) -> Result<RegisterForm, Problem> {
    let room = match invite.room {
        Some(id) => visit.state.store.room(id).await.map_err(storage_problem)?,
        None => None,
    };
    Ok(RegisterForm {
        code: invite.code.clone(),
        invited_by: invite.made_by.name.to_string(),
        room_title: room.map(|room| room.info.name.to_string()).unwrap_or_default(),
        ..form
    })
}

fn page(visit: &Visit, status: StatusCode, mut form: RegisterForm) -> Result<HttpResponse, Problem> {
    // A code is whatever was typed.
    let invite = format!("/invite/{}", url::segment(&form.code));
    form.login_url = if form.code.is_empty() { "/login".to_owned() } else { url::login(&invite) };
    visit.html(
        status,
        "pages/register.html",
        &FormPage { page: visit.page_view(&visit.words.get("register.title")), form },
    )
}
