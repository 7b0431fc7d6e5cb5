//! Stub: the renderer of pages.

/// Renders pages.
pub struct Renderer;
