//! What has become of a message, as `partials/message.html` shows it: its quote, reactions, replies, and whether it was
//! changed, taken back or put up.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{time, url};
use crate::domain::event::{Event, EventBody, Message, Quote, Reactions, Replies};
use crate::domain::ids::{Seq, UserId};
use crate::domain::person::Author;

/// Different emoji that are shown at once.
const REACTIONS_SHOWN: usize = 10;

/// What has become of a message. The default is a message of which nothing has become.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one question of the template")]
pub struct MessageState {
    /// The first message of its thread; 0 when it is in none.
    pub thread: Seq,
    /// The message it answers, in short.
    pub quote: Option<QuoteView>,
    /// It has another text than at first.
    pub edited: bool,
    /// It was taken back.
    pub deleted: bool,
    /// It was put up.
    pub pinned: bool,
    /// It calls whoever is looking.
    pub calls_me: bool,
    /// Its author is a program.
    pub by_bot: bool,
    /// What people put on it.
    pub reactions: Vec<ReactionView>,
    /// How many of them are shown only when asked for. The styles and scripts know the same number.
    pub more_reactions: usize,
    /// The thread it began.
    pub replies: Option<RepliesView>,
}

/// The message that is answered.
#[derive(Debug, Clone, Serialize)]
pub struct QuoteView {
    /// Its number.
    pub seq: Seq,
    /// Its address.
    pub url: String,
    /// Who wrote it; nothing when that is not known.
    pub author: String,
    /// How it begins; nothing when it was taken back.
    pub text: String,
}

/// One emoji on a message.
#[derive(Debug, Clone, Serialize)]
pub struct ReactionView {
    /// Which.
    pub emoji: String,
    /// How many people.
    pub count: u64,
    /// Whoever is looking is among them.
    pub mine: bool,
    /// Who, as a list of names that may end with `+3`; nothing when that is not known.
    pub names: String,
}

/// The answers of a thread.
#[derive(Debug, Clone, Serialize)]
pub struct RepliesView {
    /// The page of the thread.
    pub url: String,
    /// How many.
    pub count: u64,
    /// How many of them have not been read.
    pub unread: u64,
    /// The youngest.
    pub last_seq: Seq,
    /// When it was written, for machines.
    pub at: String,
    /// When, for people.
    pub time: String,
}

impl MessageState {
    /// Shows what has become of a message of this room.
    #[must_use]
    pub fn new(room: &str, seq: Seq, message: &Message, viewer: Option<UserId>, zone: &TimeZone) -> Self {
        let mentions = message.mentions.as_deref();
        let calls_me = mentions.is_some_and(|mentions| {
            mentions.everyone || viewer.is_some_and(|viewer| mentions.people.iter().any(|person| person.id == viewer))
        });
        let quote = message.reply_to.map(|parent| QuoteView::new(room, parent, message.quote.as_deref()));
        let (thread, by_bot) = (message.thread.unwrap_or_default(), message.by_bot);
        let view = Self { thread, quote, calls_me, by_bot, ..Self::default() };
        let Some(state) = message.state.as_deref() else { return view };
        let deleted = state.deleted.is_some();
        Self {
            deleted,
            edited: state.edits > 0 && !deleted,
            pinned: state.pinned.is_some(),
            calls_me: calls_me && !deleted,
            quote: view.quote.filter(|_| !deleted),
            reactions: state.reactions.iter().map(ReactionView::new).collect(),
            more_reactions: state.reactions.len().saturating_sub(REACTIONS_SHOWN),
            replies: state.replies.map(|replies| RepliesView::new(room, seq, replies, zone)),
            ..view
        }
    }
}

impl QuoteView {
    /// Quotes a message; everything else, and what was taken back, cannot be answered.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        let EventBody::Message(message) = &event.body else { return None };
        let text: String = message.text.chars().take(Quote::CHARS).collect();
        let room = event.room_name.as_str();
        let quote = Self { text, ..Self::new(room, event.seq, None) };
        (!message.text.is_empty()).then(|| Self { author: event.author.name.to_string(), ..quote })
    }

    fn new(room: &str, parent: Seq, quote: Option<&Quote>) -> Self {
        Self {
            seq: parent,
            url: url::permalink(room, parent),
            author: quote.map(|quote| quote.author.name.to_string()).unwrap_or_default(),
            text: quote.map(|quote| quote.text.clone()).unwrap_or_default(),
        }
    }
}

impl ReactionView {
    fn new(reaction: &Reactions) -> Self {
        Self {
            emoji: reaction.emoji.clone(),
            count: reaction.count,
            mine: reaction.mine,
            names: names(&reaction.users, reaction.count),
        }
    }

    /// As an event brings it, which knows only the last of the people.
    #[must_use]
    pub fn live(emoji: &str, count: u64, last: Option<&Author>) -> Self {
        let names = last.filter(|_| count == 1).map(|user| user.name.to_string()).unwrap_or_default();
        Self { emoji: emoji.to_owned(), count, mine: false, names }
    }
}

fn names(users: &[Author], count: u64) -> String {
    let mut names: Vec<String> = users.iter().map(|user| user.name.to_string()).collect();
    let others = count.saturating_sub(users.len() as u64);
    if others > 0 {
        names.push(format!("+{others}"));
    }
    names.join(", ")
}

impl RepliesView {
    fn new(room: &str, first: Seq, replies: Replies, zone: &TimeZone) -> Self {
        Self {
            url: format!("{}/thread", url::permalink(room, first)),
            count: replies.count,
            unread: 0,
            last_seq: replies.last_seq,
            at: replies.last_at.rfc3339(),
            time: time::of_day(replies.last_at, zone),
        }
    }
}
