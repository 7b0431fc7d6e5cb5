//! What can go wrong for a client, in words that say what to do.

use std::time::Duration;

use derive_more::{Display, Error};

/// Why a client could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Display, Error)]
pub enum ClientError {
    /// No address of a server.
    #[display(
        "{given:?} is no address of a server: {why}; give wss://HOST:PORT/ws or https://HOST:PORT, without TLS ws:// or http://; for framed TCP tcps://HOST:PORT or tcp://"
    )]
    BadAddress {
        /// What was given.
        given: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The file with the certificates to trust.
    #[display("{_0}")]
    BadAuthority(#[error(not(source))] String),
    /// The certificate of the server.
    #[display("{address} cannot be trusted: {why}; if the server made its certificate itself, give it with --tls-ca")]
    NotTrusted {
        /// Host and port.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody answers.
    #[display("cannot reach {address}: {why}")]
    Unreachable {
        /// Host and port.
        address: String,
        /// As the system says it.
        why: String,
    },
    /// Only the REST interface has it, and the line is framed TCP.
    #[display("this goes by HTTP: say with --http where the server speaks it, since {address} does not")]
    NoHttp {
        /// Host and port of the line.
        address: String,
    },
    /// Something else answers.
    #[display("{address} does not answer like a Parlor server: {why}")]
    NotParlor {
        /// Host and port.
        address: String,
        /// What came instead.
        why: String,
    },
    /// The server refused, as a problem document or an `error` frame.
    #[display("{message}")]
    Refused {
        /// For programs, see docs/PROTOCOL.md; for an answer without one the HTTP status.
        code: String,
        /// For people.
        message: String,
        /// After which time it is worth trying again.
        retry_after: Option<Duration>,
    },
    /// The connection ended.
    #[display("the connection was lost: {why}")]
    Lost {
        /// How.
        why: String,
        /// When the server wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The server ended the session, and does not want it back with these credentials.
    #[display("the server ended the session: {reason}")]
    Ended {
        /// As the server says it.
        reason: String,
    },
    /// There was no connection for too long.
    #[display("gave up after {} s without a connection: {why}", patience.as_secs())]
    GaveUp {
        /// How long it was tried.
        patience: Duration,
        /// Why the last try failed.
        why: String,
    },
    /// No more may wait to be sent.
    #[display("too many messages wait to be acknowledged; wait for some of them")]
    OutboxFull,
    /// A text that no server would take.
    #[display("{_0}")]
    BadText(#[error(not(source))] String),
    /// A text that is too long once it is written as JSON.
    #[display("the message has so many special characters that it does not fit into a frame; send it in parts")]
    TooLarge,
    /// A name that cannot be one.
    #[display("{_0}")]
    BadName(#[error(not(source))] String),
    /// A message was taken back before it had gone out.
    #[display("the message was taken back")]
    Withdrawn,
    /// A file that cannot be read, written or handed over.
    #[display("{_0}")]
    File(#[error(not(source))] String),
    /// The client was stopped before this was done.
    #[display("the client was stopped before the server had answered")]
    Stopped,
}

impl ClientError {
    /// True when trying again may help: the network, or a server that is busy or on its way.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Lost { .. } => true,
            Self::Refused { code, .. } => {
                matches!(code.as_str(), "rate_limited" | "unavailable" | "408" | "425" | "429")
                    || (code.len() == 3 && code.starts_with('5'))
            }
            _ => false,
        }
    }

    /// When the other side wants to be asked again, if it said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } | Self::Lost { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// With the wait of a header, where the refusal itself named none.
    pub(super) fn with_wait(mut self, wait: Option<Duration>) -> Self {
        if let Self::Refused { retry_after, .. } = &mut self {
            *retry_after = retry_after.or(wait);
        }
        self
    }

    pub(super) fn lost(why: impl Into<String>) -> Self {
        Self::Lost { why: why.into(), retry_after: None }
    }
}
