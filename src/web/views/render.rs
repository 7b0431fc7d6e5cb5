//! Stub: the renderer of pages.

use derive_more::{Display, Error};
use jiff::tz::TimeZone;

use crate::domain::event::Event;
use crate::protocol::encode::EventHtml;

/// A template that could not be read.
#[derive(Debug, Display, Error)]
#[display("a template could not be rendered")]
pub struct RenderError;

/// Renders pages.
pub struct Renderer;

impl Renderer {
    /// Reads all templates.
    ///
    /// # Errors
    /// When a template is broken.
    pub fn new(_: TimeZone) -> Result<Self, RenderError> {
        Ok(Self)
    }
}

impl EventHtml for Renderer {
    fn render(&self, _: &Event) -> String {
        String::new()
    }
}
