//! Devices: one login each, by cookie or by token.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::grant::Grant;
use super::ids::{DeviceId, UserId};

/// What the login is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// A browser with a cookie.
    Cookie,
    /// A program with a bearer token.
    Token,
}

impl DeviceKind {
    /// The kind as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Token => "token",
        }
    }

    /// The kind written as text, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Cookie, Self::Token].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One login of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id; safe to show.
    pub id: DeviceId,
    /// Whose it is.
    pub user: UserId,
    /// Cookie or token.
    pub kind: DeviceKind,
    /// "Chromium on Linux", or what the maker of a token typed.
    pub label: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Timestamp,
    /// What it may be used for.
    pub grant: Grant,
}
