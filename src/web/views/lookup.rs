//! The contexts of what is looked up in a room: the texts of a message, and why a room is unread.

use serde::Serialize;

use super::event::Writing;
use super::prose::ProseView;
use super::{PageView, SidebarView, time, url};
use crate::domain::ids::Seq;
use crate::domain::mention::Mentions;
use crate::protocol::answer::{Version, Why};

/// `pages/edits.html`
#[derive(Debug, Serialize)]
pub struct EditsPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// The message.
    pub back_url: String,
    /// Its texts, the first one first.
    pub versions: Vec<VersionView>,
}

/// `pages/report.html`
#[derive(Debug, Serialize)]
pub struct ReportPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// The message.
    pub back_url: String,
    /// Who wrote it.
    pub author: String,
    /// What it says.
    pub text: String,
    /// What was typed.
    pub reason: String,
    /// What is wrong with that, or nothing.
    pub reason_error: String,
}

/// A text that a message has, or had.
#[derive(Debug, Serialize)]
pub struct VersionView {
    /// The text.
    pub text: ProseView,
    /// When, for machines.
    pub at: String,
    /// When, for people.
    pub time: String,
}

impl VersionView {
    /// Shows a text.
    #[must_use]
    pub fn new(version: &Version, writing: Writing<'_>) -> Self {
        Self {
            text: ProseView::new(writing.markdown, &version.text, &Mentions::NONE),
            at: version.at.rfc3339(),
            time: time::of_day(version.at, writing.zone),
        }
    }
}

/// `pages/unread.html`
#[derive(Debug, Serialize)]
pub struct WhyPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// The room.
    pub back_url: String,
    /// How many messages the room has.
    pub messages: u64,
    /// How many of them have been read.
    pub read_messages: u64,
    /// The event up to which the person has read.
    pub read_seq: Seq,
    /// The end of the log.
    pub last_seq: Seq,
    /// How many are unread.
    pub unread: u64,
    /// The address of the first of them, or nothing.
    pub first_url: String,
    /// The messages that call the person.
    pub mentions: Vec<MentionView>,
    /// `all`, `mentions` or `nothing`.
    pub level: &'static str,
}

/// A message that calls the person.
#[derive(Debug, Serialize)]
pub struct MentionView {
    /// Its number.
    pub seq: Seq,
    /// Its address.
    pub url: String,
}

impl WhyPage {
    /// Shows the reasons.
    #[must_use]
    pub fn new(page: PageView, sidebar: SidebarView, back_url: String, why: &Why) -> Self {
        let room = why.room.as_str();
        Self {
            page,
            sidebar,
            back_url,
            messages: why.messages,
            read_messages: why.read_messages,
            read_seq: why.read_seq,
            last_seq: why.last_seq,
            unread: why.unread,
            first_url: why.first_unread.map(|seq| url::permalink(room, seq)).unwrap_or_default(),
            mentions: why.mentions.iter().map(|&seq| MentionView { seq, url: url::permalink(room, seq) }).collect(),
            level: why.level.as_str(),
        }
    }
}
