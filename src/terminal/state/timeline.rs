//! The entries of one room that are known: the newest, without a gap, and as many before them as were scrolled to.

use std::collections::VecDeque;

use serde_json::Value;

use super::message::{Body, Entry, Message};
use crate::client::frame::LogEvent;
use crate::domain::ids::Seq;
use crate::terminal::clean;

/// What is known of a room's log.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    entries: VecDeque<Entry>,
    /// Nothing is before the first entry.
    pub has_beginning: bool,
    /// A page is on its way.
    pub is_loading: bool,
    /// The newest page was read; what is new is put behind it.
    pub is_open: bool,
}

impl Timeline {
    /// The entries, ascending.
    #[must_use]
    pub fn entries(&self) -> &VecDeque<Entry> {
        &self.entries
    }

    /// The place of an entry.
    #[must_use]
    pub fn place(&self, seq: Seq) -> Option<usize> {
        self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok()
    }

    /// An entry.
    #[must_use]
    pub fn get(&self, seq: Seq) -> Option<&Entry> {
        self.place(seq).map(|place| &self.entries[place])
    }

    /// A message.
    #[must_use]
    pub fn message(&self, seq: Seq) -> Option<&Message> {
        self.get(seq).and_then(Entry::message)
    }

    /// The last message that is as wanted.
    pub fn last_message(&self, is_wanted: impl Fn(&Message) -> bool) -> Option<Seq> {
        let is_it =
            |entry: &&Entry| entry.message().is_some_and(|message| message.deleted_by.is_none() && is_wanted(message));
        self.entries.iter().rev().find(is_it).map(|entry| entry.seq)
    }

    /// Lets go of everything: it is another log now.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// What a far part of a log looks like before its page is taken.
    #[must_use]
    pub fn part() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// The first and the last entry.
    #[must_use]
    pub fn ends(&self) -> Option<(Seq, Seq)> {
        Some((self.entries.front()?.seq, self.entries.back()?.seq))
    }

    /// Takes the entries of an older part that reaches up to here. What is known already is as new here.
    pub fn join(&mut self, part: Self) {
        let first = self.entries.front().map_or(Seq::MAX, |entry| entry.seq);
        for entry in part.entries.into_iter().rev().skip_while(|entry| entry.seq >= first) {
            self.entries.push_front(entry);
        }
        self.has_beginning |= part.has_beginning;
    }

    /// Takes what an event changes here, and no new entry: this part does not reach up to it.
    pub fn follow(&mut self, event: &LogEvent, me: &str) {
        match Entry::of(event, me) {
            Some(entry) => self.count_answer(&entry),
            None => self.take(event, me),
        }
    }

    /// Takes a page of history.
    pub fn take_page(&mut self, events: &[LogEvent], me: &str) {
        for event in events {
            self.take(event, me);
        }
    }

    /// Takes an event: a new entry, or a change of one. Taking one again does no harm.
    pub fn take(&mut self, event: &LogEvent, me: &str) {
        if let Some(entry) = Entry::of(event, me) {
            self.count_answer(&entry);
            match self.entries.binary_search_by_key(&entry.seq, |other| other.seq) {
                // As it is now, read anew.
                Ok(place) => {
                    let revision = self.entries[place].revision + 1;
                    self.entries[place] = Entry { revision, ..entry };
                }
                Err(place) => self.entries.insert(place, entry),
            }
            return;
        }
        let Some(target) = event.more.get("target").and_then(Value::as_u64) else { return };
        let user = event.user.as_ref();
        let is_on = event.more.get("on").and_then(Value::as_bool).unwrap_or(true);
        self.change(target, |message| match event.kind.as_str() {
            "edited" => {
                message.text = clean::text(event.text.as_deref().unwrap_or_default());
                message.is_edited = true;
            }
            "deleted" => {
                let by = event.more.get("by").and_then(|by| by["name"].as_str());
                let by = by.or(user.map(|user| user.name.as_str())).unwrap_or_default();
                message.deleted_by = Some(clean::line(by));
                message.text.clear();
                message.reactions.clear();
            }
            "reaction" => {
                let emoji = clean::line(event.more.get("emoji").and_then(Value::as_str).unwrap_or_default());
                let count = event.more.get("count").and_then(Value::as_u64).unwrap_or_default();
                let is_me = user.is_some_and(|user| user.id == me);
                message.react(&emoji, count, is_me.then_some(is_on));
            }
            "pinned" => message.is_pinned = is_on,
            _ => {}
        });
    }

