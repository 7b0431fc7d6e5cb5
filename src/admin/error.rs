//! Why an act was not done, in words that say what to do.

use derive_more::{Display, Error, From};

use crate::auth::AuthError;
use crate::domain::permission::Refusal;
use crate::protocol::error_code::Problem;
use crate::storage::StorageError;

/// Why an act was not done.
#[derive(Debug, Display, Error, From)]
pub enum AdminError {
    /// It takes another role.
    #[display("{_0}")]
    Refused(Refusal),
    /// There is no such thing.
    #[display("there is no {what} called {name:?}")]
    #[from(skip)]
    NotFound {
        /// `account`, `room`, `ban`…
        what: &'static str,
        /// As it was asked for.
        #[error(not(source))]
        name: String,
    },
    /// A value that cannot be.
    #[display("{field}: {message}")]
    #[from(skip)]
    Bad {
        /// Beside which field it belongs.
        field: &'static str,
        /// What to do.
        #[error(not(source))]
        message: String,
    },
    /// It would leave the server without somebody to run it.
    #[display("this is the only owner of the server; make somebody else an owner first")]
    LastOwner,
    /// It would be against oneself.
    #[display("you cannot do this to your own account")]
    Oneself,
    /// Only one work at a time that takes long.
    #[display("a backup is being made or checked, or space is given back; wait until that is done")]
    Busy,
    /// The chat is needed for it.
    #[display("this needs the running server; start it, and use its pages or its API")]
    NeedsServer,
    /// The chat refused it.
    #[display("{}", _0.message)]
    #[from(skip)]
    Chat(#[error(not(source))] Box<Problem>),
    /// Identity refused it.
    #[display("{_0}")]
    Auth(AuthError),
    /// The database failed.
    #[display("the server cannot do this right now; try again in a moment")]
    Storage(StorageError),
}

impl AdminError {
    /// There is no such account.
    #[must_use]
    pub fn no_account(name: &str) -> Self {
        Self::NotFound { what: "account", name: name.to_owned() }
    }
}
