//! The contexts of `pages/error.html` and of pages that show nothing but words.

use serde::Serialize;

use super::{PageView, SidebarView};

/// A page of the shell that needs nothing more: `pages/shortcuts.html`.
#[derive(Debug, Serialize)]
pub struct ShellPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
}

/// A page without the shell that needs nothing more: `pages/offline.html`.
#[derive(Debug, Serialize)]
pub struct BarePage {
    /// What every page needs.
    pub page: PageView,
}

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
