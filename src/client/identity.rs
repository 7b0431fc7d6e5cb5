//! Who a client is.

use secrecy::SecretString;

/// Who a client is. It does not show its secret when it is printed.
#[derive(Debug, Clone)]
pub enum Identity {
    /// An account's token, or a guest's from an earlier visit.
    Token(SecretString),
    /// A guest of this name. A token is asked for once and kept, so that a new connection is the same guest.
    Guest(String),
}

impl Identity {
    /// With a token.
    #[must_use]
    pub fn token(token: impl Into<String>) -> Self {
        Self::Token(token.into().into())
    }

    /// As a guest.
    #[must_use]
    pub fn guest(name: impl Into<String>) -> Self {
        Self::Guest(name.into())
    }
}