    /// An answer is counted at the message it belongs to, each once.
    fn count_answer(&mut self, entry: &Entry) {
        let Some(thread) = entry.message().and_then(|message| message.thread) else { return };
        let seq = entry.seq;
        self.change(thread, |root| {
            if seq > root.replies.1 {
                root.replies = (root.replies.0 + 1, seq);
            }
        });
    }

    fn change(&mut self, seq: Seq, change: impl FnOnce(&mut Message)) {
        let Some(place) = self.place(seq) else { return };
        let entry = &mut self.entries[place];
        if let Body::Message(message) = &mut entry.body {
            change(message);
            entry.revision += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(value: Value) -> LogEvent {
        let mut event = json!({"room": "lobby", "at": "2026-11-21T09:00:00.000Z"});
        event.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
        serde_json::from_value(event).unwrap()
    }

    fn said(seq: Seq, text: &str) -> LogEvent {
        event(json!({"type": "message", "seq": seq, "text": text, "author": {"id": "b", "name": "bob"}}))
    }

    fn changed(seq: Seq, kind: &str, rest: Value) -> LogEvent {
        let mut value = json!({"type": kind, "seq": seq, "target": 1, "user": {"id": "a", "name": "ann"}});
        value.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        event(value)
    }

    #[test]
    fn pages_and_news_come_in_any_order_and_each_entry_stands_once() {
        let mut timeline = Timeline::default();
        timeline.take(&said(5, "five"), "a");
        timeline.take_page(&[said(1, "one"), said(2, "two"), said(5, "five")], "a");
        timeline.take(&said(2, "two"), "a");
        let seqs: Vec<Seq> = timeline.entries().iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, [1, 2, 5]);
    }

    #[test]
    fn what_becomes_of_a_message_shows() {
        let mut timeline = Timeline::default();
        timeline.take(&said(1, "one"), "a");
        timeline.take(&changed(2, "edited", json!({"text": "on\u{1b}[2Je"})), "a");
        timeline.take(&changed(3, "reaction", json!({"emoji": "🎉", "on": true, "count": 2})), "a");
        timeline.take(&changed(4, "pinned", json!({"on": true})), "a");
        let message = timeline.message(1).unwrap();
        assert_eq!((message.text.as_str(), message.is_edited, message.is_pinned), ("on[2Je", true, true));
        assert_eq!((message.reactions[0].count, message.reactions[0].is_mine), (2, true));

        timeline.take(&changed(5, "reaction", json!({"emoji": "🎉", "on": false, "count": 1})), "a");
        assert!(!timeline.message(1).unwrap().reactions[0].is_mine);
        timeline.take(&changed(6, "reaction", json!({"emoji": "🎉", "on": false, "count": 0})), "a");
        assert!(timeline.message(1).unwrap().reactions.is_empty());
        timeline.take(&changed(7, "deleted", json!({})), "a");
        let message = timeline.message(1).unwrap();
        assert_eq!((message.text.as_str(), message.deleted_by.as_deref()), ("", Some("ann")));
        assert!(timeline.get(1).unwrap().revision >= 5, "each change is laid out anew");
    }

    #[test]
    fn answers_are_counted_once() {
        let mut timeline = Timeline::default();
        timeline.take(&said(1, "one"), "a");
        let answer = event(json!({"type": "message", "seq": 2, "text": "hi", "thread": 1, "reply_to": 1,
            "author": {"id": "a", "name": "ann"}, "quote": {"author": {"id": "b", "name": "bob"}, "text": "one"}}));
        timeline.take(&answer, "a");
        timeline.take(&answer, "a");
        assert_eq!(timeline.message(1).unwrap().replies, (1, 2));
        assert_eq!(timeline.message(2).unwrap().quote, Some(("bob".into(), "one".into())));
    }

    #[test]
    fn a_message_that_calls_somebody_says_so_to_them_only() {
        let call = event(json!({"type": "message", "seq": 1, "text": "@ann", "author": {"id": "b", "name": "bob"},
            "mentions": [{"id": "a", "name": "ann"}]}));
        let all = event(json!({"type": "message", "seq": 2, "text": "@room", "author": {"id": "b", "name": "bob"},
            "everyone": true}));
        let calls = |event: &LogEvent, me: &str| Entry::of(event, me).unwrap().message().unwrap().calls_me;
        assert_eq!(
            [calls(&call, "a"), calls(&call, "c"), calls(&all, "c"), calls(&all, "b")],
            [true, false, true, false]
        );
    }
}
