//! The context of `pages/room.html`: a room, a direct conversation, or a permalink into one.

use serde::Serialize;

use super::event::{EventView, TimelineEntry};
use super::message_state::QuoteView;
use super::prose::ProseView;
use super::{PageView, SidebarView, url};
use crate::domain::ids::Seq;
use crate::domain::limits::TEXT_BYTES;
use crate::domain::permission::Refusal;
use crate::protocol::answer::RoomLook;
use crate::web::words::{Words, telling};

/// The page of a room.
#[derive(Debug, Serialize)]
pub struct RoomPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// The room.
    pub room: RoomView,
    /// What happened in it.
    pub timeline: Vec<TimelineEntry>,
    /// The message that the script fills.
    pub pending_event: EventView,
}

/// The room, and what the viewer may do in it.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one question of the template")]
pub struct RoomView {
    /// Its name.
    pub name: String,
    /// What to show.
    pub title: String,
    /// `public`, `private` or `direct`.
    pub kind: String,
    /// Its topic, or nothing.
    pub topic: String,
    /// Its page.
    pub url: String,
    /// Where messages are sent to.
    pub post_url: String,
    /// The viewer may write.
    pub can_post: bool,
    /// Why not, as a sentence.
    pub why_not: String,
    /// The viewer could write, but has no name yet.
    pub needs_guest_name: bool,
    /// What is wrong with the name that was typed.
    pub guest_name_error: String,
    /// The name that was typed.
    pub guest_name_value: String,
    /// The viewer may become a member.
    pub can_join: bool,
    /// Rules of the room keep the viewer from coming in.
    pub is_barred: bool,
    /// They have to give the key of the room for it; guests, to write.
    pub asks_key: bool,
    /// What was wrong with the key they gave.
    pub key_error: String,
    /// The viewer may end the membership.
    pub can_leave: bool,
    /// The address that the pages beside it begin with.
    pub base_url: String,
    /// Nobody writes into it any more.
    pub archived: bool,
    /// What the viewer wants to be told of: `all`, `mentions` or `nothing`.
    pub level: &'static str,
    /// The viewer is a member.
    pub is_member: bool,
    /// The viewer may put messages up.
    pub can_pin: bool,
    /// The viewer may take back what others wrote.
    pub can_moderate: bool,
    /// How many people are connected to it.
    pub online: usize,
    /// Messages the viewer had not read when the page was asked for.
    pub unread: u64,
    /// Up to where this page knows the log: from here on live events follow.
    pub last_seq: Seq,
    /// How far the viewer had read when the page was asked for.
    pub read_seq: Seq,
    /// The first event of the page; 0 when there is none.
    pub first_seq_shown: Seq,
    /// The page shows one event with those around it.
    pub is_permalink: bool,
    /// That event, or 0.
    pub focus_seq: Seq,
    /// The page before, or nothing.
    pub older_url: String,
    /// The page after, or nothing.
    pub newer_url: String,
    /// The text of that event as it was written, when it is the viewer's own message.
    pub focus_text: String,
    /// The message that what is written will answer.
    pub reply: Option<QuoteView>,
    /// What was typed.
    pub text_value: String,
    /// What is wrong with it.
    pub text_error: String,
    /// What it would look like, for who asked.
    pub preview: Option<ProseView>,
    /// Makes a repeated form harmless.
    pub post_nonce: String,
    /// Longest message, in bytes.
    pub max_text_bytes: usize,
}

/// Where in the log the page stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shown {
    /// The first event of the page; 0 when there is none.
    pub first: Seq,
    /// The last event of the page; 0 when there is none.
    pub last: Seq,
    /// The event of a permalink, or 0.
    pub focus: Seq,
    /// The page ends where the log ended when it was read.
    pub is_newest: bool,
}

impl RoomView {
    /// Shows a room. `has_name` is false for somebody who is neither logged in nor a guest.
    #[must_use]
    pub fn new(
        look: &RoomLook,
        (title, url): (&str, &str),
        shown: Shown,
        has_name: bool,
        post_nonce: String,
        words: &Words,
    ) -> Self {
        let name = look.room.as_str();
        let url = url.to_owned();
        // To join is the way out only for whoever may come in.
        let why_not = look.may_post.err().map(|refusal| match (refusal, look.may_come_in) {
            (Refusal::NotMember, Err(bar)) => bar,
            _ => refusal,
        });
        let has_newer = !shown.is_newest && shown.last < look.last_seq;
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            kind: look.kind.to_string(),
            topic: look.topic.to_string(),
            post_url: format!("{}/messages", url::room(name)),
            can_post: has_name && look.may_post.is_ok(),
            why_not: why_not.map(|refusal| telling::refusal(words, refusal)).unwrap_or_default(),
            // Whoever has a name can give the key.
            needs_guest_name: !has_name && (look.may_post.is_ok() || look.asks_for_key()),
            guest_name_error: String::new(),
            guest_name_value: String::new(),
            can_join: look.role.is_none() && look.may_become_member(),
            is_barred: look.role.is_none() && look.may_come_in.is_err(),
            asks_key: has_name && look.role.is_none() && look.asks_for_key(),
            key_error: String::new(),
            can_leave: look.may_leave.is_ok(),
            base_url: url::room(name),
            archived: look.archived,
            level: look.level.as_str(),
            is_member: look.role.is_some(),
            can_pin: look.may_pin.is_ok(),
            can_moderate: look.may_moderate,
            online: look.online,
            unread: look.unread,
            // The events were read after the look at the room: nothing up to there is missing from them.
            last_seq: if shown.is_newest { shown.last.max(look.last_seq) } else { look.last_seq },
            read_seq: look.read_seq,
            first_seq_shown: shown.first,
            is_permalink: shown.focus > 0,
            focus_seq: shown.focus,
            older_url: if shown.first > 1 { format!("{url}?before={}", shown.first) } else { String::new() },
            newer_url: if has_newer { format!("{url}?after={}", shown.last) } else { String::new() },
            focus_text: String::new(),
            reply: None,
            text_value: String::new(),
            text_error: String::new(),
            preview: None,
            post_nonce,
            max_text_bytes: TEXT_BYTES,
            url,
        }
    }
}
