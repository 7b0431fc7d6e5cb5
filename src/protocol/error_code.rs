//! Error codes: one table for every door. Codes are stable; messages are for people and may change.

use std::time::Duration;

use derive_more::{Display, Error};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::name::NameError;
use crate::domain::permission::Refusal;
use crate::domain::room::{DescriptionError, TopicError};
use crate::domain::text::TextError;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal, $title:literal;)*) => {
        /// What went wrong, as programs read it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as it is written in frames and problem documents.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The HTTP status it goes with.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            /// A short title for problem documents (RFC 9457, section 3.1.3).
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }
    };
}

error_codes! {
    /// Not understood: the message names the field.
    BadRequest = "bad_request", 400, "Not understood";
    /// Nobody is logged in, or the login has ended.
    Unauthorized = "unauthorized", 401, "Log in first";
    /// Logged in, but not allowed.
    Forbidden = "forbidden", 403, "Not allowed";
    /// Not there, or not to be seen.
    NotFound = "not_found", 404, "Not found";
    /// It clashes with what is there.
    Conflict = "conflict", 409, "Already there";
    /// Over a limit of size.
    TooLarge = "too_large", 413, "Too large";
    /// Too many in too short a time.
    RateLimited = "rate_limited", 429, "Too fast";
    /// The server cannot do it just now; nothing was stored.
    Unavailable = "unavailable", 503, "Try again";
}

/// A refused request: the code for programs, the message for people, the field if one is to blame.
#[derive(Debug, Clone, PartialEq, Eq, Display, Error)]
#[display("{message}")]
pub struct Problem {
    /// For programs.
    pub code: ErrorCode,
    /// For people: what to do.
    pub message: String,
    /// The field that is to blame.
    pub field: Option<&'static str>,
    /// After which time it is worth trying again.
    pub retry_after: Option<Duration>,
    /// What the message says, for doors that speak other languages.
    pub saying: Saying,
}

/// What the message of a problem says. Messages are English; pages put them into the language of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Saying {
    /// More than this cannot be known: another language has a sentence for each code.
    #[default]
    English,
    /// This refusal.
    Refusal(Refusal),
    /// It is in the reader's language already.
    Translated,
}

impl Problem {
    /// A problem without a field.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, retry_after: None, saying: Saying::English }
    }

    /// A field that was not understood.
    #[must_use]
    pub fn field(field: &'static str, message: impl Into<String>) -> Self {
        Self { field: Some(field), ..Self::new(ErrorCode::BadRequest, message) }
    }

    /// The problem as a document (RFC 9457, section 3): `type`, `title`, `status`, `detail`, with `code` and `field`.
    #[must_use]
    pub fn document(&self) -> serde_json::Value {
        let mut document = serde_json::json!({
            "type": "about:blank",
            "title": self.code.title(),
            "status": self.code.status(),
            "detail": self.message,
            "code": self.code,
        });
        if let Some(field) = self.field {
            document["field"] = field.into();
        }
        document
    }

    /// The room is not there, or must look so.
    #[must_use]
    pub fn no_such_room() -> Self {
        Self { field: Some("room"), ..Refusal::NotFound.into() }
    }

    /// The server cannot store or read just now.
    #[must_use]
    pub fn unavailable() -> Self {
        let message = "the server cannot do this right now; nothing was stored, try again in a moment";
        Self { retry_after: Some(Duration::from_secs(1)), ..Self::new(ErrorCode::Unavailable, message) }
    }

    /// Too much in too short a time.
    #[must_use]
    pub fn rate_limited(wait: Duration) -> Self {
        let seconds = wait.as_secs_f64();
        let message = format!("too many in a short time; wait {seconds:.1} s and send it again");
        Self { retry_after: Some(wait), ..Self::new(ErrorCode::RateLimited, message) }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::NotFound | Refusal::NoSuchMessage => ErrorCode::NotFound,
            Refusal::TooManyEmoji => ErrorCode::Conflict,
            Refusal::SlowMode { .. } => ErrorCode::RateLimited,
            Refusal::GuestsOff | Refusal::LoginEnded => ErrorCode::Unauthorized,
            Refusal::AccountNeeded
            | Refusal::Banned
            | Refusal::Muted { .. }
            | Refusal::NotMember
            | Refusal::RoleNeeded
            | Refusal::AdminNeeded
            | Refusal::ModeratorNeeded
            | Refusal::Silenced
            | Refusal::Quarantined
            | Refusal::DirectRoom
            | Refusal::NotAuthor
            | Refusal::NotBelow
            | Refusal::OwnerNeeded
            | Refusal::CannotArchive
            | Refusal::CannotDelete
            | Refusal::Archived
            | Refusal::OwnerStays
            | Refusal::ScopeNeeded { .. }
            | Refusal::SomeRoomsOnly => ErrorCode::Forbidden,
        };
        Self { saying: Saying::Refusal(refusal), ..Self::new(code, refusal.to_string()) }
    }
}

impl From<TextError> for Problem {
    fn from(error: TextError) -> Self {
        let code = if matches!(error, TextError::TooLong { .. }) { ErrorCode::TooLarge } else { ErrorCode::BadRequest };
        Self { code, ..Self::field("text", error.to_string()) }
    }
}

impl From<DescriptionError> for Problem {
    fn from(error: DescriptionError) -> Self {
        Self::field("description", error.to_string())
    }
}

impl From<TopicError> for Problem {
    fn from(error: TopicError) -> Self {
        Self::field("topic", error.to_string())
    }
}

/// A refused name, told with the field it stood in.
#[must_use]
pub fn bad_name(field: &'static str, error: &NameError) -> Problem {
    Problem::field(field, format!("`{field}`: {error}"))
}
