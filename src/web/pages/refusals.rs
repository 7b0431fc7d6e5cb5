//! Refusals of identity, as pages tell them: the status of a refused form, and the problem where there is no form.

use std::time::Duration;

use actix_web::http::StatusCode;

use crate::auth::AuthError;
use crate::auth::error::{OidcError, PASSKEYS};
use crate::auth::password::PasswordError;
use crate::domain::limits::{PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS};
use crate::protocol::error_code::{ErrorCode, Problem, Saying};
use crate::storage::StorageError;
use crate::web::words::{Words, telling};

/// The status of a form that was refused for this.
pub fn status_of(error: &AuthError) -> StatusCode {
    match error {
        AuthError::BadJwt(_)
        | AuthError::WrongCredentials
        | AuthError::WrongCode
        | AuthError::TicketEnded
        | AuthError::BadPasskey
        | AuthError::Oidc(OidcError::NotBegun | OidcError::NotBelieved) => StatusCode::UNAUTHORIZED,
        AuthError::ShutOut { .. }
        | AuthError::Refused(_)
        | AuthError::PasswordsOff
        | AuthError::Oidc(OidcError::Declined | OidcError::Stranger) => StatusCode::FORBIDDEN,
        AuthError::Oidc(OidcError::Unreachable) => StatusCode::BAD_GATEWAY,
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
pub fn words_of(words: &Words, error: &AuthError) -> String {
    log_cause(error);
    match error {
        AuthError::WrongCredentials => words.get("auth.wrong_credentials"),
        AuthError::Throttled { wait } => words.count("auth.throttled", wait.as_secs().max(1), &[]),
        AuthError::BadName(cause) => telling::name_error(words, cause),
        AuthError::BadPassword(PasswordError::TooShort) => {
            words.with("auth.short_password", &[("min", &PASSWORD_MIN_CHARS)])
        }
        AuthError::BadPassword(PasswordError::TooLong) => {
            words.with("auth.long_password", &[("max", &PASSWORD_MAX_BYTES)])
        }
        AuthError::ShutOut { reason } if reason.is_empty() => words.get("auth.shut_out"),
        AuthError::ShutOut { reason } => words.with("auth.shut_out_because", &[("reason", reason)]),
        AuthError::NameTaken => words.get("name.taken"),
        AuthError::BadInvite => words.get("error.bad_invite"),
        AuthError::RegistrationClosed => words.get("auth.registration_closed"),
        AuthError::AlreadySetUp => words.get("auth.already_set_up"),
        AuthError::BadSetupCode => words.get("auth.bad_setup_code"),
        AuthError::GuestsOff => words.get("refusal.guests_off"),
        AuthError::UnknownToken => words.get("auth.unknown_token"),
        AuthError::BadLabel => words.get("auth.bad_label"),
        AuthError::AdminInRooms => words.get("auth.admin_in_rooms"),
        AuthError::WrongCode => words.get("auth.wrong_code"),
        // Whoever sees it builds a program: in English, as the API says it.
        AuthError::BadJwt(cause) => cause.to_string(),
        AuthError::TicketEnded => words.get("auth.ticket_ended"),
        AuthError::FactorOn => words.get("auth.factor_on"),
        AuthError::FactorOff => words.get("auth.factor_off"),
        AuthError::BadResetLink => words.get("auth.bad_reset_link"),
        AuthError::BotPassword => words.get("auth.bot_password"),
        AuthError::Oidc(error) => words.get(provider_key(*error)),
        AuthError::BadPasskey => words.get("auth.bad_passkey"),
        AuthError::TooManyPasskeys => words.with("auth.too_many_passkeys", &[("most", &PASSKEYS)]),
        AuthError::LastWayIn => words.get("auth.last_way_in"),
        AuthError::PasswordsOff => words.get("auth.passwords_off"),
        AuthError::Refused(refusal) => telling::refusal(words, *refusal),
        AuthError::Storage(_) | AuthError::Hashing(_) => words.get("js.problem.unavailable"),
    }
}

fn provider_key(error: OidcError) -> &'static str {
    match error {
        OidcError::Off => "provider.off",
        OidcError::Unreachable => "provider.unreachable",
        OidcError::NotBegun => "provider.not_begun",
        OidcError::Declined => "provider.declined",
        OidcError::NotBelieved => "provider.not_believed",
        OidcError::Stranger => "provider.stranger",
        OidcError::Taken => "provider.taken",
    }
}

fn log_cause(error: &AuthError) {
    match error {
        AuthError::Storage(cause) => log::error!("a form could not be carried out: {cause}"),
        AuthError::Hashing(cause) => log::error!("a password could not be hashed: {cause}"),
        _ => {}
    }
}

/// The problem where there is no form to show it in.
pub fn problem_of(words: &Words, error: &AuthError) -> Problem {
    let code = match error {
        AuthError::Storage(_) | AuthError::Hashing(_) | AuthError::Oidc(OidcError::Unreachable) => {
            ErrorCode::Unavailable
        }
        AuthError::Throttled { .. } => ErrorCode::RateLimited,
        AuthError::WrongCredentials
        | AuthError::UnknownToken
        | AuthError::GuestsOff
        | AuthError::WrongCode
        | AuthError::BadJwt(_)
        | AuthError::BadPasskey
        | AuthError::TicketEnded => ErrorCode::Unauthorized,
        AuthError::NameTaken
        | AuthError::AlreadySetUp
        | AuthError::FactorOn
        | AuthError::FactorOff
        | AuthError::TooManyPasskeys
        | AuthError::LastWayIn
        | AuthError::BotPassword => ErrorCode::Conflict,
        AuthError::BadInvite | AuthError::BadResetLink => ErrorCode::NotFound,
        AuthError::RegistrationClosed | AuthError::ShutOut { .. } | AuthError::PasswordsOff | AuthError::Oidc(_) => {
            ErrorCode::Forbidden
        }
        AuthError::Refused(refusal) => Problem::from(*refusal).code,
        AuthError::BadName(_)
        | AuthError::BadPassword(_)
        | AuthError::BadLabel
        | AuthError::AdminInRooms
        | AuthError::BadSetupCode => ErrorCode::BadRequest,
    };
    let message = words_of(words, error);
    Problem { retry_after: retry_after(error), saying: Saying::Translated, ..Problem::new(code, message) }
}

/// A database that did not answer.
pub fn storage_problem(error: StorageError) -> Problem {
    log_cause(&AuthError::Storage(error));
    Problem::unavailable()
}
