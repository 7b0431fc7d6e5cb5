//! News of one room that goes out together. Several events in a row become one piece of bytes per encoding, which every
//! session that follows live gets as one: what a receiver costs does not grow with the number of events.

use std::sync::Arc;

use crate::domain::ids::Seq;
use crate::protocol::encode::{EventHtml, News, SharedFrames};
use crate::protocol::encoding::Encoding;
use crate::protocol::payload::Payload;

/// Most events in one run, so that a piece stays far below what may wait for one connection.
const LONGEST: usize = 64;
/// Most bytes of texts in one run, for the same reason.
const HEAVIEST: usize = 16 * 1024;

/// Events with consecutive numbers, ready to be joined.
#[derive(Debug, Default)]
pub struct Run {
    frames: Vec<Arc<SharedFrames>>,
    first: Seq,
    last: Seq,
    weight: usize,
    /// One for each encoding that somebody has asked for.
    joined: Vec<(Encoding, Option<Payload>)>,
}

impl Run {
    /// Adds an event, if it is the next one and there is room for it.
    pub fn push(&mut self, frames: &Arc<SharedFrames>) -> bool {
        let News::Event(event) = frames.news() else { return false };
        let weight = event.body.text_bytes();
        let is_next = event.seq == self.last + 1 && self.frames.len() < LONGEST && self.weight + weight <= HEAVIEST;
        if !is_next && !self.frames.is_empty() {
            return false;
        }
        if self.frames.is_empty() {
            self.first = event.seq;
        }
        self.last = event.seq;
        self.weight += weight;
        self.frames.push(Arc::clone(frames));
        self.joined.clear();
        true
    }

    /// The events, one by one.
    pub fn frames(&self) -> &[Arc<SharedFrames>] {
        &self.frames
    }

    /// The number of the first event.
    pub fn first(&self) -> Seq {
        self.first
    }

    /// The number of the last event.
    pub fn last(&self) -> Seq {
        self.last
    }

    /// All events in one piece; `None` when the encoding has nothing to say about them.
    pub fn joined(&mut self, encoding: Encoding, html: &dyn EventHtml) -> Option<&Payload> {
        let at = self.joined.iter().position(|(made, _)| *made == encoding).unwrap_or_else(|| {
            let payloads = self.frames.iter().filter_map(|frames| frames.payload(encoding, html));
            self.joined.push((encoding, Payload::join(payloads)));
            self.joined.len() - 1
        });
        self.joined[at].1.as_ref()
    }
}
