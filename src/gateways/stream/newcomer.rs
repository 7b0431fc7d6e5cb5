//! Who a newcomer is, for doors where people say so in words and not in the head of a request.

use std::net::IpAddr;
use std::rc::Rc;

use secrecy::SecretString;

use super::hall::Hall;
use crate::auth::second_factor::Entry;
use crate::auth::{AuthError, Credential};
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
    },
}

/// Somebody who may come in.
pub struct Newcomer {
    /// Who, and from where.
    pub visit: Visit,
    /// The login that was made for this connection only, and ends with it.
    pub login: Option<DeviceId>,
}

/// Finds out who somebody is, and whether they are let in.
///
/// # Errors
/// Says what was wrong; a wrong password counts as a try, as everywhere.
pub async fn identify(hall: &Hall, word: Word<'_>, door: Door, address: IpAddr) -> Result<Newcomer, Problem> {
    let (person, login) = match word {
        Word::Guest(name) => (hall.auth.new_guest(name).map_err(refused)?, None),
        Word::Token(token) => (by_token(hall, token).await?, None),
        Word::Password { name, password } => {
            match hall.auth.log_in(name, password, address, door.as_str()).await.map_err(refused)? {
                Entry::In(login) => {
                    let device = login.person.device;
                    (login.person, device)
                }
                Entry::CodeNeeded { .. } => {
                    let message = "this account has a second factor, and there is nobody to ask for a code here; make a \
                                   token in the settings and use it instead of the password";
                    return Err(Problem::new(ErrorCode::Unauthorized, message));
                }
            }
        }
    };
    hall.auth.let_in(Some(person.id), Some(address)).map_err(refused)?;
    Ok(Newcomer { visit: Visit { person, origin: Origin { door, address } }, login })
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
        AuthError::BadName(_) => Problem::field("name", format!("`name`: {error}")),
        AuthError::NameTaken => Problem { field: Some("name"), ..Problem::new(ErrorCode::Conflict, error.to_string()) },
        other => {
            log::error!("somebody could not be identified: {other:?}");
            Problem::unavailable()
        }
    }
}
