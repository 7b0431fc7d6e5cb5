//! Refusals of the API: problem documents (RFC 9457). Handlers answer with `Result<_, ApiError>` and use `?`.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::AuthError;
use crate::protocol::error_code::{ErrorCode, Problem, bad_name};
use crate::storage::StorageError;

/// The content type of a problem document (RFC 9457, section 3).
pub const CONTENT_TYPE: &str = "application/problem+json";

/// A request that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    problem: Problem,
    /// A status that says more than the one of the code.
    status: Option<StatusCode>,
    /// The field that is to blame, where its name is not known beforehand.
    field: Option<String>,
}

/// A refusal (RFC 9457). `code` is for programs and stays; the words are for people and may change.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Document<'a> {
    /// Always `about:blank`: the code says what it is.
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    status: u16,
    /// What to do.
    detail: &'a str,
    code: ErrorCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// The field of the body, the query or the header that is to blame.
    field: Option<&'a str>,
    /// Under which the log of the server knows the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl ApiError {
    /// A refusal with a status that says more than the one of its code: 405, 415.
    #[must_use]
    pub fn with_status(status: StatusCode, problem: Problem) -> Self {
        Self { status: Some(status), ..Self::from(problem) }
    }

    /// A refusal that blames a field named by the client.
    #[must_use]
    pub fn with_field(field: impl Into<String>, problem: Problem) -> Self {
        Self { field: Some(field.into()), ..Self::from(problem) }
    }

    /// A refusal of which only the status is known.
    #[must_use]
    pub fn of_status(status: StatusCode, message: impl Into<String>) -> Self {
        let code = ErrorCode::ALL.iter().copied().find(|code| code.status() == status.as_u16());
        let closest = if status.is_server_error() { ErrorCode::Unavailable } else { ErrorCode::BadRequest };
        Self::with_status(status, Problem::new(code.unwrap_or(closest), message))
    }

    /// What was refused, and why.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The problem document, with the id under which the log knows the request.
    #[must_use]
    pub fn document(&self, request_id: Option<&str>) -> HttpResponse {
        let (status, code) = (self.status_code(), self.problem.code);
        let mut answer = HttpResponse::build(status);
        answer.content_type(CONTENT_TYPE).insert_header((CACHE_CONTROL, "no-store"));
        if let Some(wait) = self.problem.retry_after {
            // Whole seconds (RFC 9110, section 10.2.3), rounded up: earlier would be too early.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            answer.insert_header((RETRY_AFTER, seconds.max(1).to_string()));
        }
        if status == StatusCode::UNAUTHORIZED {
            answer.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        answer.json(Document {
            kind: "about:blank",
            title: self.title(),
            status: status.as_u16(),
            detail: &self.problem.message,
            code,
            field: self.field.as_deref().or(self.problem.field),
            request_id,
        })
    }

    fn title(&self) -> &'static str {
        match self.status {
            Some(status) if status.as_u16() != self.problem.code.status() => {
                status.canonical_reason().unwrap_or(self.problem.code.title())
            }
            _ => self.problem.code.title(),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        let by_code = || StatusCode::from_u16(self.problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.status.unwrap_or_else(by_code)
    }

    fn error_response(&self) -> HttpResponse {
        self.document(None)
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self { problem, status: None, field: None }
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Conflict { .. } => Problem::new(ErrorCode::Conflict, error.to_string()).into(),
            StorageError::Unavailable { .. } | StorageError::Inconsistent { .. } => {
                log::error!("a request of the API failed: {error}");
                Problem::unavailable().into()
            }
        }
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        let message = error.to_string();
        let code = match error {
            AuthError::Storage(cause) => return cause.into(),
            AuthError::Hashing(cause) => {
                log::error!("a password could not be hashed: {cause}");
                return Problem::unavailable().into();
            }
            AuthError::Throttled { wait } => {
                return Problem { retry_after: Some(wait), ..Problem::new(ErrorCode::RateLimited, message) }.into();
            }
            AuthError::BadName(cause) => return bad_name("name", &cause).into(),
            AuthError::BadPassword(_) => return Problem::field("password", message).into(),
            AuthError::Refused(refusal) => return Problem::from(refusal).into(),
            AuthError::AdminInRooms => return Problem::field("rooms", message).into(),
            AuthError::BadLabel => return Problem::field("label", message).into(),
            AuthError::WrongCode => {
                return Problem { field: Some("code"), ..Problem::new(ErrorCode::Forbidden, message) }.into();
            }
            AuthError::BadJwt(_)
            | AuthError::WrongCredentials
            | AuthError::GuestsOff
            | AuthError::UnknownToken
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
            AuthError::RegistrationClosed
            | AuthError::BadSetupCode
            | AuthError::PasswordsOff
            | AuthError::Oidc(_)
            | AuthError::ShutOut { .. } => ErrorCode::Forbidden,
        };
        Problem::new(code, message).into()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::body::to_bytes;
    use actix_web::http::header::CONTENT_TYPE as CONTENT_TYPE_HEADER;
    use serde_json::{Value, json};

    use super::*;

    async fn body(answer: HttpResponse) -> Value {
        serde_json::from_slice(&to_bytes(answer.into_body()).await.unwrap()).unwrap()
    }

    #[actix_web::test]
    async fn a_refusal_is_a_problem_document() {
        let answer = ApiError::from(Problem::field("limit", "`limit` must be 1 to 200")).document(Some("abc"));

        assert_eq!(answer.status(), 400);
        assert_eq!(answer.headers().get(CONTENT_TYPE_HEADER).unwrap(), CONTENT_TYPE);
        let expected = json!({
            "type": "about:blank",
            "title": "Not understood",
            "status": 400,
            "detail": "`limit` must be 1 to 200",
            "code": "bad_request",
            "field": "limit",
            "request_id": "abc",
        });
        assert_eq!(body(answer).await, expected);
    }

    #[test]
    fn every_code_answers_with_its_own_status() {
        for code in ErrorCode::ALL {
            let answer = ApiError::from(Problem::new(*code, "no")).error_response();
            assert_eq!(answer.status().as_u16(), code.status());
        }
    }

    #[test]
    fn waiting_is_told_in_whole_seconds_rounded_up() {
        let wait = |wait| {
            ApiError::from(Problem::rate_limited(wait)).error_response().headers().get(RETRY_AFTER).unwrap().clone()
        };

        assert_eq!(wait(Duration::from_millis(1_200)), "2");
        assert_eq!(wait(Duration::from_millis(3)), "1");
    }

    #[test]
    fn whoever_is_not_logged_in_is_told_how() {
        let answer = ApiError::from(AuthError::UnknownToken).error_response();

        assert_eq!(answer.status(), 401);
        assert_eq!(answer.headers().get(WWW_AUTHENTICATE).unwrap(), "Bearer");
    }

    #[actix_web::test]
    async fn the_words_of_the_database_stay_in_the_log() {
        let answer = ApiError::from(StorageError::Unavailable { reason: "disk /dev/x is full".to_owned() });

        assert_eq!(answer.status_code(), 503);
        assert!(!body(answer.error_response()).await.to_string().contains("disk"));
    }

    #[actix_web::test]
    async fn a_status_without_a_code_of_its_own_keeps_its_name() {
        let answer = ApiError::of_status(StatusCode::METHOD_NOT_ALLOWED, "no").error_response();

        assert_eq!(answer.status(), 405);
        let body = body(answer).await;
        assert_eq!((&body["title"], &body["code"]), (&json!("Method Not Allowed"), &json!("bad_request")));
    }
}
