//! What people wrote, as `partials/prose.html` shows it: in messages, after an edit, in a preview.

use serde::Serialize;

use super::markdown::{self, Markdown};
use crate::domain::mention::Mentions;

/// The inside of a message.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ProseView {
    /// HTML, clean.
    pub html: String,
    /// Only its beginning is shown until somebody asks for the rest.
    pub is_tall: bool,
}

impl ProseView {
    /// Shows a text.
    #[must_use]
    pub fn new(markdown: &Markdown, text: &str, mentions: &Mentions) -> Self {
        Self { html: markdown.to_html(text, mentions), is_tall: markdown::is_tall(text) }
    }
}
