//! The context of `pages/search.html`, and the part of a text that is shown as a match.

use serde::Serialize;

use super::event::Writing;
use super::forms::PersonView;
use super::{PageView, SidebarView, time, url};
use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, EventBody};
use crate::domain::room::RoomKind;
use crate::domain::search::Term;
use crate::domain::search::matching::{Snippet, snippet};
use crate::storage::search::KnownRoom;
use crate::web::search::{Hit, Results, text_of};

/// Most characters of a neighbour's text.
const CONTEXT_CHARS: usize = 160;

/// The page of the search.
#[derive(Debug, Serialize)]
pub struct SearchPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// The form.
    pub form: SearchForm,
    /// Something was looked for.
    pub is_search: bool,
    /// The results of this page.
    pub results: Vec<ResultView>,
    /// The next page, or nothing.
    pub next_url: String,
    /// The first page in this order, or nothing.
    pub newest_url: String,
    /// The first page in this order, or nothing.
    pub best_url: String,
}

/// What was typed.
#[derive(Debug, Default, Serialize)]
pub struct SearchForm {
    /// As it was typed.
    pub q_value: String,
    /// What is wrong with it.
    pub q_error: String,
    /// `newest` or `best`.
    pub sort: &'static str,
}

/// A message that was found.
#[derive(Debug, Serialize)]
pub struct ResultView {
    /// Who wrote it.
    pub author: PersonView,
    /// The room, as it is called.
    pub room_title: String,
    /// `public`, `private` or `direct`.
    pub room_kind: String,
    /// The page of the room.
    pub room_url: String,
    /// Where the message stands.
    pub permalink: String,
    /// When, for machines.
    pub at: String,
    /// The day, for people.
    pub day: String,
    /// The time of day, for people.
    pub time: String,
    /// The part of the text that matches, as HTML.
    pub snippet: String,
    /// It is pinned.
    pub is_pinned: bool,
    /// The message before it, if there is one.
    pub before: Option<ContextView>,
    /// The message behind it, if there is one.
    pub after: Option<ContextView>,
}

/// A message beside one that was found.
#[derive(Debug, Serialize)]
pub struct ContextView {
    /// Who wrote it.
    pub author: String,
    /// How it begins.
    pub text: String,
}

impl ResultView {
    /// Shows a message that was found.
    #[must_use]
    pub fn new(hit: &Hit, results: &Results, now: Timestamp, writing: Writing<'_>) -> Self {
        let Hit { event, room, around } = hit;
        let is_pinned = matches!(&event.body, EventBody::Message(message)
            if message.state.as_ref().is_some_and(|state| state.pinned.is_some()));
        Self {
            author: PersonView::from(&event.author),
            room_title: room_title(room),
            room_kind: room.kind.to_string(),
            room_url: room_url(room),
            permalink: url::permalink(room.name.as_str(), event.seq),
            at: event.at.rfc3339(),
            day: time::day_label(event.at, now, writing.zone, writing.words),
            time: time::of_day(event.at, writing.zone),
            snippet: snippet_html(text_of(event), &results.terms),
            is_pinned,
            before: around.before.as_ref().map(ContextView::from),
            after: around.after.as_ref().map(ContextView::from),
        }
    }
}

impl From<&Event> for ContextView {
    fn from(event: &Event) -> Self {
        let text = text_of(event).split_whitespace().collect::<Vec<_>>().join(" ");
        Self { author: event.author.name.to_string(), text: text.chars().take(CONTEXT_CHARS).collect() }
    }
}

/// What a room is called: a direct one after the others in it.
#[must_use]
pub fn room_title(room: &KnownRoom) -> String {
    if room.others.is_empty() {
        return room.name.to_string();
    }
    room.others.iter().map(|other| other.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The page of a room.
#[must_use]
pub fn room_url(room: &KnownRoom) -> String {
    match room.others.as_slice() {
        [other] if room.kind == RoomKind::Direct => url::direct(other.name.as_str()),
        _ => url::room(room.name.as_str()),
    }
}

/// The part of a text that matches, as HTML: everything escaped, matches in `<mark>`.
#[must_use]
pub fn snippet_html(text: &str, terms: &[Term]) -> String {
    shown(&snippet(text, terms), |text, is_match| {
        let text = escaped(text);
        if is_match { format!("<mark>{text}</mark>") } else { text }
    })
}

/// As text may stand between tags, and in an attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The part of a text that matches, plain.
#[must_use]
pub fn snippet_text(text: &str, terms: &[Term]) -> String {
    shown(&snippet(text, terms), |text, _| text.to_owned())
}

fn shown(snippet: &Snippet, piece: impl Fn(&str, bool) -> String) -> String {
    let dots = |is_cut: bool| if is_cut { "…" } else { "" };
    let pieces: String = snippet.pieces.iter().map(|one| piece(&one.text, one.is_match)).collect();
    format!("{}{pieces}{}", dots(snippet.is_cut_before), dots(snippet.is_cut_after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_a_snippet_is_escaped_but_its_marks() {
        let terms = [Term { words: vec!["b".to_owned()], is_prefix: false }];
        assert_eq!(
            snippet_html("<b>\"x\" & </mark><script>", &terms),
            "&lt;<mark>b</mark>&gt;&quot;x&quot; &amp; &lt;/mark&gt;&lt;script&gt;"
        );
        assert_eq!(snippet_text("a <b>", &terms), "a <b>");
    }
}
