//! Who a newcomer is, for doors where people say so in words and not in the head of a request.

use std::net::IpAddr;
use std::rc::Rc;

use secrecy::SecretString;

use super::hall::Hall;
use crate::auth::devices::{NewLogin, TokenWish};
use crate::auth::second_factor::Entry;
use crate::auth::{AuthError, Credential};
use crate::domain::grant::Scope;
use crate::domain::ids::DeviceId;
use crate::domain::person::{Door, Origin, Person, Visit};
use crate::protocol::error_code::{ErrorCode, Problem};

/// What somebody says of who they are.
pub enum Word<'a> {
    /// A guest with this name.
    Guest(&'a str),
    /// Whoever has this token: of an account, of a bot, of a guest, or signed by a system that is believed.
    Token(&'a str),
    /// The account with this name and password.
    Password {
        /// Its name.
        name: &'a str,
        /// Its password.
        password: SecretString,
        /// A code of the second factor, if they gave one.
        code: Option<&'a str>,
        /// What the token is called that they want instead, to come again with.
        kept_as: Option<&'a str>,
    },
}

/// Somebody who may come in.
pub struct Newcomer {
    /// Who, and from where.
    pub visit: Visit,
    /// The login that was made for this connection only, and ends with it.
    pub login: Option<DeviceId>,
    /// The token that was asked for instead of name and password.
    pub token: Option<SecretString>,
}

/// Finds out who somebody is, and whether they are let in.
///
/// # Errors
/// Says what was wrong; a wrong password counts as a try, as everywhere.
pub async fn identify(hall: &Hall, word: Word<'_>, door: Door, address: IpAddr) -> Result<Newcomer, Problem> {
    let (person, login, token) = match word {
        Word::Guest(name) => (hall.auth.new_guest(name).map_err(refused)?, None, None),
        Word::Token(token) => (by_token(hall, token).await?, None, None),
        Word::Password { name, password, code, kept_as } => {
            let NewLogin { person, secret } = match kept_as {
                None => by_password(hall, name, password, code, (door, address)).await?,
                Some(label) => by_kept_password(hall, name, password, code, (label, address)).await?,
            };
            let device = person.device.filter(|_| kept_as.is_none());
            (person, device, kept_as.map(|_| secret.into()))
        }
    };
    hall.auth.let_in(Some(person.id), Some(address)).map_err(refused)?;
    Ok(Newcomer { visit: Visit { person, origin: Origin { door, address } }, login, token })
}

/// A login that is to end with the connection.
async fn by_password(
    hall: &Hall,
    name: &str,
    password: SecretString,
    code: Option<&str>,
    (door, address): (Door, IpAddr),
) -> Result<NewLogin, Problem> {
    let label = door.as_str();
    match hall.auth.log_in(name, password, address, label).await.map_err(refused)? {
        Entry::In(login) => Ok(login),
        Entry::CodeNeeded { ticket } => {
            let code = code.ok_or_else(code_needed)?;
            hall.auth.log_in_with_code(&ticket, code, address, label).await.map_err(refused)
        }
    }
}

/// A token, with which somebody can come again. It does what people do, and no more: whoever finds it makes no others.
async fn by_kept_password(
    hall: &Hall,
    name: &str,
    password: SecretString,
    code: Option<&str>,
    (label, address): (&str, IpAddr),
) -> Result<NewLogin, Problem> {
    let wish = || TokenWish { label: label.to_owned(), scope: Scope::Write, rooms: None, life: None };
    match hall.auth.log_in_program(name, password, address, wish()).await.map_err(refused)? {
        Entry::In(login) => Ok(login),
        Entry::CodeNeeded { ticket } => {
            let code = code.ok_or_else(code_needed)?;
            hall.auth.log_in_program_with_code(&ticket, code, address, wish()).await.map_err(refused)
        }
    }
}

fn code_needed() -> Problem {
    let message = "this account has a second factor, and no code was given; make a token in the settings and use it \
                   instead of the password, or give a code where the protocol has a place for it";
    Problem { field: Some("code"), ..Problem::new(ErrorCode::Unauthorized, message) }
}

/// The login was made for a connection that is over now.
pub fn forget(hall: &Rc<Hall>, person: &Person, login: Option<DeviceId>) {
    let Some(device) = login else { return };
    let (hall, person) = (Rc::clone(hall), person.clone());
    actix::spawn(async move {
        if let Err(error) = hall.auth.revoke(&person, device).await {
            log::warn!("the login of a connection that is over could not be ended: {error}");
        }
    });
}

/// Whoever has this token.
///
/// # Errors
/// When it is not known, or what it says is not believed.
pub async fn by_token(hall: &Hall, token: &str) -> Result<Person, Problem> {
    if let Some(vouched) = hall.auth.vouched(token).await.map_err(refused)? {
        hall.chat.admit(&vouched.person, vouched.rooms).await;
        return Ok(vouched.person);
    }
    let person = hall.auth.identify(Credential::Token(token)).await.map_err(refused)?;
    person.ok_or_else(|| Problem::new(ErrorCode::Unauthorized, "this token is not known or was revoked"))
}

/// Why somebody is not let in, as a problem.
#[must_use]
pub fn refused(error: AuthError) -> Problem {
    match error {
        AuthError::ShutOut { .. } | AuthError::RegistrationClosed => {
            Problem::new(ErrorCode::Forbidden, error.to_string())
        }
        AuthError::BadJwt(_) | AuthError::GuestsOff | AuthError::WrongCredentials => {
            Problem::new(ErrorCode::Unauthorized, error.to_string())
        }
        AuthError::Throttled { wait } => Problem::rate_limited(wait),
        AuthError::WrongCode => {
            Problem { field: Some("code"), ..Problem::new(ErrorCode::Forbidden, error.to_string()) }
        }
        AuthError::BadLabel => Problem::field("label", format!("`label`: {error}")),
        AuthError::TicketEnded => Problem::new(ErrorCode::Unauthorized, error.to_string()),
        AuthError::PasswordsOff => Problem::new(ErrorCode::Forbidden, error.to_string()),
        AuthError::BadName(_) => Problem::field("name", format!("`name`: {error}")),
        AuthError::NameTaken => Problem { field: Some("name"), ..Problem::new(ErrorCode::Conflict, error.to_string()) },
        other => {
            log::error!("somebody could not be identified: {other:?}");
            Problem::unavailable()
        }
    }
}
