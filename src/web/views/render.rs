//! Turns contexts into HTML: the pages, and each event for the live frames of our own pages.

use derive_more::{Display, Error};
use jiff::tz::TimeZone;
use serde::Serialize;
use std::panic::AssertUnwindSafe;

use super::event::{EventView, Writing};
use super::markdown::Markdown;
use super::message_state::ReactionView;
use super::templates::Templates;
use crate::domain::event::{Event, EventBody};
use crate::domain::ids::UserId;
use crate::protocol::encode::EventHtml;
use crate::web::static_files;
use crate::web::words::Words;
use crate::web::words::language::Language;

/// A template that could not be read or filled. The text is for the log and for whoever changes templates.
#[derive(Debug, Display, Error)]
#[display("the template {template} could not be rendered: {reason}")]
pub struct RenderError {
    /// Which.
    template: String,
    /// The words of the engine, with all causes.
    #[error(not(source))]
    reason: String,
}

impl RenderError {
    /// An error of this template.
    #[must_use]
    pub fn new(template: &str, error: &dyn std::error::Error) -> Self {
        let mut reason = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            reason.push_str(": ");
            reason.push_str(&error.to_string());
            cause = error.source();
        }
        Self { template: template.to_owned(), reason }
    }
}

/// Renders pages and events. Shared by all threads.
pub struct Renderer {
    templates: Templates,
    markdown: Markdown,
    zone: TimeZone,
    assets: String,
}

/// What `partials/message.html` and `partials/message_text.html` are given.
#[derive(Serialize)]
struct MessageContext<'a> {
    event: &'a EventView,
}

/// What `partials/reaction.html` is given.
#[derive(Serialize)]
struct ReactionContext {
    reaction: ReactionView,
}

impl Renderer {
    /// Reads all templates; times are written in this zone.
    ///
    /// # Errors
    /// When a template is broken: nothing can be shown then.
    pub fn new(time_zone: TimeZone) -> Result<Self, RenderError> {
        Ok(Self {
            templates: Templates::load()?,
            markdown: Markdown::new(),
            zone: time_zone,
            assets: static_files::asset_prefix(),
        })
    }

    /// Renders a page in a language.
    ///
    /// # Errors
    /// When the template asks for something the context does not have, or for words that nobody has written.
    pub fn page(&self, language: Language, name: &str, context: &impl Serialize) -> Result<String, RenderError> {
        self.templates.render(language, name, context)
    }

    /// The words of a language.
    #[must_use]
    pub fn words(&self, language: Language) -> Words {
        self.templates.words(language)
    }

    /// How events are written, in these words, for this person.
    #[must_use]
    pub fn writing<'a>(&'a self, words: &'a Words, viewer: Option<UserId>) -> Writing<'a> {
        Writing { zone: &self.zone, markdown: &self.markdown, words, viewer }
    }

    /// One frame for everybody: the few words in it are put into the reader's language by `static/js/words.js`.
    fn live(&self, event: &Event) -> Result<String, RenderError> {
        let language = Language::English;
        if let EventBody::Reaction { emoji, count, on, .. } = &event.body {
            let reaction = ReactionView::live(emoji, *count, on.then_some(&event.author));
            return self.page(language, "partials/reaction.html", &ReactionContext { reaction });
        }
        let words = self.words(language);
        let view = EventView::new(event, self.writing(&words, None));
        let template = match &event.body {
            EventBody::Deleted { .. } | EventBody::Pinned { on: false, .. } => return Ok(String::new()),
            EventBody::Edited { .. } => "partials/message_text.html",
            _ => "partials/message.html",
        };
        self.page(language, template, &MessageContext { event: &view })
    }

    /// Who renders what people write.
    #[must_use]
    pub fn markdown(&self) -> &Markdown {
        &self.markdown
    }

    /// The time zone of the pages.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// What stands before the path of a static file.
    #[must_use]
    pub fn assets(&self) -> &str {
        &self.assets
    }
}

impl EventHtml for Renderer {
    fn render(&self, event: &Event) -> String {
        // A text on which a library panics stands in the log for ever: it must not take the thread with it each time
        // it is shown. The client has the text without its HTML.
        let rendered = std::panic::catch_unwind(AssertUnwindSafe(|| self.live(event)));
        match rendered {
            Ok(Ok(html)) => html,
            Ok(Err(error)) => {
                log::error!("event {} was sent without its HTML: {error}", event.seq);
                String::new()
            }
            Err(_) => {
                log::error!(
                    "event {} of room {} cannot be rendered; it was sent without its HTML",
                    event.seq,
                    event.room
                );
                String::new()
            }
        }
    }
}
