//! The text of a message as HTML: comrak reads it, `format` writes it, ammonia cleans it. Raw HTML in a text is shown as
//! it was typed.
//!
//! Two walls, on purpose: even if a change of the first let markup through, the second (`policy`) knows only the few tags
//! that messages are made of. The work per text is bounded: what nests deeper or grows larger than any message people
//! write is shown as plain text.

mod bounds;
mod format;
mod mentions;
mod plain;
mod policy;
mod tall;
mod tree;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ammonia::Builder;
use comrak::{Arena, Options, parse_document};

use super::highlight::Highlighter;
use crate::domain::mention::Mentions;

pub use tall::is_tall;

/// Renders the text of messages. Made once and shared.
pub struct Markdown {
    options: Options<'static>,
    cleaner: Builder<'static>,
    highlighter: Highlighter,
}

impl fmt::Debug for Markdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Markdown")
    }
}

impl Default for Markdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Markdown {
    /// With the rules of this house.
    #[must_use]
    pub fn new() -> Self {
        Self { options: options(), cleaner: policy::cleaner(), highlighter: Highlighter::new() }
    }

    /// The HTML of a text: clean, and safe to put into a page. Of the words that begin with `@` those become links that
    /// are among the mentions.
    #[must_use]
    pub fn to_html(&self, text: &str, mentions: &Mentions) -> String {
        plain::jumbo(text).or_else(|| plain::html(text)).unwrap_or_else(|| {
            // A text on which a library panics stands in the log for ever: it must not take the page of its room, or the
            // thread, with it each time it is shown.
            catch_unwind(AssertUnwindSafe(|| self.rendered(text, mentions))).unwrap_or_else(|_| {
                log::error!("a text of {} bytes cannot be rendered; it was shown as it was typed", text.len());
                plain::as_typed(text)
            })
        })
    }

    /// The long way, for every text.
    fn rendered(&self, text: &str, mentions: &Mentions) -> String {
        if bounds::is_costly(text) {
            return plain::as_typed(text);
        }
        let arena = Arena::new();
        let root = parse_document(&arena, text, &self.options);
        if !bounds::is_bounded(root) {
            return plain::as_typed(text);
        }
        tree::tame(&arena, root);
        let mut html = String::with_capacity(text.len() * 2);
        match format::html(root, &self.options, &self.highlighter, mentions, &mut html) {
            Ok(()) => self.cleaner.clean(&html).to_string(),
            // Writing into a String does not fail; should it ever, nothing is lost but the looks.
            Err(_) => plain::as_typed(text),
        }
    }
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.shortcodes = true;
    // A line break that was typed is one: people write chat as they see it.
    options.render.hardbreaks = true;
    options.render.escape = true;
    // Tells `\\@ann` from `@ann`.
    options.render.escaped_char_spans = true;
    options
}

#[cfg(test)]
mod tests;
