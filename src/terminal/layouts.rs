//! The timeline as blocks of lines: one block for each entry, and one for each message on its way. What was laid out
//! once is kept, so that scrolling through thousands of messages costs what is new on the screen and no more.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use jiff::civil::Date;
use ratatui::text::Line;

use super::clock::LocalTime;
use super::state::message::{Body, Entry};
use super::state::room::{Pending, PendingState, Room};
use super::theme::Theme;
use super::view::message::{self, Before};
use crate::domain::clock::Timestamp;
use crate::domain::ids::Seq;

/// Messages of one author within this time stand under one name.
const GROUP: Duration = Duration::from_mins(5);
/// So many blocks are kept.
const KEPT: usize = 4_000;

/// What a block looks like depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Entry(Seq, u32, Before),
    Pending(String, u8, Before),
}

/// The lines of an entry, with those that stand before it.
#[derive(Debug, PartialEq)]
pub struct Block {
    /// All lines.
    pub lines: Vec<Line<'static>>,
    /// How many of them are no part of the entry: the day, `New`, what keeps groups apart.
    pub head: usize,
    /// The message it shows; `None` for what cannot be chosen.
    pub seq: Option<Seq>,
}

/// What was laid out.
#[derive(Debug, Default)]
pub struct Layouts {
    width: usize,
    today: Option<Date>,
    room: String,
    is_aside: bool,
    me: String,
    blocks: HashMap<Key, Rc<Block>>,
    /// How often something had to be laid out.
    pub made: u64,
}

/// How things are shown.
#[derive(Debug, Clone, Copy)]
pub struct Painter<'a> {
    /// The colours.
    pub theme: Theme,
    /// The zone of times.
    pub local: &'a LocalTime,
    /// The present moment.
    pub now: Timestamp,
    /// The name of whoever reads.
    pub me: &'a str,
    /// Cells of a line, the gutter left out.
    pub width: usize,
}

/// A room's timeline, laid out as far as it is looked at.
pub struct Blocks<'a> {
    room: &'a Room,
    layouts: &'a mut Layouts,
    painter: Painter<'a>,
}

impl<'a> Blocks<'a> {
    /// Of this room.
    pub fn new(room: &'a Room, layouts: &'a mut Layouts, painter: Painter<'a>) -> Self {
        let today = Some(painter.local.day(painter.now));
        let is_other = layouts.width != painter.width || layouts.room != room.name || layouts.me != painter.me;
        // The same entry may have been read twice, once before and once after it was changed.
        let is_other = is_other || layouts.is_aside != room.aside.is_some();
        if is_other || layouts.today != today || layouts.blocks.len() > KEPT {
            layouts.blocks.clear();
            layouts.width = painter.width;
            layouts.today = today;
            layouts.is_aside = room.aside.is_some();
            layouts.room.clone_from(&room.name);
            painter.me.clone_into(&mut layouts.me);
        }
        Self { room, layouts, painter }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.room.shown().entries().len() + self.room.shown_pending().len()
    }

    /// Nothing is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The place of an entry.
    #[must_use]
    pub fn place(&self, seq: Seq) -> Option<usize> {
        self.room.shown().place(seq)
    }

    /// The entry at this place; `None` for a message on its way.
    #[must_use]
    pub fn entry(&self, place: usize) -> Option<&'a Entry> {
        self.room.shown().entries().get(place)
    }

    /// How many lines the block at this place has.
    pub fn height(&mut self, place: usize) -> usize {
        self.block(place).lines.len()
    }

    /// The block at this place.
    pub fn block(&mut self, place: usize) -> Rc<Block> {
        let before = self.before(place);
        let count = self.room.shown().entries().len();
        let key = if let Some(entry) = self.entry(place) {
            Key::Entry(entry.seq, entry.revision, before)
        } else {
            let pending = &self.room.shown_pending()[place - count];
            let state = match pending.state {
                PendingState::Waiting => 0,
                PendingState::Stored(_) => 1,
                PendingState::Failed(_) => 2,
            };
            Key::Pending(pending.nonce.clone(), state, before)
        };
        if let Some(block) = self.layouts.blocks.get(&key) {
            return Rc::clone(block);
        }
        self.layouts.made += 1;
        let block = Rc::new(match self.entry(place) {
            Some(entry) => message::of_entry(entry, self.room, before, self.painter),
            None => message::of_pending(&self.room.shown_pending()[place - count], self.room, before, self.painter),
        });
        self.layouts.blocks.insert(key, Rc::clone(&block));
        block
    }

    /// What stands before a block depends on the one before.
    fn before(&self, place: usize) -> Before {
        let entries = self.room.shown().entries();
        let last = place.checked_sub(1);
        let last_entry = last.and_then(|last| entries.get(last));
        let last_pending =
            last.and_then(|last| last.checked_sub(entries.len())).and_then(|at| self.room.shown_pending().get(at));
        let (at, author, is_answer) = if let Some(entry) = entries.get(place) {
            let message = entry.message();
            let author = message.map(|message| message.author.as_str());
            (entry.at, author, message.is_some_and(|message| message.quote.is_some()))
        } else {
            let pending = &self.room.shown_pending()[place - entries.len()];
            (pending.at, Some(self.painter.me), pending.reply_to.is_some())
        };
        let last_at = last_entry.map(|entry| entry.at).or(last_pending.map(|pending| pending.at));
        let local = self.painter.local;
        let is_new_day = last_at.is_none_or(|last_at| local.day(last_at) != local.day(at));
        let is_new = entries.get(place).is_some_and(|entry| {
            let marks = |after: Seq| entry.seq > after && last_entry.is_some_and(|last| last.seq <= after);
            self.room.new_after.is_some_and(marks)
        });
        let last_author = match last_entry {
            Some(Entry { body: Body::Message(message), .. }) => Some(message.author.as_str()),
            Some(_) => None,
            None => last_pending.map(|_: &Pending| self.painter.me),
        };
        let is_close = last_at.is_some_and(|last_at| at.since(last_at) < GROUP);
        let goes_on = author.is_some() && author == last_author && is_close && !is_new_day && !is_new && !is_answer;
        let after_notice = author.is_none() && last_entry.is_some_and(|last| last.message().is_none());
        Before {
            begins_log: place == 0 && self.room.shown().has_beginning,
            is_new_day,
            is_new,
            goes_on,
            stands_close: goes_on || (after_notice && !is_new_day && !is_new) || (place == 0 && !is_new_day),
        }
    }
}
