//! The context of `pages/error.html`.

use serde::Serialize;

use super::{PageView, SidebarView};

/// The page of an error.
#[derive(Debug, Serialize)]
pub struct ErrorPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// What happened.
    pub error: ErrorView,
}

/// What happened, what is safe, what to do.
#[derive(Debug, Serialize)]
pub struct ErrorView {
    /// The HTTP status.
    pub status: u16,
    /// In three words.
    pub title: String,
    /// In a sentence.
    pub message: String,
    /// The way on, or nothing.
    pub action_url: String,
    /// What the way on is called.
    pub action_label: String,
    /// For the log, or nothing.
    pub request_id: String,
}
