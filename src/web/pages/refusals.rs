//! Refusals of identity, as pages tell them: the status of a refused form, and the problem where there is no form.

use std::time::Duration;

use actix_web::http::StatusCode;

use crate::auth::AuthError;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::StorageError;
use crate::web::views::sentence;

/// The status of a form that was refused for this.
pub fn status_of(error: &AuthError) -> StatusCode {
    match error {
        AuthError::WrongCredentials => StatusCode::UNAUTHORIZED,
        AuthError::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
        AuthError::Storage(_) | AuthError::Hashing(_) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// When it is worth trying again.
pub fn retry_after(error: &AuthError) -> Option<Duration> {
    match error {
        AuthError::Throttled { wait } => Some(*wait),
        AuthError::Storage(_) | AuthError::Hashing(_) => Some(Duration::from_secs(1)),
        _ => None,
    }
}

/// The sentence for the form. What only the log should know goes there.
pub fn words_of(error: &AuthError) -> String {
    match error {
        AuthError::Storage(cause) => log::error!("a form could not be carried out: {cause}"),
        AuthError::Hashing(cause) => log::error!("a password could not be hashed: {cause}"),
        _ => {}
    }
    sentence(&error.to_string())
}

/// The problem where there is no form to show it in.
pub fn problem_of(error: &AuthError) -> Problem {
    let code = match error {
        AuthError::Storage(_) | AuthError::Hashing(_) => ErrorCode::Unavailable,
        AuthError::Throttled { .. } => ErrorCode::RateLimited,
        AuthError::WrongCredentials | AuthError::UnknownToken | AuthError::GuestsOff => ErrorCode::Unauthorized,
        AuthError::NameTaken | AuthError::AlreadySetUp => ErrorCode::Conflict,
        AuthError::BadInvite => ErrorCode::NotFound,
        AuthError::RegistrationClosed => ErrorCode::Forbidden,
        AuthError::BadName(_) | AuthError::BadPassword(_) | AuthError::BadLabel | AuthError::BadSetupCode => {
            ErrorCode::BadRequest
        }
    };
    Problem { retry_after: retry_after(error), ..Problem::new(code, words_of(error)) }
}

/// A database that did not answer.
pub fn storage_problem(error: StorageError) -> Problem {
    problem_of(&AuthError::Storage(error))
}
