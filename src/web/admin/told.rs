//! Refusals of acts as sentences, in the language of whoever acts.

use super::desk::nowhere;
use crate::admin::AdminError;
use crate::auth::AuthError;
use crate::domain::limits::REASON_CHARS;
use crate::domain::permission::Refusal;
use crate::protocol::error_code::{ErrorCode, Problem, Saying};
use crate::storage::settings::{
    ACCENT, GUESTS, LOGIN_TRIES_PER_MINUTE, MESSAGE_BURST, MESSAGE_OF_THE_DAY, MESSAGE_RATE, QUARANTINE_HOURS,
    REGISTRATION, REQUEST_BURST, REQUESTS_PER_SECOND, RETENTION_DAYS, SERVER_NAME, SIGN_INS_PER_MINUTE,
};
use crate::web::pages::refusals;
use crate::web::words::{Words, telling};

/// Beside which field it belongs.
pub fn field(error: &AdminError) -> Option<&'static str> {
    match error {
        AdminError::Bad { field, .. } => Some(field),
        AdminError::LastOwner => Some("role"),
        // Whoever is looked for by name was typed: the one to ban, or the new owner of a room.
        AdminError::NotFound { what: "account", .. }
        | AdminError::Refused(Refusal::NotBelow)
        | AdminError::Oneself
        | AdminError::Chat(_) => Some("whom"),
        _ => None,
    }
}

/// What to do about it.
pub fn words(words: &Words, error: &AdminError) -> String {
    match error {
        AdminError::Refused(refusal) => telling::refusal(words, *refusal),
        AdminError::NotFound { what: "account", name } => words.with("admin.no_account", &[("name", name)]),
        AdminError::NotFound { .. } => words.get("admin.gone"),
        AdminError::Bad { field, message } => match *field {
            "reason" => words.with("admin.bad_reason", &[("max", &REASON_CHARS)]),
            "role" => words.get("admin.bad_role"),
            "ends_at" => words.get("admin.bad_end"),
            "whom" => words.get("admin.bad_network"),
            "days" | RETENTION_DAYS => words.get("admin.bad_days"),
            "name" => words.get("admin.owner_first"),
            SERVER_NAME => words.get("admin.bad_server_name"),
            MESSAGE_OF_THE_DAY => words.get("admin.bad_notice"),
            GUESTS | REGISTRATION => words.get("admin.bad_choice"),
            MESSAGE_RATE
            | MESSAGE_BURST
            | REQUESTS_PER_SECOND
            | REQUEST_BURST
            | SIGN_INS_PER_MINUTE
            | LOGIN_TRIES_PER_MINUTE => words.get("admin.bad_limit"),
            QUARANTINE_HOURS => words.get("admin.bad_hours"),
            ACCENT => words.get("admin.bad_colour"),
            _ => message.clone(),
        },
        AdminError::LastOwner => words.get("admin.last_owner"),
        AdminError::Oneself => words.get("admin.oneself"),
        AdminError::Busy => words.get("admin.busy"),
        AdminError::NeedsServer => error.to_string(),
        AdminError::Chat(problem) => telling::problem(words, problem),
        AdminError::Auth(cause) => refusals::words_of(words, cause),
        AdminError::Storage(_) => words.get("js.problem.unavailable"),
    }
}

/// True when no page can be shown beside it.
pub fn is_fatal(error: &AdminError) -> bool {
    match error {
        AdminError::Refused(refusal) => *refusal != Refusal::NotBelow,
        AdminError::Chat(problem) => problem.code == ErrorCode::Unavailable,
        AdminError::Auth(cause) => matches!(cause, AuthError::Storage(_) | AuthError::Hashing(_)),
        AdminError::Storage(_) | AdminError::NeedsServer => true,
        _ => false,
    }
}

/// The problem where there is no form.
pub fn problem(texts: &Words, error: &AdminError) -> Problem {
    let code = match error {
        // What one may not see is not there; that an act is not for oneself or for those above is no secret.
        AdminError::Refused(Refusal::NotBelow) => ErrorCode::Forbidden,
        AdminError::Refused(_) => return nowhere(),
        AdminError::NotFound { .. } => ErrorCode::NotFound,
        AdminError::Bad { .. } => ErrorCode::BadRequest,
        AdminError::LastOwner | AdminError::Oneself | AdminError::Busy => ErrorCode::Conflict,
        AdminError::Chat(problem) => return (**problem).clone(),
        AdminError::Auth(cause) => return refusals::problem_of(texts, cause),
        AdminError::NeedsServer | AdminError::Storage(_) => {
            log::error!("an act was not done: {error:?}");
            return Problem::unavailable();
        }
    };
    Problem { saying: Saying::Translated, ..Problem::new(code, words(texts, error)) }
}
